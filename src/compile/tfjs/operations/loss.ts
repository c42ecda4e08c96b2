/** Losses in TensorFlow.js: the totals of `../../loss.ts` over some images, each with its gradient written out. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../../engine/index.js';
import { classShares, type Dice, type Focal, type Loss } from '../../loss.js';
import { withGradient } from './gradient.js';

/**
 * The total of the loss over these images; divided by the count of the whole batch it is their share of the loss.
 *
 * @param logits [B, ..., K]
 * @param labels [B, ...], whole numbers below K
 * @param ignores whether there are labels below 0, which are not classes: their rows add nothing and get no gradient
 */
export const lossTotal = (
  tf: TensorFlow,
  loss: Loss,
  logits: Tensor,
  labels: Tensor,
  ignores = false,
): Tensor => {
  const [images] = logits.shape;
  const classes = logits.shape[logits.shape.length - 1];
  const rows = tf.reshape(logits, [-1, classes]);
  const flat = tf.cast(tf.reshape(labels, [labels.size]), 'int32');
  const counted = ignores ? tf.reshape(tf.cast(tf.greaterEqual(flat, 0), 'float32'), [-1, 1]) : undefined;
  // With a single class every label is 0, and tf.oneHot refuses a depth of 1; what it makes of -1 differs by engine.
  const known = counted === undefined ? flat : tf.maximum(flat, tf.scalar(0, 'int32'));
  const all = classes === 1 ? tf.onesLike(rows) : tf.cast(tf.oneHot(known, classes), 'float32');
  const target = counted === undefined ? all : tf.mul(all, counted);
  switch (loss.name) {
    case 'cross-entropy':
      return crossEntropyTotal(tf, rows, target, weightsOf(tf, loss, target) ?? counted);
    case 'focal':
      return focalTotal(tf, loss, rows, target, weightsOf(tf, loss, target) ?? counted);
    case 'dice':
      return diceTotal(tf, loss, rows, target, images, counted);
  }
};

/** The weight of each row, [N, 1]; undefined if all are equal, so that the published loss does no extra work. */
const weightsOf = (tf: TensorFlow, { weights }: Loss, target: Tensor): Tensor | undefined =>
  weights.length === 0
    ? undefined
    : tf.sum(tf.mul(target, tf.tensor2d([...weights], [1, weights.length])), 1, true);

const crossEntropyTotal = (tf: TensorFlow, rows: Tensor, target: Tensor, weights?: Tensor): Tensor =>
  withGradient(tf, rows, {
    forward: (x) => {
      const top = tf.sub(x, tf.max(x, 1, true));
      const powers = tf.exp(top);
      const total = tf.sum(powers, 1, true);
      const own = tf.sum(tf.mul(top, target), 1, true);
      const each = tf.sub(tf.log(total), own);
      const derivative = tf.sub(tf.div(powers, total), target);
      return weights === undefined
        ? { value: tf.sum(each), saved: [derivative] }
        : { value: tf.sum(tf.mul(weights, each)), saved: [tf.mul(weights, derivative)] };
    },
    backward: (dy, [derivative]) => tf.mul(derivative, dy),
  });

/** With p the right class's share: d/dx = ((1-p)^g - g p (1-p)^(g-1) log p) (softmax - target). */
const focalTotal = (
  tf: TensorFlow,
  { gamma }: Focal,
  rows: Tensor,
  target: Tensor,
  weights?: Tensor,
): Tensor =>
  withGradient(tf, rows, {
    forward: (x) => {
      const top = tf.sub(x, tf.max(x, 1, true));
      const powers = tf.exp(top);
      const total = tf.sum(powers, 1, true);
      const log = tf.sub(tf.sum(tf.mul(top, target), 1, true), tf.log(total));
      const share = tf.exp(log);
      // If 1 - p is 0, log p is 0 too; the bound keeps a power below 1 finite.
      const missed = tf.maximum(tf.sub(1, share), 1e-7);
      const focus = tf.pow(missed, gamma);
      const turned = tf.mul(tf.mul(share, log), tf.mul(gamma, tf.pow(missed, gamma - 1)));
      const each = tf.neg(tf.mul(focus, log));
      const derivative = tf.mul(tf.sub(focus, turned), tf.sub(tf.div(powers, total), target));
      return weights === undefined
        ? { value: tf.sum(each), saved: [derivative] }
        : { value: tf.sum(tf.mul(weights, each)), saved: [tf.mul(weights, derivative)] };
    },
    backward: (dy, [derivative]) => tf.mul(derivative, dy),
  });

/** Image by image: with D = (2 both + s) / (sizes + s), dD/dp = (2 t - D) / (sizes + s), then through the softmax. */
const diceTotal = (
  tf: TensorFlow,
  loss: Dice,
  rows: Tensor,
  target: Tensor,
  images: number,
  counted?: Tensor,
): Tensor => {
  const classes = rows.shape[1] ?? 1;
  const shape = [images, -1, classes];
  return withGradient(tf, rows, {
    forward: (x) => {
      const powers = tf.exp(tf.sub(x, tf.max(x, 1, true)));
      const all = tf.div(powers, tf.sum(powers, 1, true));
      const p = tf.reshape(counted === undefined ? all : tf.mul(all, counted), shape);
      const t = tf.reshape(target, shape);
      const shares = tf.tensor3d([...classShares(loss, classes)], [1, 1, classes]);
      const both = tf.sum(tf.mul(p, t), 1, true);
      const sizes = tf.add(tf.add(tf.sum(p, 1, true), tf.sum(t, 1, true)), loss.smoothing);
      const dice = tf.div(tf.add(tf.mul(2, both), loss.smoothing), sizes);
      const steep = tf.neg(tf.div(tf.mul(shares, tf.sub(tf.mul(2, t), dice)), sizes));
      const derivative = tf.mul(p, tf.sub(steep, tf.sum(tf.mul(p, steep), 2, true)));
      // the loss of an image without a label is exactly 0
      const labelled = counted && tf.max(tf.reshape(counted, [images, -1, 1]), 1, true);
      const value =
        labelled === undefined
          ? tf.sub(images, tf.sum(tf.mul(shares, dice)))
          : tf.sub(tf.sum(labelled), tf.sum(tf.mul(labelled, tf.mul(shares, dice))));
      return {
        value,
        saved: [tf.reshape(derivative, [-1, classes])],
      };
    },
    backward: (dy, [derivative]) => tf.mul(derivative, dy),
  });
};
