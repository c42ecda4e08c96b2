/** Noise: new numbers for each step and each sample, the same for the same seed. */

import * as E from 'fp-ts/lib/Either.js';
import type { Layer } from './identity.js';
import { infer } from './infer.js';
import { layer } from './layer.js';
import type { Clock } from './scan-types.js';
import { currentScope } from './scope.js';
import type { Shape } from './shape.js';
import { known, refuse, type Tensor } from './tensor.js';

const noise = (distribution: 'normal' | 'uniform') => (name?: string) => {
  const self: Layer = layer('noise', name);
  return <const S extends Shape>(clock: Clock, ...shape: S): Tensor<S> => {
    const input = clock.index.expr;
    const facts = infer({ op: 'noise', name: self.kind, shape, distribution }, [input.facts]);
    if (E.isLeft(facts)) return refuse('noise', facts.left);
    return known(
      { op: 'noise', layer: self, scope: currentScope(), shape, distribution },
      facts.right,
      [input],
      input.free,
    );
  };
};

/**
 * Standard normal noise, drawn at each step from (noise seed, name, sample, step): the same seed draws the same noise
 * whatever the micro-batches.
 *
 * One source gives one draw a step, wherever it is used; build two sources for two draws. Within nested scans the
 * step is that of the clock that is given.
 *
 * @example
 * const thermal = gaussian('thermal');
 * const jitter = scan({
 *   steps: 10,
 *   init: { z },
 *   step: (s, clock) => ({ z: add(s.z, scale(Math.sqrt(dt) * 0.1, thermal(clock, 64, 64, 2))) }),
 *   observe: (s) => s.z,
 * });   // Tensor<readonly [10, 64, 64, 2]>
 */
export const gaussian = noise('normal');

/**
 * Uniform noise in [0, 1), as `gaussian`.
 *
 * @example
 * const dropout = uniformNoise('dropout');
 * const kept = scan({
 *   steps: 10,
 *   init: { z },
 *   step: (s, clock) => ({ z: mul(s.z, greater(dropout(clock, 64, 64, 2), fill(0.1, 64, 64, 2))) }),
 *   observe: (s) => s.z,
 * });   // Tensor<readonly [10, 64, 64, 2]>
 */
export const uniformNoise = noise('uniform');
