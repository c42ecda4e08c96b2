/** Reductions and the spectrum in TensorFlow.js. */

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { OpOf } from '../../../dsl/op.js';
import { bins, volume } from '../../../dsl/shape.js';
import type { TensorFlow } from '../../../engine/engine.js';
import { keepsNaN } from '../../../engine/ops.js';
import { axisOf, type Context, lead, type Value } from './context.js';
import { withGradient } from './gradient.js';

/** @param isDetached whether no gradient will reach it */
export const reduce = (op: OpOf<'reduce'>, x: Value, { tf }: Context, isDetached: boolean): Tensor => {
  const isRecorded = !isDetached && tf.engine().isTapeOn();
  const axes = op.axes.map((axis) => axisOf(x, axis));
  if (axes.length === 0) return x.tensor.clone();
  switch (op.fn) {
    case 'sum':
      return tf.sum(x.tensor, axes);
    case 'mean':
      return tf.mean(x.tensor, axes);
    case 'max':
      return extreme(tf, x.tensor, axes, isRecorded);
    case 'min':
      return tf.neg(extreme(tf, tf.neg(x.tensor), axes, isRecorded));
  }
};

/**
 * The maximum, whose gradient goes to the first place where it is reached. TensorFlow.js's own gives it to all of
 * them, several times. The place is only searched if a gradient is recorded.
 */
const extreme = (tf: TensorFlow, x: Tensor, axes: readonly number[], isRecorded: boolean): Tensor => {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const sorted = [...axes].sort((a, b) => a - b);
  const n = volume(sorted.map((axis) => x.shape[axis]));
  const rest = kept.map((axis) => x.shape[axis]);
  // The maximum of one value is that value, and tf.oneHot refuses a depth of 1.
  if (n === 1) return tf.reshape(x, rest);
  const rows = tf.reshape(tf.transpose(x, [...kept, ...sorted]), [volume(rest), n]);
  const reached = withGradient(tf, rows, {
    forward: (value) => {
      const top = largestIn(tf, value);
      return {
        value: top,
        saved: isRecorded ? [firstReached(tf, value, top)] : [],
      };
    },
    backward: (dy, [first]) =>
      first === undefined
        ? tf.zeros([volume(rest), n])
        : tf.mul(tf.expandDims(dy, 1), tf.cast(tf.oneHot(tf.cast(first, 'int32'), n), 'float32')),
  });
  return tf.reshape(reached, rest);
};

/** The largest value of each row; NaN if one of them is NaN. */
const largestIn = (tf: TensorFlow, rows: Tensor): Tensor => {
  const largest = tf.max(rows, 1);
  return keepsNaN(tf, 'Max') ? largest : tf.where(tf.any(tf.isNaN(rows), 1), tf.scalar(Number.NaN), largest);
};

/** The first place in each row that reaches the largest value; in a row with NaN, the first NaN. */
const firstReached = (tf: TensorFlow, value: Tensor, top: Tensor): Tensor =>
  tf.where(tf.isNaN(top), tf.argMax(tf.cast(tf.isNaN(value), 'int32'), 1), tf.argMax(value, 1));

/** cos and -sin of 2 pi k t / T side by side: [T, 2 K]. Angles are reduced before the cosine, which keeps them exact. */
const fourier = (t: number): Float32Array => {
  const k = bins(t);
  const matrix = new Float32Array(t * 2 * k);
  for (let time = 0; time < t; time++)
    for (let bin = 0; bin < k; bin++) {
      const angle = (2 * Math.PI * ((time * bin) % t)) / t;
      matrix[time * 2 * k + bin] = Math.cos(angle);
      matrix[time * 2 * k + k + bin] = -Math.sin(angle);
    }
  return matrix;
};

/**
 * |DFT| over the first axis of the sample, as one matrix product: T is small, and every backend multiplies matrices
 * well while few have a Fourier transform with a gradient.
 */
export const spectrum = (x: Value, { tf }: Context): Tensor => {
  const [steps, ...rest] = x.facts.shape;
  const k = bins(steps);
  const n = lead(x) === 1 ? x.tensor.shape[0] : 1;
  const sites = volume(rest);
  const last = tf.transpose(tf.reshape(x.tensor, [n, steps, sites]), [0, 2, 1]);
  const rows: Tensor2D = tf.reshape(last, [n * sites, steps]);
  const transformed = tf.matMul(rows, tf.tensor2d(fourier(steps), [steps, 2 * k]));
  const magnitude = tf.transpose(tf.reshape(modulus(tf, transformed), [n, sites, k]), [0, 2, 1]);
  return tf.reshape(magnitude, lead(x) === 1 ? [n, k, ...rest] : [k, ...rest]);
};

/** Beyond these a square over- or underflows, so parts are scaled first, by powers of two, which is exact. */
const far = { from: 2 ** 40, scale: 2 ** -70 };
const near = { below: 2 ** -40, scale: 2 ** 90 };

/** For each pair of rows [re | im] the factor by which both are scaled. */
const scaleOf = (tf: TensorFlow, pairs: Tensor): Tensor => {
  const larger = tf.tidy(() => {
    const [re, im] = tf.split(pairs, 2, 1);
    return tf.maximum(tf.abs(re), tf.abs(im));
  });
  const [large, small, one] = [far.scale, near.scale, 1].map((factor) => tf.scalar(factor));
  const within = tf.where(tf.less(larger, near.below), small, one);
  return tf.where(tf.greater(larger, far.from), large, within);
};

/** |re + i im| of rows [re | im], accurate at every scale; its gradient at zero is zero. */
const modulus = (tf: TensorFlow, pairs: Tensor): Tensor =>
  withGradient(tf, pairs, {
    forward: (value) => {
      const scale = tf.tidy(() => scaleOf(tf, value));
      const scaled = tf.tidy(() => tf.mul(value, tf.concat([scale, scale], 1)));
      const length = tf.tidy(() => {
        const [re, im] = tf.split(scaled, 2, 1);
        return tf.sqrt(tf.add(tf.square(re), tf.square(im)));
      });
      return { value: tf.div(length, scale), saved: [scaled, length] };
    },
    backward: (dy, [scaled, length]) => {
      // If the length is 0, both scaled parts are 0, so any finite factor gives gradient 0.
      const factor = tf.div(dy, tf.maximum(length, 1e-30));
      return tf.mul(scaled, tf.concat([factor, factor], 1));
    },
  });
