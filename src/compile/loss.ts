/**
 * Losses as plain data, and their definitions in float64.
 *
 * A loss is a quotient of two sums over images: `total / count`. The count follows from the labels alone, so it is known
 * before anything is computed. Each micro-batch divides its total by the count of the whole batch, so that the losses of
 * micro-batches add up. That is why Dice, an overlap, is computed image by image and not over a batch.
 *
 * A label below 0 is not a class: its pixel enters neither sum and has no gradient.
 */

import { hasClass } from '../base/no-class.js';
import { power } from '../base/power.js';

/** The published loss: -log p of the true class. */
export interface CrossEntropy {
  readonly name: 'cross-entropy';
  /** The weight of a pixel of each class; empty: every class has weight 1. */
  readonly weights: readonly number[];
}

/**
 * Focal loss: -(1 - p)^gamma log p, with p the probability of the right class, so that easy pixels count little.
 * Source: Lin et al. 2017 (arXiv 1708.02002), equation 5. With gamma 0 it is the cross-entropy.
 */
export interface Focal {
  readonly name: 'focal';
  readonly weights: readonly number[];
  readonly gamma: number;
}

/**
 * Soft Dice loss: 1 - the mean over classes of (2 sum p t + s) / (sum p + sum t + s), sums over the pixels of one image.
 * Source: Milletari et al. 2016 (arXiv 1606.04797), with sums in place of sums of squares, and smoothing s.
 */
export interface Dice {
  readonly name: 'dice';
  /** The weight of each class in the mean over classes; empty: every class has weight 1. */
  readonly weights: readonly number[];
  readonly smoothing: number;
}

/** What is minimised. */
export type Loss = CrossEntropy | Focal | Dice;

/** The published one: mean cross-entropy with equal class weights. */
export const crossEntropy: CrossEntropy = { name: 'cross-entropy', weights: [] };

/** A loss as a quotient of two sums. */
export interface LossShare {
  readonly total: number;
  readonly count: number;
}

const weightOf = ({ weights }: Loss, label: number): number => weights[label] ?? 1;

/** The share of each class in the mean over classes. */
export const classShares = ({ weights }: Dice, classes: number): readonly number[] => {
  const each = Array.from({ length: classes }, (_, k) => weights[k] ?? 1);
  const sum = each.reduce((a, b) => a + b, 0);
  return each.map((weight) => (sum === 0 ? 0 : weight / sum));
};

/**
 * The number by which the total of images with these labels is divided: the sum of the weights of their labels, or for
 * Dice the number of images with any label.
 */
export const lossCount = (loss: Loss, labels: ArrayLike<number>, images: number): number => {
  if (loss.name === 'dice') return imagesWithLabels(labels, images);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) if (hasClass(labels[i])) sum += weightOf(loss, labels[i]);
  return sum;
};

const imagesWithLabels = (labels: ArrayLike<number>, images: number): number => {
  const each = labels.length / images;
  const labelled = new Set<number>();
  for (let i = 0; i < labels.length; i++) if (hasClass(labels[i])) labelled.add(Math.floor(i / each));
  return labelled.size;
};

/** The softmax of one row of logits, and the logarithm of its entry at the label. */
const softmax = (
  logits: ArrayLike<number>,
  row: number,
  classes: number,
  label: number,
): { readonly p: readonly number[]; readonly log: number } => {
  let top = logits[row];
  for (let k = 1; k < classes; k++) top = Math.max(top, logits[row + k]);
  const powers = Array.from({ length: classes }, (_, k) => Math.exp(logits[row + k] - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { p: powers.map((power) => power / sum), log: logits[row + label] - top - Math.log(sum) };
};

const diceOf = (
  loss: Dice,
  logits: ArrayLike<number>,
  classes: number,
  labels: ArrayLike<number>,
): number => {
  const both = new Float64Array(classes);
  const sizes = new Float64Array(classes);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    if (!hasClass(labels[pixel])) continue;
    const { p } = softmax(logits, pixel * classes, classes, labels[pixel]);
    for (let k = 0; k < classes; k++) sizes[k] += p[k] + (labels[pixel] === k ? 1 : 0);
    both[labels[pixel]] += p[labels[pixel]];
  }
  const s = loss.smoothing;
  return classShares(loss, classes).reduce(
    (sum, share, k) => sum + (share * (2 * both[k] + s)) / (sizes[k] + s),
    0,
  );
};

/**
 * The loss of one image by its definition, in float64.
 *
 * @param logits [pixels, classes], row-major; a single row if the whole image is classified
 * @param labels [pixels]
 * @example
 * lossOfImage(crossEntropy, [0, 0], 2, [1])   // { total: Math.LN2, count: 1 }
 */
export const lossOfImage = (
  loss: Loss,
  logits: ArrayLike<number>,
  classes: number,
  labels: ArrayLike<number>,
): LossShare => {
  const count = lossCount(loss, labels, 1);
  if (loss.name === 'dice')
    return { total: count === 0 ? 0 : 1 - diceOf(loss, logits, classes, labels), count };
  let total = 0;
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel];
    if (!hasClass(label)) continue;
    const { log } = softmax(logits, pixel * classes, classes, label);
    const missed = loss.name === 'focal' ? power(-Math.expm1(log), loss.gamma) : 1;
    total -= weightOf(loss, label) * missed * log;
  }
  return { total, count };
};

/**
 * The cross-entropy of some images with its gradient for the logits, in float64. A pixel whose label is not a class
 * does not count.
 *
 * @param logits [pixels, classes], row-major
 * @param labels [pixels]
 * @param weights of a pixel of each class; empty: 1
 * @example
 * crossEntropyGradient([0, 0], 2, [1], [])   // { total: Math.LN2, gradient: Float64Array.of(0.5, -0.5) }
 */
export const crossEntropyGradient = (
  logits: ArrayLike<number>,
  classes: number,
  labels: ArrayLike<number>,
  weights: readonly number[],
): { readonly total: number; readonly gradient: Float64Array } => {
  const gradient = new Float64Array(logits.length);
  let total = 0;
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel];
    if (!(label >= 0 && label < classes)) continue;
    const row = pixel * classes;
    const weight = weights[label] ?? 1;
    const { p, log } = softmax(logits, row, classes, label);
    total -= weight * log;
    for (let k = 0; k < classes; k++) gradient[row + k] = weight * (p[k] - (k === label ? 1 : 0));
  }
  return { total, gradient };
};
