/** The largest value of each window, or NaN if the window has one, on every engine. */

import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../../engine/engine.js';
import { keepsNaN } from '../../../engine/ops.js';
import { withGradient } from './gradient.js';

/** The most negative float, which replaces -Infinity in the search for the largest. */
const lowest = -(2 - 2 ** -23) * 2 ** 127;

/** Windows lie wholly inside the field; the gradient goes to the first place where the largest is reached. */
export const maxPool = (
  tf: TensorFlow,
  field: Tensor4D,
  size: [number, number],
  stride: [number, number],
): Tensor => {
  const pooled = (x: Tensor): Tensor =>
    tf.maxPool(tf.reshape<Rank.R4>(x, field.shape), size, stride, 'valid');
  if (keepsNaN(tf, 'MaxPool')) return pooled(field);
  return withGradient(tf, field, {
    forward: (value) => {
      const missing = tf.isNaN(value);
      const lost = tf.greater(pooled(tf.cast(missing, 'float32')), 0);
      // NaN is replaced by Infinity, the largest of its window; a window of only -Infinity would have no largest.
      const numbers = tf.where(missing, tf.scalar(Number.POSITIVE_INFINITY), tf.maximum(value, lowest));
      return {
        value: tf.where(lost, tf.scalar(Number.NaN), pooled(value)),
        saved: [numbers, pooled(numbers)],
      };
    },
    backward: (dy, [input, output]) => {
      const attrs = { filterSize: size, strides: stride, pad: 'valid' };
      const made = tf.engine().runKernel('MaxPoolGrad', { dy, input, output }, attrs);
      return Array.isArray(made) ? made[0] : made;
    },
  });
};
