/** Pointwise operations in TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { MapFunction, OpOf, ZipFunction } from '../../../dsl/op.js';
import type { TensorFlow } from '../../../engine/engine.js';
import { keepsNaN } from '../../../engine/ops.js';
import { erfEnd, erfRatio } from '../../erf.js';
import type { Context, Value } from './context.js';
import { stopGradient, withGradient, withGradients } from './gradient.js';

/** The kernel's result, except that NaN stays NaN. */
const withNaN = (tf: TensorFlow, kernelName: string, y: Tensor, x: Tensor): Tensor =>
  keepsNaN(tf, kernelName) ? y : tf.where(tf.isNaN(x), x, y);

/** -1, 0 or 1, and NaN for NaN, for which TensorFlow.js's own gives 0. */
const sign = (tf: TensorFlow, x: Tensor): Tensor => withNaN(tf, 'Sign', tf.sign(x), x);

/**
 * By the ratio that every engine evaluates equally; TensorFlow.js's own has an absolute error of 1e-7, even for small
 * values.
 */
const erf = (tf: TensorFlow, x: Tensor): Tensor => {
  const inside = tf.clipByValue(x, -erfEnd, erfEnd);
  const square = tf.square(inside);
  const sum = ([last, ...coefficients]: readonly number[]): Tensor =>
    coefficients.reduce<Tensor>((higher, c) => {
      const next = tf.tidy(() => tf.add(tf.mul(higher, square), c));
      higher.dispose();
      return next;
    }, tf.scalar(last));
  const top = tf.tidy(() => tf.mul(inside, sum([...erfRatio.p].reverse())));
  const ratio = tf.tidy(() => tf.div(top, sum([...erfRatio.q].reverse())));
  return tf.tidy(() => tf.where(tf.isNaN(x), x, tf.clipByValue(ratio, -1, 1)));
};

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
  floor: (tf, x) =>
    withGradient(tf, x, {
      forward: (value) => ({ value: tf.floor(value), saved: [] }),
      backward: (dy) => tf.zerosLike(dy),
    }),
  erf: (tf, x) =>
    withGradient(tf, x, {
      forward: (value) => ({ value: erf(tf, value), saved: [value] }),
      backward: (dy, [value]) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(value))), 2 / Math.sqrt(Math.PI))),
    }),
  stopGradient,
};

/** NaN if one of two is NaN, else 0; without gradients. */
const nanOf = (tf: TensorFlow, a: Tensor, b: Tensor): Tensor =>
  withGradients(tf, [a, b], {
    forward: ([left, right]) => {
      const lost = tf.logicalOr(tf.isNaN(left), tf.isNaN(right));
      return { value: tf.where(lost, tf.scalar(Number.NaN), tf.scalar(0)), saved: [left, right] };
    },
    backward: (_, [left, right]) => [tf.zerosLike(left), tf.zerosLike(right)],
  });

/** The larger or smaller of two, or NaN if one of them is NaN. */
const chosen =
  (kernelName: 'Maximum' | 'Minimum', choose: (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor) =>
  (tf: TensorFlow, a: Tensor, b: Tensor): Tensor => {
    const choice = choose(tf, a, b);
    return keepsNaN(tf, kernelName) ? choice : tf.add(choice, nanOf(tf, a, b));
  };

/**
 * The angle of (b, a). Its gradients are b / r^2 and -a / r^2, computed with both divided by the larger of |a| and
 * |b|, and 0 at the origin.
 */
const angle = (tf: TensorFlow, a: Tensor, b: Tensor): Tensor =>
  withGradients(tf, [a, b], {
    forward: ([left, right]) => ({ value: tf.atan2(left, right), saved: [left, right] }),
    backward: (dy, [left, right]) => {
      const size = tf.maximum(tf.abs(left), tf.abs(right));
      const unit = tf.where(tf.equal(size, 0), tf.onesLike(size), size);
      const [u, v] = [tf.div(left, unit), tf.div(right, unit)];
      const total = tf.add(tf.square(u), tf.square(v));
      const turn = (part: Tensor): Tensor =>
        tf.div(tf.mul(dy, tf.div(part, tf.where(tf.equal(total, 0), tf.onesLike(total), total))), unit);
      return [summedTo(tf, turn(v), left), summedTo(tf, tf.neg(turn(u)), right)];
    },
  });

/** A gradient summed over the axes along which a table was repeated. */
const summedTo = (tf: TensorFlow, gradient: Tensor, to: Tensor): Tensor => {
  const axes = tf.broadcast_util.getReductionAxes(to.shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, to.shape);
};

const zips: Readonly<Record<ZipFunction, (tf: TensorFlow, a: Tensor, b: Tensor) => Tensor>> = {
  add: (tf, a, b) => tf.add(a, b),
  sub: (tf, a, b) => tf.sub(a, b),
  mul: (tf, a, b) => tf.mul(a, b),
  div: (tf, a, b) => tf.div(a, b),
  max: chosen('Maximum', (tf, a, b) => tf.maximum(a, b)),
  min: chosen('Minimum', (tf, a, b) => tf.minimum(a, b)),
  greater: (tf, a, b) => tf.cast(tf.greater(stopGradient(tf, a), stopGradient(tf, b)), 'float32'),
  greaterEqual: (tf, a, b) => tf.cast(tf.greaterEqual(stopGradient(tf, a), stopGradient(tf, b)), 'float32'),
  atan2: angle,
};

export const map = ({ fn }: OpOf<'map'>, x: Value, { tf }: Context): Tensor => maps[fn](tf, x.tensor);

export const affine = ({ scale, shift }: OpOf<'affine'>, x: Value, { tf }: Context): Tensor => {
  if (scale === 1) return shift === 0 ? x.tensor.clone() : tf.add(x.tensor, shift);
  const scaled = scale === -1 ? tf.neg(x.tensor) : tf.mul(x.tensor, scale);
  return shift === 0 ? scaled : tf.add(scaled, shift);
};

/**
 * Each operand becomes a table: rows are samples, or a single row; columns are the elements of a sample, or a single
 * column. So backends see at most two axes here; wasm gives wrong results from seven on.
 */
export const zip = ({ fn }: OpOf<'zip'>, a: Value, b: Value, { tf }: Context): Tensor => {
  return untabled(tf, zips[fn](tf, table(tf, a), table(tf, b)), [a, b]);
};

/** b if the condition is at most 0, else a. The value that is not chosen has gradient 0, even if it is NaN. */
export const where = (condition: Value, a: Value, b: Value, { tf }: Context): Tensor => {
  const [c, x, y] = [condition, a, b].map((value) => table(tf, value));
  const size = [0, 1].map((axis) => Math.max(...[c, x, y].map(({ shape }) => shape[axis])));
  const whole = (z: Tensor): Tensor =>
    z.size === size[0] * size[1]
      ? z
      : tf.tile(
          z,
          size.map((n, axis) => n / (z.shape[axis] ?? 1)),
        );
  const chosen = withGradients(tf, [c, x, y], {
    forward: ([given, left, right]) => ({
      value: tf.where(tf.lessEqual(whole(given), 0), whole(right), whole(left)),
      saved: [given, left, right],
    }),
    backward: (dy, [given, left, right]) => {
      const second = tf.lessEqual(whole(given), 0);
      const nought = tf.zerosLike(dy);
      return [
        tf.zerosLike(given),
        summedTo(tf, tf.where(second, nought, dy), left),
        summedTo(tf, tf.where(second, dy, nought), right),
      ];
    },
  });
  return untabled(tf, chosen, [condition, a, b]);
};

/** The table as a tensor of the joint shape of these values. */
const untabled = (tf: TensorFlow, rows: Tensor, values: readonly Value[]): Tensor => {
  const joined = values.find(({ facts }) => facts.shape.length > 0)?.facts.shape ?? [];
  const perSample = values.find(({ facts }) => facts.perSample);
  return tf.reshape(rows, perSample === undefined ? [...joined] : [perSample.tensor.shape[0], ...joined]);
};

const table = (tf: TensorFlow, { tensor, facts }: Value): Tensor => {
  const rows = facts.perSample ? tensor.shape[0] : 1;
  return tf.reshape(tensor, [rows, tensor.size / rows]);
};
