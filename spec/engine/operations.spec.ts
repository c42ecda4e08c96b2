/** Every operation that the language uses runs on wasm, forward and backward, and agrees with the JavaScript backend. */

import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { dense, type TensorFlow } from '../../src/engine/index.js';
import { addStockGradients } from '../support/stock-gradients.js';
import { agree, type Computation, open } from './compare.js';

type Run = Computation['run'];
const side = fc.integer({ min: 1, max: 7 });
const even = fc.integer({ min: 1, max: 3 }).map((n) => 2 * n);
const field = fc.tuple(fc.integer({ min: 1, max: 3 }), side, side, fc.integer({ min: 1, max: 5 }));
const anyShape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

interface Case {
  readonly shapes: fc.Arbitrary<readonly (readonly number[])[]>;
  readonly run: Run;
  readonly between?: readonly [number, number];
  readonly gradient?: boolean;
}

const one = (run: (tf: TensorFlow, x: Tensor) => Tensor, between?: readonly [number, number]): Case => ({
  shapes: anyShape.map((s) => [s]),
  run: (tf, [x]) => run(tf, x),
  ...(between === undefined ? {} : { between }),
});
const two = (
  run: (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor,
  between?: readonly [number, number],
): Case => ({
  // the second factor has the same shape, a channel vector's, or a single element
  shapes: fc
    .tuple(anyShape, fc.integer({ min: 0, max: 2 }))
    .map(([s, kind]) => [s, kind === 0 ? s : kind === 1 ? s.slice(-1) : [1]]),
  run: (tf, [a, b]) => run(tf, a, b),
  ...(between === undefined ? {} : { between }),
});
const withoutGradient = (c: Case): Case => ({ ...c, gradient: false });
const onField = (
  run: (tf: TensorFlow, x: Tensor4D) => Tensor,
  shape: fc.Arbitrary<readonly number[]> = field,
): Case => ({
  shapes: shape.map((s) => [s]),
  run: (tf, [x]) => run(tf, as4D(tf, x)),
});
const evenField = fc.tuple(fc.integer({ min: 1, max: 3 }), even, even, fc.integer({ min: 1, max: 5 }));
const as4D = (tf: TensorFlow, x: Tensor): Tensor4D =>
  tf.reshape(x, [x.shape[0], x.shape[1] ?? 1, x.shape[2] ?? 1, x.shape[3] ?? 1]);
const as2D = (tf: TensorFlow, x: Tensor): Tensor2D => tf.reshape(x, [x.shape[0], x.shape[1] ?? 1]);
const as1D = (tf: TensorFlow, x: Tensor): Tensor1D => tf.reshape(x, [x.size]);

const pointwise: Readonly<Record<string, Case>> = {
  tanh: one((tf, x) => tf.tanh(x), [-12, 12]),
  relu: one((tf, x) => tf.relu(x)),
  leakyRelu: one((tf, x) => tf.leakyRelu(x, 0.1)),
  elu: one((tf, x) => tf.elu(x)),
  sigmoid: one((tf, x) => tf.sigmoid(x)),
  softplus: one((tf, x) => tf.softplus(x)),
  sin: one((tf, x) => tf.sin(x)),
  cos: one((tf, x) => tf.cos(x)),
  tan: one((tf, x) => tf.tan(x), [-1, 1]),
  atan: one((tf, x) => tf.atan(x)),
  erf: one((tf, x) => tf.erf(x)),
  exp: one((tf, x) => tf.exp(x)),
  log: one((tf, x) => tf.log(x), [0.2, 3]),
  log1p: one((tf, x) => tf.log1p(x), [0.2, 3]),
  sqrt: one((tf, x) => tf.sqrt(x), [0.2, 3]),
  rsqrt: one((tf, x) => tf.rsqrt(x), [0.2, 3]),
  abs: one((tf, x) => tf.abs(x)),
  square: one((tf, x) => tf.square(x)),
  neg: one((tf, x) => tf.neg(x)),
  sign: one((tf, x) => tf.sign(x)),
  step: one((tf, x) => tf.step(x)),
  reciprocal: one((tf, x) => tf.reciprocal(x), [0.3, 3]),
  clip: one((tf, x) => tf.clipByValue(x, -0.5, 0.7)),
  floor: withoutGradient(one((tf, x) => tf.floor(x))),
  add: two((tf, a, b) => tf.add(a, b)),
  sub: two((tf, a, b) => tf.sub(a, b)),
  mul: two((tf, a, b) => tf.mul(a, b)),
  div: two((tf, a, b) => tf.div(a, b), [0.5, 3]),
  pow: two((tf, a, b) => tf.pow(a, b), [0.5, 2]),
  maximum: two((tf, a, b) => tf.maximum(a, b)),
  minimum: two((tf, a, b) => tf.minimum(a, b)),
  squaredDifference: two((tf, a, b) => tf.squaredDifference(a, b)),
  atan2: two((tf, a, b) => tf.atan2(a, b), [0.5, 3]),
  greater: withoutGradient(two((tf, a, b) => tf.cast(tf.greater(a, b), 'float32'))),
  lessEqual: withoutGradient(two((tf, a, b) => tf.cast(tf.lessEqual(a, b), 'float32'))),
  equal: withoutGradient(one((tf, x) => tf.cast(tf.equal(tf.floor(x), 0), 'float32'))),
  where: {
    shapes: anyShape.map((s) => [s, s]),
    run: (tf, [a, b]) => tf.where(tf.greater(a, b), a, tf.mul(b, 2)),
  },
};

const arrangements: Readonly<Record<string, Case>> = {
  transpose: one((tf, x) => tf.transpose(x)),
  transposeInner: onField((tf, x) => tf.transpose(x, [0, 3, 1, 2])),
  transposeAny: {
    shapes: fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 2, maxLength: 4 }).map((s) => [s]),
    run: (tf, [x]) =>
      tf.transpose(
        x,
        [...x.shape.keys()].map((_, i, all) => all[(i + x.shape[0]) % all.length]),
      ),
  },
  transposeFive: {
    shapes: fc.tuple(side, side, side, side, side).map((s) => [s]),
    run: (tf, [x]) => tf.transpose(tf.transpose(x, [0, 2, 3, 4, 1]), [0, 4, 1, 3, 2]),
  },
  reshape: one((tf, x) => tf.reshape(x, [-1])),
  slice: onField((tf, x) => tf.slice(x, [0, 1 % x.shape[1], 0, 0], [-1, -1, -1, 1])),
  concat: { shapes: field.map((s) => [s, s, s]), run: (tf, xs) => tf.concat(xs, 3) },
  concatFirst: { shapes: field.map((s) => [s, s]), run: (tf, xs) => tf.concat(xs, 0) },
  stack: { shapes: field.map((s) => [s, s, s]), run: (tf, xs) => tf.stack(xs, 0) },
  stackLast: { shapes: field.map((s) => [s, s, s]), run: (tf, xs) => tf.stack(xs, -1) },
  unstack: onField((tf, x) => tf.unstack(x, 1).reduce((sum, part, i) => tf.add(tf.mul(sum, part), i))),
  split: onField((tf, x) => {
    const [a, b] = tf.split(x, 2, 1);
    return tf.mul(a, b);
  }, evenField),
  pad: onField((tf, x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ],
      0.5,
    ),
  ),
  mirrorPad: onField(
    (tf, x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ),
    evenField,
  ),
  tile: onField((tf, x) => tf.tile(x, [1, 2, 3, 1])),
  reverse: onField((tf, x) => tf.reverse(x, [1, 2])),
  cumsum: onField((tf, x) => tf.cumsum(x, 1)),
  gather: onField((tf, x) => tf.gather(x, tf.tensor1d([0, x.shape[1] - 1, 0], 'int32'), 1)),
  expandDims: one((tf, x) => tf.expandDims(x, 0)),
  broadcastTo: onField((tf, x) => tf.mul(tf.ones([...x.shape.slice(0, 3), 1]), x)),
  oneHot: withoutGradient(one((tf, x) => tf.cast(tf.oneHot(tf.cast(tf.abs(x), 'int32'), 3), 'float32'))),
};

const reductions: Readonly<Record<string, Case>> = {
  sum: one((tf, x) => tf.sum(x)),
  sumLeading: onField((tf, x) => tf.sum(x, [0, 1, 2])),
  sumFirst: onField((tf, x) => tf.sum(x, 0, true)),
  sumInner: onField((tf, x) => tf.sum(x, 2)),
  sumLast: onField((tf, x) => tf.sum(x, -1)),
  mean: onField((tf, x) => tf.mean(x, [1, 2])),
  meanAll: one((tf, x) => tf.mean(x)),
  max: onField((tf, x) => tf.max(x, 1)),
  min: onField((tf, x) => tf.min(x, -1)),
  prod: onField((tf, x) => tf.prod(x, 1)),
  argMax: withoutGradient(onField((tf, x) => tf.cast(tf.argMax(x, -1), 'float32'))),
  softmax: onField((tf, x) => tf.softmax(x)),
  logSoftmax: onField((tf, x) => tf.logSoftmax(x)),
  logSumExp: onField((tf, x) => tf.logSumExp(x, -1)),
  norm: onField((tf, x) => tf.norm(x, 2, -1)),
  moments: onField((tf, x) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 0.1)));
  }),
};

const smallConv = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 3, max: 8 }),
    width: fc.integer({ min: 3, max: 8 }),
    from: fc.integer({ min: 1, max: 6 }),
    to: fc.integer({ min: 1, max: 6 }),
    kernel: fc.integer({ min: 1, max: 3 }),
  })
  .map((s) => [
    [s.batch, s.height, s.width, s.from],
    [s.kernel, s.kernel, s.from, s.to],
  ]);
const conv = (strides: number, pad: 'same' | 'valid'): Case => ({
  shapes: smallConv,
  run: (tf, [x, w]) => tf.conv2d(as4D(tf, x), as4D(tf, w), strides, pad),
});
const depthwise = (strides: number, pad: 'same' | 'valid'): Case => ({
  shapes: smallConv,
  run: (tf, [x, w]) => tf.depthwiseConv2d(as4D(tf, x), as4D(tf, w), strides, pad),
});
const transposed = (strides: number, pad: 'same' | 'valid'): Case => ({
  shapes: smallConv.map(([x, w]) => [x, [w[0], w[1], w[3], w[2]]]),
  run: (tf, [x, w]) => {
    const size = (n: number, k: number) => (pad === 'same' ? n * strides : (n - 1) * strides + k);
    const outShape: [number, number, number, number] = [
      x.shape[0],
      size(x.shape[1] ?? 1, w.shape[0]),
      size(x.shape[2] ?? 1, w.shape[1] ?? 1),
      w.shape[2] ?? 1,
    ];
    return tf.conv2dTranspose(as4D(tf, x), as4D(tf, w), outShape, strides, pad);
  },
});
const matrix = (transposeA: boolean, transposeB: boolean): Case => ({
  shapes: fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }))
    .map(([m, k, n]) => [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]]),
  run: (tf, [a, b]) => tf.matMul(a, b, transposeA, transposeB),
});

const products: Readonly<Record<string, Case>> = {
  convSame: conv(1, 'same'),
  convValid: conv(1, 'valid'),
  convStrideSame: conv(2, 'same'),
  convStrideValid: conv(2, 'valid'),
  depthwiseSame: depthwise(1, 'same'),
  depthwiseStride: depthwise(2, 'valid'),
  transposedSame: transposed(1, 'same'),
  transposedStride: transposed(2, 'same'),
  transposedValid: transposed(2, 'valid'),
  conv1d: {
    shapes: smallConv.map(([x, w]) => [
      [x[0], x[1], x[3]],
      [w[0], w[2], w[3]],
    ]),
    run: (tf, [x, w]) =>
      tf.conv1d(
        tf.reshape<Rank.R3>(x, [x.shape[0], x.shape[1] ?? 1, x.shape[2] ?? 1]),
        tf.reshape<Rank.R3>(w, [w.shape[0], w.shape[1] ?? 1, w.shape[2] ?? 1]),
        1,
        'same',
      ),
  },
  matMul: matrix(false, false),
  matMulTransposeA: matrix(true, false),
  matMulTransposeB: matrix(false, true),
  matMulTransposeBoth: matrix(true, true),
  batchMatMul: {
    shapes: fc.tuple(side, side, side, side).map(([b, m, k, n]) => [
      [b, m, k],
      [b, k, n],
    ]),
    run: (tf, [a, b]) => tf.matMul(a, b),
  },
  fusedMatMul: {
    shapes: fc.tuple(side, side, side).map(([m, k, n]) => [[m, k], [k, n], [n]]),
    run: (tf, [a, b, bias]) =>
      tf.fused.matMul({ a: as2D(tf, a), b: as2D(tf, b), bias, activation: 'linear' }),
  },
  dense: {
    shapes: fc.tuple(side, side, side).map(([m, k, n]) => [[m, k], [k, n], [n]]),
    run: (tf, [x, w, bias]) => dense(tf, as2D(tf, x), as2D(tf, w), bias, 'relu'),
  },
  denseLinear: {
    shapes: fc.tuple(side, side, side).map(([m, k, n]) => [
      [m, k],
      [k, n],
    ]),
    run: (tf, [x, w]) => dense(tf, as2D(tf, x), as2D(tf, w), undefined, 'linear'),
  },
  dot: {
    shapes: fc.tuple(side, side).map(([m, k]) => [[m, k], [k]]),
    run: (tf, [a, b]) => tf.dot(as2D(tf, a), as1D(tf, b)),
  },
  maxPool: onField((tf, x) => tf.maxPool(x, 2, 2, 'valid'), evenField),
  maxPoolSame: onField((tf, x) => tf.maxPool(x, 3, 1, 'same')),
  avgPool: onField((tf, x) => tf.avgPool(x, 2, 2, 'valid'), evenField),
  avgPoolSame: onField((tf, x) => tf.avgPool(x, 3, 2, 'same')),
  batchNorm: {
    shapes: field.map((s) => [s, s.slice(3), s.slice(3), s.slice(3), s.slice(3)]),
    run: (tf, [x, mean, variance, offset, scale]) =>
      tf.batchNorm(x, as1D(tf, mean), as1D(tf, tf.abs(variance)), as1D(tf, offset), as1D(tf, scale)),
  },
};

const check = (cases: Readonly<Record<string, Case>>): void => {
  for (const [name, { shapes, ...rest }] of Object.entries(cases)) {
    it(name, () =>
      fc.assert(
        fc.asyncProperty(shapes, fc.nat(), (drawn, seed) => agree({ shapes: drawn, ...rest }, seed)),
        { numRuns: 12 },
      ),
    );
  }
};

describe('wasm agrees with the JavaScript backend', () => {
  // some of these are not in the language: what a person writes beside programs, with the union package's gradients
  let takeAway = () => {};
  before(async () => {
    takeAway = await addStockGradients((await open('cpu')).tf);
  });
  after(() => takeAway());
  describe('pointwise maps', () => check(pointwise));
  describe('arrangements', () => check(arrangements));
  describe('reductions', () => check(reductions));
  describe('products', () => check(products));
});
