/** Fields that are padded around the ring, and what stays inside of them, move with a shift; a part that is cut out does not. */

import assert from 'node:assert/strict';
import { check } from 'drumhead/laws';
import { gradient } from '../../../src/compile/transform/gradient.js';
import { affine, by, mul, sliceAxis, sub } from '../../../src/compile/transform/raw.js';
import { type Padding, padded } from '../../../src/dsl/functions/pad.js';
import { type Boundary, type Program, parameter, program, scan } from '../../../src/dsl/index.js';
import { apply, type Tensor } from '../../../src/dsl/tensor.js';

const sizes: readonly number[] = [6, 6, 1];
const repeated = (f: (y: Tensor) => Tensor): Program =>
  program({ image: sizes }, ({ image }) => ({
    y: scan<number, { y: Tensor }, { y: Tensor }, Tensor>({
      steps: 2,
      init: { y: image },
      step: ({ y }) => ({ y: f(y) }),
      observe: ({ y }) => y,
    }),
  }));
const convolved = (side: number, boundary: Boundary): ((y: Tensor) => Tensor) => {
  const kernel: readonly number[] = [side, side, 1, 1];
  const weight = parameter('kernel', kernel, { init: 'kaiming' });
  return (y) =>
    by({ op: 'map', fn: 'tanh' }, by({ op: 'conv', boundary, stride: [1, 1], depthwise: false }, y, weight));
};
const around = (margins: readonly Padding[], boundary: 'circular' | 'replicate', y: Tensor): Tensor =>
  padded('pad', margins, boundary, y);
const mean = (x: Tensor): Tensor<readonly []> =>
  apply('mean', { op: 'reduce', fn: 'mean', axes: [0, 1, 2] }, x);
const force = (side: number): Program => {
  const layer = convolved(side, 'circular');
  const energy = (q: Tensor): Tensor<readonly []> => mean(by({ op: 'map', fn: 'square' }, layer(q)));
  return repeated((y) => sub(y, gradient(energy)(y)));
};
const inside = (boundary: 'circular' | 'replicate'): Program => {
  const layer = convolved(3, 'none');
  return repeated((y) => layer(around([1, 1], boundary, y)));
};
const longer = (y: Tensor): Tensor => around([[0, 1]], 'circular', y);

const moves: Readonly<Record<string, () => Program>> = {
  'the force of an energy with a circular convolution': () => force(3),
  'one whose kernel has no centre': () => force(2),
  'windows inside of a padded field': () => inside('circular'),
  'a difference of neighbours of a padded field': () =>
    repeated((y) => sub(sliceAxis(0, 1, 6, longer(y)), affine(0.5, y))),
};
const stays: Readonly<Record<string, () => Program>> = {
  'windows of a field whose edge is repeated': () => inside('replicate'),
  'the mean of a part': () => repeated((y) => mul(y, mean(sliceAxis(0, 1, 2, longer(y))))),
};

describe('translation of a step with pieces of a ring', () => {
  const outcome = (p: Program): string =>
    check(p, { laws: ['translation'], cases: 1, expect: [] }).verdicts[0].outcome;
  for (const [name, make] of Object.entries(moves))
    it(`holds for ${name}`, () => assert.equal(outcome(make()), 'holds'));
  for (const [name, make] of Object.entries(stays))
    it(`does not apply to ${name}`, () => assert.equal(outcome(make()), 'does not apply'));
});
