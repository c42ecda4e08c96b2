/** The gradients that drumhead registers for TensorFlow.js's kernels have the bits of TensorFlow.js's own. */

import assert from 'node:assert/strict';
import type { GradConfig, Rank, Tensor } from '@tensorflow/tfjs-core';
import { installGradients } from '../../src/engine/gradients.js';
import type { EngineName, TensorFlow } from '../../src/engine/index.js';
import { kernelGradients } from '../../src/engine/kernel-gradients.js';
import { stockGradients } from '../support/stock-gradients.js';
import { type Computation, evaluate, open } from './compare.js';

type One = (tf: TensorFlow, x: Tensor) => Tensor;

const shape = [2, 3, 4];
const one = (run: One, between?: readonly [number, number]): Computation => ({
  shapes: [shape],
  run: (tf, [x]) => run(tf, x),
  ...(between === undefined ? {} : { between }),
});
/** Both of one shape, and each with the other broadcast to it. */
const two = (run: (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor): readonly Computation[] =>
  [
    [shape, shape],
    [shape, [4]],
    [[3, 1], shape],
  ].map((shapes) => ({ shapes, run: (tf, [a, b]) => run(tf, a, b) }));

const four = (tf: TensorFlow, x: Tensor) =>
  tf.reshape<Rank.R4>(x, [x.shape[0], x.shape[1] ?? 1, x.shape[2] ?? 1, x.shape[3] ?? 1]);
const table = (tf: TensorFlow, x: Tensor) => tf.reshape<Rank.R2>(x, [x.shape[0], x.shape[1] ?? 1]);
const list = (tf: TensorFlow, x: Tensor) => tf.reshape<Rank.R1>(x, [x.size]);

const positive: readonly [number, number] = [0.1, 2];
const products = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));

const computations: Readonly<Record<string, readonly Computation[]>> = {
  add: two((tf, a, b) => tf.add(a, b)),
  sub: two((tf, a, b) => tf.sub(a, b)),
  mul: two((tf, a, b) => tf.mul(a, b)),
  neg: [one((tf, x) => tf.neg(x))],
  exp: [one((tf, x) => tf.exp(x))],
  log: [one((tf, x) => tf.log(x), positive)],
  log1p: [one((tf, x) => tf.log1p(x), positive)],
  sqrt: [one((tf, x) => tf.sqrt(x), positive)],
  square: [one((tf, x) => tf.square(x))],
  sin: [one((tf, x) => tf.sin(x))],
  cos: [one((tf, x) => tf.cos(x))],
  abs: [one((tf, x) => tf.abs(x))],
  sigmoid: [one((tf, x) => tf.sigmoid(x), [-9, 9])],
  select: two((tf, a, b) => tf.where(tf.greaterEqual(tf.add(a, b), 0.5), tf.add(a, 0), tf.sub(a, b))),
  flat: [
    one((tf, x) =>
      tf.add(
        tf.add(x, tf.cast(tf.isNaN(x), 'float32')),
        tf.add(tf.add(tf.sign(x), tf.step(x)), tf.add(tf.onesLike(x), tf.zerosLike(x))),
      ),
    ),
  ],
  copies: [one((tf, x) => tf.cast(tf.engine().runKernel<Tensor>('Identity', { x }), 'float32'))],
  cast: [one((tf, x) => tf.cast(tf.cast(x, 'int32'), 'float32'))],
  reshape: [one((tf, x) => tf.mul(tf.reshape(x, [6, 4]), x.size))],
  expandDims: [one((tf, x) => tf.expandDims(x, 1))],
  transpose: [one((tf, x) => tf.transpose(x, [2, 0, 1])), one((tf, x) => tf.transpose(x))],
  reverse: [one((tf, x) => tf.reverse(x, [0, 2])), one((tf, x) => tf.reverse(x, -1))],
  slice: [one((tf, x) => tf.slice(x, [0, 1, 1], [2, 2, -1])), one((tf, x) => tf.slice(x, 1, 1))],
  pad: [
    one((tf, x) =>
      tf.pad(
        x,
        [
          [0, 1],
          [2, 0],
          [1, 1],
        ],
        3,
      ),
    ),
  ],
  concat: [0, 1, -1].map((axis) => ({
    shapes: [shape, shape],
    run: (tf, [a, b]) => tf.concat([a, b], axis),
  })),
  stack: [0, 1].map((axis) => ({ shapes: [shape, shape], run: (tf, [a, b]) => tf.stack([a, b], axis) })),
  tile: [
    one((tf, x) => tf.tile(x, [2, 1, 3])),
    { shapes: [[2, 1, 4]], run: (tf, [x]) => tf.broadcastTo(x, [2, 3, 4]) },
    { shapes: [[4]], run: (tf, [x]) => tf.broadcastTo(x, [2, 1, 4]) },
  ],
  sum: [one((tf, x) => tf.sum(x)), one((tf, x) => tf.sum(x, [0, 2])), one((tf, x) => tf.sum(x, -1, true))],
  mean: [one((tf, x) => tf.mean(x)), one((tf, x) => tf.mean(x, [1])), one((tf, x) => tf.mean(x, 0, true))],
  conv: [
    {
      shapes: [
        [2, 5, 6, 2],
        [3, 3, 2, 3],
      ],
      run: (tf, [x, w]) => tf.conv2d(four(tf, x), four(tf, w), 1, 'same'),
    },
    {
      shapes: [
        [2, 5, 6, 2],
        [2, 3, 2, 3],
      ],
      run: (tf, [x, w]) => tf.conv2d(four(tf, x), four(tf, w), [2, 1], 'valid'),
    },
  ],
  convTranspose: [
    {
      shapes: [
        [2, 3, 3, 2],
        [2, 2, 3, 2],
      ],
      run: (tf, [x, w]) => tf.conv2dTranspose(four(tf, x), four(tf, w), [2, 6, 6, 3], 2, 'valid'),
    },
  ],
  depthwise: [
    {
      shapes: [
        [2, 5, 6, 2],
        [3, 3, 2, 1],
      ],
      run: (tf, [x, w]) => tf.depthwiseConv2d(four(tf, x), four(tf, w), 1, 'same'),
    },
    {
      shapes: [
        [2, 5, 6, 2],
        [3, 3, 2, 2],
      ],
      run: (tf, [x, w]) => tf.depthwiseConv2d(four(tf, x), four(tf, w), 2, 'valid'),
    },
  ],
  pools: [
    { shapes: [[2, 4, 6, 2]], run: (tf, [x]) => tf.avgPool(four(tf, x), [2, 3], [2, 3], 'valid') },
    { shapes: [[2, 5, 5, 2]], run: (tf, [x]) => tf.maxPool(four(tf, x), 3, 1, 'same') },
  ],
  matMul: products.map(([a, b]) => ({
    shapes: [a ? [5, 3] : [3, 5], b ? [4, 5] : [5, 4]],
    run: (tf, [x, y]) => tf.matMul(table(tf, x), table(tf, y), a, b),
  })),
  batchNorm: [
    {
      shapes: [[2, 3, 3, 4], [4], [4], [4], [4]],
      between: positive,
      run: (tf, [x, mean, variance, offset, scale]) =>
        tf.batchNorm(
          four(tf, x),
          list(tf, mean),
          list(tf, variance),
          list(tf, offset),
          list(tf, scale),
          1e-3,
        ),
    },
  ],
};

const bitsOf = (values: readonly Float32Array[]): readonly string[] =>
  values.map((each) => Buffer.from(each.buffer).toString('hex'));

describe('the gradients of TensorFlow.js that drumhead registers', () => {
  const ran = new Set<string>();
  let stock: ReadonlyMap<string, GradConfig>;
  before(async () => {
    stock = await stockGradients((await open('cpu')).tf);
  });

  for (const engineName of ['cpu', 'wasm'] satisfies EngineName[])
    for (const [name, tried] of Object.entries(computations))
      it(`${name} on ${engineName} has the bits of TensorFlow.js's own`, async () => {
        const engine = await open(engineName);
        const { tf } = engine;
        const noted = (gradient: GradConfig): GradConfig => ({
          ...gradient,
          gradFunc: (dy, saved, attrs) => {
            ran.add(gradient.kernelName);
            return gradient.gradFunc(dy, saved, attrs);
          },
        });
        try {
          for (const [seed, computation] of tried.entries()) {
            for (const gradient of kernelGradients(tf)) tf.registerGradient(noted(gradient));
            const ours = evaluate(engine, computation, seed);
            for (const { kernelName } of kernelGradients(tf)) {
              const gradient = stock.get(kernelName);
              if (gradient === undefined) assert.fail(`TensorFlow.js has no gradient for ${kernelName}`);
              tf.registerGradient(gradient);
            }
            assert.deepEqual(bitsOf(ours), bitsOf(evaluate(engine, computation, seed)));
          }
        } finally {
          installGradients(tf);
        }
      });

  it('are all of those compared above', async () => {
    const { tf } = await open('cpu');
    assert.deepEqual(
      kernelGradients(tf)
        .map(({ kernelName }) => kernelName)
        .filter((kernelName) => !ran.has(kernelName)),
      [],
    );
  });
});
