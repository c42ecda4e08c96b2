/** Substitutes for kernels of the wasm backend at sizes that reach every edge of their blocks. */

import * as assert from 'node:assert/strict';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import type { TensorFlow } from '../../../src/engine/index.js';
import { agree, open } from '../compare.js';

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const as4D = (tf: TensorFlow, x: Tensor): Tensor4D =>
  tf.reshape(x, [x.shape[0], x.shape[1] ?? 1, x.shape[2] ?? 1, x.shape[3] ?? 1]);
const table = (tf: TensorFlow, x: Tensor, rows: number, columns: number): Tensor2D =>
  tf.reshape(x, [rows, columns]);

/** Few runs, each large: blocks begin and end in the middle of what is drawn. */
const runs = { numRuns: 6 };

describe('matrix products across blocks', () => {
  const around = (size: number): fc.Arbitrary<number> =>
    fc.oneof(upTo(13), fc.integer({ min: size - 9, max: size + 9 }));
  for (const [a, b] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    it(`${a ? 'transposed' : 'plain'} by ${b ? 'transposed' : 'plain'}`, () =>
      fc.assert(
        fc.asyncProperty(around(260), around(512), around(60), fc.nat(), (m, k, n, seed) =>
          agree(
            {
              shapes: [a ? [k, m] : [m, k], b ? [n, k] : [k, n]],
              run: (tf, [x, y]) => tf.matMul(x, y, a, b),
              // partial sums walk as far as this, and are rounded there, though a single result may be near 0
              scale: (4 / 3) * Math.sqrt(k),
              gradient: false,
            },
            seed,
          ),
        ),
        runs,
      ));
  }

  it('more columns than are packed at once', () =>
    agree(
      {
        shapes: [
          [5, 7],
          [7, 1037],
        ],
        run: (tf, [x, y]) => tf.matMul(x, y),
      },
      1,
    ));

  it('bias and ReLU come after the last block of the sum', () =>
    agree(
      {
        shapes: [[9, 1100], [1100, 11], [11]],
        run: (tf, [a, b, bias]) =>
          tf.fused.matMul({ a: table(tf, a, 9, 1100), b: table(tf, b, 1100, 11), bias, activation: 'relu' }),
        gradient: false,
      },
      2,
    ));

  it('other activations stay with the backend', () =>
    agree(
      {
        shapes: [[4, 3], [3, 5], [5]],
        run: (tf, [a, b, bias]) =>
          tf.fused.matMul({ a: table(tf, a, 4, 3), b: table(tf, b, 3, 5), bias, activation: 'elu' }),
        gradient: false,
      },
      3,
    ));
});

describe('convolutions', () => {
  it('of any number of channels, with any kernel, padding and stride', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: upTo(3),
          height: fc.integer({ min: 5, max: 12 }),
          width: fc.integer({ min: 5, max: 12 }),
          from: upTo(18),
          to: upTo(18),
          rows: upTo(5),
          columns: upTo(5),
          stride: upTo(3),
          pad: fc.constantFrom('same' as const, 'valid' as const),
        }),
        fc.nat(),
        (s, seed) =>
          agree(
            {
              shapes: [
                [s.batch, s.height, s.width, s.from],
                [s.rows, s.columns, s.from, s.to],
              ],
              run: (tf, [x, w]) => tf.conv2d(as4D(tf, x), as4D(tf, w), s.stride, s.pad),
            },
            seed,
          ),
      ),
      { numRuns: 25 },
    ));

  it('with unequal padding, and dilated ones, which stay with the backend', async () => {
    const pad: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [2, 1],
      [0, 3],
      [0, 0],
    ];
    const shapes = [
      [2, 6, 7, 3],
      [3, 2, 3, 4],
    ];
    await agree({ shapes, run: (tf, [x, w]) => tf.conv2d(as4D(tf, x), as4D(tf, w), 1, pad) }, 4);
    await agree(
      {
        shapes,
        run: (tf, [x, w]) => tf.conv2d(as4D(tf, x), as4D(tf, w), 1, 'valid', 'NHWC', 2),
        gradient: false,
      },
      5,
    );
  });

  it('with bias and ReLU in one', () =>
    agree(
      {
        shapes: [[2, 6, 7, 3], [3, 3, 3, 10], [10]],
        run: (tf, [x, w, bias]) =>
          tf.fused.conv2d({
            x: as4D(tf, x),
            filter: as4D(tf, w),
            strides: 1,
            pad: 'same',
            bias,
            activation: 'relu',
          }),
        gradient: false,
      },
      6,
    ));

  it('transposed, as an upsampling by two', () =>
    fc.assert(
      fc.asyncProperty(upTo(3), upTo(9), upTo(9), fc.nat(), (batch, from, to, seed) =>
        agree(
          {
            shapes: [
              [batch, 4, 5, from],
              [2, 2, to, from],
            ],
            run: (tf, [x, w]) => tf.conv2dTranspose(as4D(tf, x), as4D(tf, w), [batch, 8, 10, to], 2, 'valid'),
          },
          seed,
        ),
      ),
      runs,
    ));
});

describe('arrangements of whole numbers and truth values', () => {
  it('are copied to the bit', async () => {
    const { tf } = await open('wasm');
    const bits = [0x7fa00001, -1, 0, 0x7f800001, 5, 6, 7, 8, 9, 10, 11, 12];
    tf.tidy(() => {
      const x = tf.tensor(bits, [2, 3, 2], 'int32');
      assert.deepEqual([...tf.transpose(tf.transpose(x, [2, 0, 1]), [1, 2, 0]).dataSync()], bits);
      assert.deepEqual([...tf.slice(x, [0, 0, 0], [1, 2, 2]).dataSync()], bits.slice(0, 4));
      assert.deepEqual([...tf.concat([x, x], 0).dataSync()], [...bits, ...bits]);
      const chosen = tf.gather(x, tf.tensor1d([2, 0, 1, 2, 2], 'int32'), 1);
      assert.deepEqual(
        [...tf.slice(chosen, [0, 0, 0], [1, 5, 2]).dataSync()],
        [4, 5, 0, 1, 2, 3, 4, 5, 4, 5].map((i) => bits[i]),
      );
      assert.throws(() => tf.gather(x, tf.tensor1d([3], 'int32'), 1), /the index value 3 is not in \[0, 2\]/);
      const truths = tf.tensor([1, 0, 1, 1, 0, 1], [2, 3], 'bool');
      assert.deepEqual([...tf.slice(truths, [0, 1], [2, 2]).dataSync()], [0, 1, 0, 1]);
      assert.deepEqual([...tf.concat([truths, truths], 1).dataSync()], [1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1]);
      assert.deepEqual([...tf.stack([truths, truths], 1).dataSync()], [1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1]);
    });
  });
});

describe('sums', () => {
  it('of many floats are right to the last digit', async () => {
    const { tf } = await open('wasm');
    const rows = 40000;
    const values = Float32Array.from({ length: rows * 3 }, (_, i) => 1.79 + (i % 7) / 100);
    const expected = [0, 1, 2].map((j) => {
      let sum = 0;
      for (let i = j; i < values.length; i += 3) sum += values[i];
      return sum;
    });
    const found = tf.tidy(() => {
      const x = tf.tensor2d(values, [rows, 3]);
      return {
        all: tf.sum(x).dataSync()[0],
        mean: tf.mean(x).dataSync()[0],
        columns: [...tf.sum(x, 0).dataSync()],
      };
    });
    const total = expected[0] + expected[1] + expected[2];
    assert.equal(found.all, Math.fround(total));
    assert.ok(Math.abs(found.mean - total / values.length) < 1e-7);
    for (const [j, sum] of expected.entries()) assert.ok(Math.abs(found.columns[j] - sum) <= 2e-7 * sum);
  });
});

describe('tanh', () => {
  it('is within one rounding of the true value, and never leaves [-1, 1]', async () => {
    const { tf } = await open('wasm');
    const xs = Float32Array.from({ length: 20001 }, (_, i) => (i - 10000) / 1000);
    const ys = tf.tidy(() => tf.tanh(xs).dataSync());
    xs.forEach((x, i) => {
      assert.ok(Math.abs(ys[i] - Math.tanh(x)) <= 6e-8, `tanh(${x}) = ${ys[i]}`);
      assert.ok(Math.abs(ys[i]) <= 1);
    });
  });

  it('passes NaN on, and knows the ends', async () => {
    const { tf } = await open('wasm');
    const ends = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 30];
    assert.deepEqual([...tf.tidy(() => tf.tanh(ends).dataSync())], [Number.NaN, 1, -1, 0, 1]);
  });
});

describe('the same values shared', () => {
  it('outlive the tensor they came from', async () => {
    const { tf } = await open('wasm');
    const x = tf.tensor1d([1, 2, 3]);
    const [copy, cast] = [tf.clone(x), tf.cast(x, 'float32')];
    x.dispose();
    tf.fill([3], 9).dispose();
    assert.deepEqual([...copy.dataSync(), ...cast.dataSync()], [1, 2, 3, 1, 2, 3]);
    tf.dispose([copy, cast]);
  });
});
