/** Batch normalisation in TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs';
import type { OpOf } from '../../dsl/op.js';
import type { Context, Value } from './context.js';

/**
 * Normalises over the batch and all sites in training, by the running statistics otherwise; in training the new
 * running statistics go to the context, moved by `momentum` towards the batch's mean and unbiased variance.
 *
 * @param names the parameters that hold the running mean and variance
 */
export const batchNorm = (
  { momentum, epsilon }: OpOf<'batchNorm'>,
  [x, scale, shift, mean, variance]: readonly Value[],
  names: readonly [string, string] | undefined,
  context: Context,
): Tensor => {
  const { tf, training, statistics } = context;
  const value = x.tensor;
  const normalise = (centre: Tensor, spread: Tensor): Tensor =>
    tf.add(
      tf.mul(tf.mul(tf.sub(value, centre), tf.rsqrt(tf.add(spread, epsilon))), scale.tensor),
      shift.tensor,
    );
  if (!training) return normalise(mean.tensor, variance.tensor);
  const axes = value.shape.slice(0, -1).map((_, axis) => axis);
  const moments = tf.moments(value, axes);
  if (names !== undefined) {
    const n = value.size / value.shape[value.shape.length - 1];
    const towards = (running: Tensor, batch: Tensor): Tensor =>
      tf.keep(tf.add(tf.mul(running, 1 - momentum), tf.mul(batch, momentum)));
    // A layer used twice moves its statistics twice, each time from where the last left them.
    const move = (name: string, start: Tensor, batch: Tensor): void => {
      const before = statistics.get(name);
      statistics.set(name, towards(before ?? start, batch));
      before?.dispose();
    };
    move(names[0], mean.tensor, moments.mean);
    move(names[1], variance.tensor, tf.mul(moments.variance, n / Math.max(1, n - 1)));
  }
  return normalise(moments.mean, moments.variance);
};
