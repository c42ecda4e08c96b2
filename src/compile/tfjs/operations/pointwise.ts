/** Pointwise operations in TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { MapFunction, OpOf, ZipFunction } from '../../../dsl/op.js';
import { keepsNaN, type TensorFlow } from '../../../engine/index.js';
import type { Context, Value } from './context.js';
import { stopGradient, withGradient, withGradients } from './gradient.js';

/** The kernel's result, but NaN where x is NaN. */
const withNaN = (tf: TensorFlow, kernelName: string, y: Tensor, x: Tensor): Tensor =>
  keepsNaN(tf, kernelName) ? y : tf.where(tf.isNaN(x), x, y);

/** -1, 0 or 1, and NaN of NaN, which TensorFlow.js's own takes for 0. */
const sign = (tf: TensorFlow, x: Tensor): Tensor => withNaN(tf, 'Sign', tf.sign(x), x);

const maps: Readonly<Record<MapFunction, (tf: TensorFlow, x: Tensor) => Tensor>> = {
  tanh: (tf, x) => tf.tanh(x),
  relu: (tf, x) => withNaN(tf, 'Relu', tf.relu(x), x),
  sigmoid: (tf, x) => tf.sigmoid(x),
  // max(x, 0) + log(1 + exp(-|x|)) does not overflow; the gradient of the stock kernel does not exist everywhere.
  softplus: (tf, x) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))),
  sin: (tf, x) => tf.sin(x),
  cos: (tf, x) => tf.cos(x),
  exp: (tf, x) => tf.exp(x),
  log: (tf, x) => tf.log(x),
  sqrt: (tf, x) => tf.sqrt(x),
  square: (tf, x) => tf.square(x),
  // its gradient is 0 at 0; TensorFlow.js's own has -1 there
  abs: (tf, x) =>
    withGradient(tf, x, {
      forward: (value) => ({ value: tf.abs(value), saved: [sign(tf, value)] }),
      backward: (dy, [slope]) => tf.mul(dy, slope),
    }),
  reciprocal: (tf, x) => tf.reciprocal(x),
  sign: (tf, x) => sign(tf, stopGradient(tf, x)),
  stopGradient,
};

/** NaN where one of two is, else 0; without gradients. */
const nanOf = (tf: TensorFlow, a: Tensor, b: Tensor): Tensor =>
  withGradients(tf, [a, b], {
    forward: ([left, right]) => {
      const lost = tf.logicalOr(tf.isNaN(left), tf.isNaN(right));
      return { value: tf.where(lost, tf.scalar(Number.NaN), tf.scalar(0)), saved: [left, right] };
    },
    backward: (_, [left, right]) => [tf.zerosLike(left), tf.zerosLike(right)],
  });

/** The larger or smaller of two, and NaN where one of them is. */
const chosen =
  (kernelName: 'Maximum' | 'Minimum', choose: (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor) =>
  (tf: TensorFlow, a: Tensor, b: Tensor): Tensor => {
    const choice = choose(tf, a, b);
    return keepsNaN(tf, kernelName) ? choice : tf.add(choice, nanOf(tf, a, b));
  };

const zips: Readonly<Record<ZipFunction, (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor>> = {
  add: (tf, a, b) => tf.add(a, b),
  sub: (tf, a, b) => tf.sub(a, b),
  mul: (tf, a, b) => tf.mul(a, b),
  div: (tf, a, b) => tf.div(a, b),
  max: chosen('Maximum', (tf, a, b) => tf.maximum(a, b)),
  min: chosen('Minimum', (tf, a, b) => tf.minimum(a, b)),
  greater: (tf, a, b) => tf.cast(tf.greater(stopGradient(tf, a), stopGradient(tf, b)), 'float32'),
};

export const map = ({ fn }: OpOf<'map'>, x: Value, { tf }: Context): Tensor => maps[fn](tf, x.tensor);

export const affine = ({ scale, shift }: OpOf<'affine'>, x: Value, { tf }: Context): Tensor => {
  if (scale === 1) return shift === 0 ? x.tensor.clone() : tf.add(x.tensor, shift);
  const scaled = scale === -1 ? tf.neg(x.tensor) : tf.mul(x.tensor, scale);
  return shift === 0 ? scaled : tf.add(scaled, shift);
};

/**
 * Of all pairs of shapes that the language joins, each is a table: rows are samples, or there is one; columns are the
 * elements of a sample, or there is one. So no backend meets more than two axes here: wasm computes nonsense from
 * seven on.
 */
export const zip = ({ fn }: OpOf<'zip'>, a: Value, b: Value, { tf }: Context): Tensor => {
  const joined = [a, b].find(({ facts }) => facts.shape.length > 0)?.facts.shape ?? [];
  const perSample = [a, b].find(({ facts }) => facts.perSample);
  const result = zips[fn](tf, table(tf, a), table(tf, b));
  return tf.reshape(result, perSample === undefined ? [...joined] : [perSample.tensor.shape[0], ...joined]);
};

const table = (tf: TensorFlow, { tensor, facts }: Value): Tensor => {
  const rows = facts.perSample ? tensor.shape[0] : 1;
  return tf.reshape(tensor, [rows, tensor.size / rows]);
};
