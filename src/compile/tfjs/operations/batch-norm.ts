/** Batch normalisation in TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { OpOf } from '../../../dsl/op.js';
import { batchNorm as byBatch, normaliseBy } from '../../../engine/ops.js';
import type { Context, Value } from './context.js';

/**
 * Statistics of an earlier use, detached from the tape, which would otherwise ask kernels for gradients that they do
 * not have.
 */
const offTape = (tf: Context['tf'], statistics: Tensor | undefined): Tensor | undefined =>
  statistics && tf.tensor(statistics.dataSync().slice(), statistics.shape);

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
  { tf, training, statistics }: Context,
): Tensor => {
  const affine = { scale: scale.tensor, shift: shift.tensor, epsilon };
  if (!training)
    return normaliseBy(tf, x.tensor, { ...affine, mean: mean.tensor, variance: variance.tensor });
  // a layer used twice updates its statistics twice, one after the other
  const before = names?.map((name) => statistics.get(name)) ?? [];
  const made = byBatch(tf, x.tensor, {
    ...affine,
    mean: offTape(tf, before[0]) ?? mean.tensor,
    variance: offTape(tf, before[1]) ?? variance.tensor,
    momentum,
  });
  if (names === undefined) return made.value;
  statistics.set(names[0], tf.keep(made.mean));
  statistics.set(names[1], tf.keep(made.variance));
  for (const old of before) old?.dispose();
  return made.value;
};
