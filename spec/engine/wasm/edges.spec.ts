/** Kernels of wasm where the backend's own lose a NaN or what is small, at shapes that the language does not reach. */

import assert from 'node:assert/strict';
import type { Rank, Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../../src/engine/index.js';
import { open } from '../compare.js';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** What wasm and the JavaScript backend give. */
const onBoth = async (
  run: (tf: TensorFlow) => Tensor,
): Promise<readonly [readonly number[], readonly number[]]> => {
  const of = async (name: 'wasm' | 'cpu'): Promise<readonly number[]> => {
    const { tf } = await open(name);
    return tf.tidy(() => Array.from(run(tf).dataSync()));
  };
  return [await of('wasm'), await of('cpu')];
};

const near = (found: readonly number[], expected: readonly number[]): void => {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries())
    assert.ok(
      Object.is(found[i], value) || Math.abs(found[i] - value) <= 2e-7 * Math.abs(value),
      `${i}: ${found[i]} instead of ${value}`,
    );
};

describe('edges of the wasm kernels', () => {
  it('relu keeps a NaN of either sign, and gives 0 for -0', async () => {
    const { tf } = await open('wasm');
    const bits = Uint32Array.of(
      0x7fc00000,
      0xffc00000,
      0xff800001,
      0x80000000,
      0xff800000,
      0x7f800000,
      0xffc00000,
    );
    const found = tf.relu(tf.tensor1d(new Float32Array(bits.buffer))).dataSync();
    assert.deepEqual([...found], [nan, nan, nan, 0, 0, inf, nan]);
  });

  for (const strides of [1, 2])
    it(`a depthwise kernel of one tap keeps what is no number, stride ${strides}`, async () => {
      const [found, expected] = await onBoth((tf) => {
        const values = Array.from({ length: 24 }, (_, i) => (i === 3 ? nan : i === 8 ? -inf : Math.sin(i)));
        return tf.depthwiseConv2d(
          tf.tensor4d(values, [1, 3, 4, 2]),
          tf.tensor4d([0.5, 0], [1, 1, 2, 1]),
          strides,
          'valid',
        );
      });
      near(found, expected);
      assert.ok(found.some(Number.isNaN) || strides > 1);
    });

  for (const [a, b] of [
    [[3, 2], [2]],
    [
      [3, 1, 2],
      [1, 4, 1],
    ],
    [[1], [2, 3]],
    [[], [5]],
    [
      [2, 2, 1, 2, 1, 2, 1],
      [1, 2, 1, 2, 1, 2, 2],
    ],
  ] as const)
    it(`maximum and minimum of [${a}] and [${b}] keep a NaN of either, repeated`, async () => {
      const filled = (tf: TensorFlow, shape: readonly number[], hole: number): Tensor => {
        const size = shape.reduce((count, n) => count * n, 1);
        const values = Array.from({ length: size }, (_, i) => (i === hole ? nan : Math.sin(7 * i + hole)));
        return tf.tensor(values, [...shape]);
      };
      for (const [left, right] of [
        [0, -1],
        [-1, 0],
        [-1, 1],
      ])
        for (const f of ['maximum', 'minimum'] as const) {
          const [found, expected] = await onBoth((tf) => tf[f](filled(tf, a, left), filled(tf, b, right)));
          assert.deepEqual(found, expected);
        }
    });

  it('leave whole numbers and truths to the backend', async () => {
    const [found, expected] = await onBoth((tf) =>
      tf.maximum(tf.tensor1d([1, -2], 'int32'), tf.tensor1d([0, 3], 'int32')),
    );
    assert.deepEqual(found, expected);
  });

  it('sign, sine and log1p are right where they are small, whatever the length', async () => {
    const values = [1e-38, -1e-30, 1e-12, -1e-8, 1e-7, 0.0624, -0.0626, 0, inf, nan, -0.5];
    for (const count of [1, 4, 7, 11]) {
      const given = values.slice(0, count).map(Math.fround);
      for (const [name, f] of [
        ['sign', Math.sign],
        ['log1p', Math.log1p],
      ] as const) {
        const [found] = await onBoth((tf) => tf[name](tf.tensor1d(given)));
        near(found, given.map(f).map(Math.fround));
      }
      const small = given.filter((x) => Math.abs(x) < 0.0625);
      const [found] = await onBoth((tf) => tf.sin(tf.tensor1d(small)));
      near(found, small.map(Math.sin).map(Math.fround));
    }
  });

  it('pools whose windows overlap, with NaN and infinities, as by hand', async () => {
    const values = [1, nan, 2, 3, 4, 5, inf, 6, -inf];
    const [largest] = await onBoth((tf) => tf.maxPool(tf.tensor4d(values, [1, 1, 9, 1]), [1, 2], 1, 'valid'));
    assert.deepEqual(largest, [nan, nan, 3, 4, 5, inf, inf, 6]);
    const [mean] = await onBoth((tf) => tf.avgPool(tf.tensor4d(values, [1, 1, 9, 1]), [1, 2], 1, 'valid'));
    assert.deepEqual(mean, [nan, nan, 2.5, 3.5, 4.5, inf, inf, -inf]);
    const { tf } = await open('wasm');
    const slope = tf.grad((x) => tf.maxPool(tf.reshape<Rank.R4>(x, [1, 1, 9, 1]), [1, 2], 1, 'valid'))(
      tf.tensor4d(values, [1, 1, 9, 1]),
    );
    assert.deepEqual(Array.from(slope.dataSync()), [0, 2, 0, 1, 1, 1, 2, 1, 0]);
  });
});
