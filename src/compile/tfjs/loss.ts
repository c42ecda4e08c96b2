/** Losses over the batch in TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../engine/index.js';
import { withGradient } from './gradient.js';

/**
 * The sum over all pixels of the cross-entropy -log softmax(logits)[label].
 *
 * @param logits [B, ..., K]
 * @param labels [B, ...], whole numbers below K
 */
export const crossEntropySum = (tf: TensorFlow, logits: Tensor, labels: Tensor): Tensor => {
  const classes = logits.shape[logits.shape.length - 1];
  const rows = logits.reshape([-1, classes]);
  // With a single class every label is 0, and tf.oneHot refuses a depth of 1.
  const target = classes === 1 ? tf.onesLike(rows) : tf.oneHot(labels.flatten().toInt(), classes).toFloat();
  return withGradient(tf, rows, {
    forward: (x) => {
      const top = tf.sub(x, tf.max(x, 1, true));
      const powers = tf.exp(top);
      const total = tf.sum(powers, 1, true);
      const own = tf.sum(tf.mul(top, target), 1, true);
      return { value: tf.sum(tf.sub(tf.log(total), own)), saved: [tf.sub(tf.div(powers, total), target)] };
    },
    backward: (dy, [difference]) => tf.mul(difference, dy),
  });
};
