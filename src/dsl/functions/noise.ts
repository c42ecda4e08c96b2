/** Noise: new numbers for each sample, and in a scan for each step, the same for the same seed. */

import * as E from 'fp-ts/lib/Either.js';
import { inStep } from '../close-step.js';
import type { Layer } from '../identity.js';
import { infer } from '../infer.js';
import { layer } from '../layer.js';
import type { OpOf } from '../op.js';
import type { Clock } from '../scan-types.js';
import { currentScope } from '../scope.js';
import type { Shape } from '../shape.js';
import { isTensor, known, refuse, type Tensor } from '../tensor.js';
import { inWords } from '../untyped.js';

type Distribution = OpOf<'noise'>['distribution'];

/** A source of noise: of a shape, at each step of the clock that is given, or outside of scans once for each sample. */
export interface NoiseSource {
  <const S extends Shape>(clock: Clock, ...shape: S): Tensor<S>;
  <const S extends Shape>(...shape: S): Tensor<S>;
}

/** One draw from a source, at the step of a clock or outside of scans. */
export const drawn = <S extends Shape>(
  self: Layer,
  distribution: Distribution,
  clock: Clock | undefined,
  shape: Shape,
): Tensor<S> => {
  if (clock === undefined && inStep())
    return refuse(
      self.kind,
      'in the step of a scan it takes the clock, to draw at each step; what stays the same through all steps is drawn before',
    );
  if (clock !== undefined && !isTensor(Object(clock).index))
    return refuse(self.kind, `takes the clock of a scan's step, or sizes alone, got ${inWords(clock)}`);
  const inputs = clock === undefined ? [] : [clock.index.expr];
  const facts = infer(
    { op: 'noise', name: self.kind, shape, distribution },
    inputs.map((input) => input.facts),
  );
  if (E.isLeft(facts)) return refuse(self.kind, facts.left);
  return known(
    { op: 'noise', layer: self, scope: currentScope(), shape, distribution },
    facts.right,
    inputs,
    new Set(inputs.flatMap(({ free }) => [...free])),
  );
};

const noise =
  (distribution: Distribution) =>
  (name?: string): NoiseSource => {
    const self: Layer = layer('noise', name);
    return <S extends Shape>(first?: Clock | number, ...rest: Shape): Tensor<S> =>
      typeof first === 'object'
        ? drawn(self, distribution, first, rest)
        : drawn(self, distribution, undefined, first === undefined ? rest : [first, ...rest]);
  };

/**
 * Standard normal noise. With a clock it is drawn at each step of that scan from (noise seed, name, sample, step), without
 * one once for each sample from (noise seed, name, sample): the same seed draws the same noise, whatever the micro-batches
 * and threads.
 *
 * In training the noise seed is made of the seed of the run and the number of the training step, so each step draws
 * anew, and a run that is continued draws what it would have drawn; in inference it is 0 unless it is given.
 *
 * One source gives one draw (a step), wherever it is used; build two sources for two draws. Within nested scans the
 * step is that of the clock that is given. In a step it is refused without a clock: what stays the same through all steps
 * is drawn before the scan.
 *
 * @example
 * const thermal = gaussian('thermal');
 * const jitter = scan({
 *   steps: 10,
 *   init: { z },
 *   step: (s, clock) => ({ z: add(s.z, scale(Math.sqrt(dt) * 0.1, thermal(clock, 64, 64, 2))) }),
 *   observe: (s) => s.z,
 * });   // Tensor<readonly [10, 64, 64, 2]>
 * const start = add(y, gaussian('start')(64, 64, 2));   // Tensor<readonly [64, 64, 2]>
 */
export const gaussian = noise('normal');

/**
 * Uniform noise in [0, 1), as `gaussian`.
 *
 * @example
 * const spark = uniformNoise('spark');
 * const kept = scan({
 *   steps: 10,
 *   init: { z },
 *   step: (s, clock) => ({ z: mul(s.z, greater(spark(clock, 64, 64, 2), fill(0.1, 64, 64, 2))) }),
 *   observe: (s) => s.z,
 * });   // Tensor<readonly [10, 64, 64, 2]>
 */
export const uniformNoise = noise('uniform');
