/** Repeating on the wasm backend, against an index for every element. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openEngine } from '../../../../src/engine/index.js';
import { right } from '../../../support/either.js';

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const repeatedAt = (flat: number, shape: readonly number[], reps: readonly number[]): number => {
  const whole = shape.map((n, axis) => n * reps[axis]);
  return whole.reduce((from, n, axis) => {
    const at = Math.floor(flat / size(whole.slice(axis + 1))) % n;
    return from * shape[axis] + (at % shape[axis]);
  }, 0);
};

describe('Tile on wasm', () => {
  it('repeats along any axes, and keeps -0, NaN and infinities', async () => {
    const { tf } = right(await openEngine('wasm')());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), {
          minLength: 1,
          maxLength: 5,
        }),
        (axes) => {
          const shape = axes.map(([n]) => n);
          const reps = axes.map(([, count]) => count);
          const special = [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
          const given = Float32Array.from({ length: size(shape) }, (_, i) => special[i] ?? i / 3);
          const found = tf.tidy(() => tf.tile(tf.tensor(given, shape), reps).dataSync());
          const wanted = Float32Array.from(
            { length: size(shape) * size(reps) },
            (_, flat) => given[repeatedAt(flat, shape, reps)],
          );
          assert.deepEqual(found, wanted);
        },
      ),
      { numRuns: 200 },
    );
  });
});
