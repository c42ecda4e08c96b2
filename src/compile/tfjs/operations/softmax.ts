/** Softmax over the last axis in TensorFlow.js, by the engine's own kernel. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { Context, Value } from './context.js';
import { withGradient } from './gradient.js';

/** The gradient is y (dy - the sum of dy y), so only the result is kept. */
export const softmax = ({ tensor }: Value, { tf }: Context): Tensor =>
  withGradient(tf, tensor, {
    forward: (given) => {
      const value = tf.softmax(given);
      return { value, saved: [value] };
    },
    backward: (dy, [value]) => {
      const scaled = tf.mul(dy, value);
      return tf.sub(scaled, tf.mul(tf.sum(scaled, -1, true), value));
    },
  });
