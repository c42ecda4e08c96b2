/** Fields that are padded around the ring, and what stays inside of them, move with a shift; a part that is cut out does not. */

import assert from 'node:assert/strict';
import { check, systemOf } from 'drumhead/laws';
import { gradient } from '../../../src/compile/transform/gradient.js';
import { affine, by, mul, sliceAxis, sub } from '../../../src/compile/transform/raw.js';
import { type PadBoundary, type Padding, padded } from '../../../src/dsl/functions/pad.js';
import { type Boundary, type Program, parameter, program, scan } from '../../../src/dsl/index.js';
import { apply, type Tensor } from '../../../src/dsl/tensor.js';

const sizes: readonly number[] = [6, 6, 1];
const repeated = (f: (y: Tensor) => Tensor, image: readonly number[] = sizes): Program =>
  program({ image }, (given) => ({
    y: scan<number, { y: Tensor }, { y: Tensor }, Tensor>({
      steps: 2,
      init: { y: given.image },
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
const around = (margins: readonly Padding[], boundary: PadBoundary, y: Tensor): Tensor =>
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
/** A convolution that keeps the size of a field which was padded by two, and then the part from `begin` on. */
const trimmed = (begin: number, boundary: Boundary): Program => {
  const layer = convolved(3, boundary);
  return repeated((y) =>
    sliceAxis(1, begin, 6, sliceAxis(0, begin, 6, layer(around([2, 2], 'circular', y)))),
  );
};
const pooled = (boundary: PadBoundary): Program =>
  repeated((y) => by({ op: 'pool', fn: 'mean', size: [3, 3], stride: [1, 1] }, around([1, 1], boundary, y)));

const moves: Readonly<Record<string, () => Program>> = {
  'the force of an energy with a circular convolution': () => force(3),
  'one whose kernel has no centre': () => force(2),
  'windows inside of a padded field': () => inside('circular'),
  'a difference of neighbours of a padded field': () =>
    repeated((y) => sub(sliceAxis(0, 1, 6, longer(y)), affine(0.5, y))),
  'a convolution of a padded field, without what its boundary touched': () => trimmed(2, 'circular'),
  'the same up to the last entry that is whole': () => trimmed(1, 'circular'),
  'means of windows around the ring': () => pooled('circular'),
};
const stays: Readonly<Record<string, () => Program>> = {
  'windows of a field whose edge is repeated': () => inside('replicate'),
  'a convolution of a padded field with what its boundary touched': () => trimmed(0, 'circular'),
  'means of windows that reach beyond the edge': () => pooled('zero'),
  'a field that zeros follow, from another place on': () =>
    repeated((y) => sliceAxis(0, 1, 6, around([[0, 1]], 'zero', y))),
  'the mean of a part': () => repeated((y) => mul(y, mean(sliceAxis(0, 1, 2, longer(y))))),
};

describe('translation of a step with pieces of a ring', () => {
  const outcome = (p: Program): string =>
    check(p, { laws: ['translation'], cases: 1, expect: [] }).verdicts[0].outcome;
  for (const [name, make] of Object.entries(moves))
    it(`holds for ${name}`, () => assert.equal(outcome(make()), 'holds'));
  for (const [name, make] of Object.entries(stays))
    it(`does not apply to ${name}`, () => assert.equal(outcome(make()), 'does not apply'));

  it('takes no field with wider margins on one side for a symmetric one, nor a padded volume for a plane', () => {
    const turns = check(
      repeated((y) => sliceAxis(0, 1, 6, around([[0, 1]], 'zero', y))),
      {
        laws: ['rotations and reflections'],
        cases: 1,
      },
    );
    assert.equal(turns.verdicts[0].outcome, 'does not apply');
    const volume: readonly number[] = [3, 3, 3, 1];
    const kernel: readonly number[] = [3, 3, 3, 1, 1];
    const weight = parameter('kernel', kernel, { init: 'kaiming' });
    const inVolume = repeated(
      (y) =>
        by(
          { op: 'conv', boundary: 'none', stride: [1, 1, 1], depthwise: false },
          around([1, 1, 1], 'circular', y),
          weight,
        ),
      volume,
    );
    assert.deepEqual(systemOf(inVolume).grid, [3, 3, 3]);
  });
});
