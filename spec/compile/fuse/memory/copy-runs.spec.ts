/** Permutations of planes as few copies. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { copyRunsOf } from '../../../../src/compile/fuse/memory/copy-runs.js';

/** The order that copies make; −1 where nothing is copied. */
const orderOf = (copies: ReturnType<typeof copyRunsOf>, count: number): readonly number[] => {
  const order = new Array<number>(count).fill(-1);
  for (const { from, to, runs, size, fromEach, toEach } of copies)
    for (let run = 0; run < runs; run++)
      for (let i = 0; i < size; i++) {
        assert.equal(order[to + run * toEach + i], -1, 'a plane is written once');
        order[to + run * toEach + i] = from + run * fromEach + i;
      }
  return order;
};

/** The planes of a transposed array: axis i of the result is axis axes[i]. */
const transposed = (shape: readonly number[], axes: readonly number[]): readonly number[] => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  let order = [0];
  for (const axis of axes)
    order = order.flatMap((at) => Array.from({ length: shape[axis] }, (_, i) => at + i * strides[axis]));
  return order;
};

describe('copies of runs', () => {
  it('make any order, of planes that come once, often or never', () => {
    const orders = fc.oneof(
      fc.array(fc.nat(9), { maxLength: 40 }),
      fc
        .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
        .chain((shape) =>
          fc
            .shuffledSubarray([...shape.keys()], { minLength: shape.length })
            .map((axes) => transposed(shape, axes)),
        ),
    );
    fc.assert(
      fc.property(orders, (order) => assert.deepEqual(orderOf(copyRunsOf(order), order.length), order)),
      { seed: 1, numRuns: 300 },
    );
  });

  it('are few where thousands of numbers are interleaved', () => {
    // the real and the imaginary part of a transform, beside each other
    const order = transposed([2, 4096], [1, 0]);
    const copies = copyRunsOf(order);
    assert.deepEqual(orderOf(copies, order.length), order);
    assert.ok(copies.length <= 4, `${copies.length} copies`);
  });
});
