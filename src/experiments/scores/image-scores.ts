/** Counts on a single image: classes, correct pixels, losses. A target below 0 has no class and is not counted. */

import { hasClass } from '../../base/no-class.js';

/** Class numbers, one per pixel; 0 is background. Negative targets are ignored. */
export type ClassMap = Uint8Array | Int32Array;

/** The scores of a single image; null if it has no pixel of the kind they are computed over. */
export interface ImageScores {
  readonly accuracy: number | null;
  readonly iou: number | null;
  readonly foregroundAccuracy: number | null;
  readonly foregroundIou: number | null;
}

/** A sum and a count, which give a mean. */
export interface Mean {
  readonly total: number;
  readonly count: number;
}

/** The counts of one class, in pixels. */
export interface ClassCount {
  readonly both: number;
  readonly predicted: number;
  readonly target: number;
}

/**
 * The class of every pixel: the arg-max over the last axis, the first of equal logits. Comparisons with NaN are false,
 * as in TensorFlow.js's ArgMax; the loss of such a pixel is NaN.
 *
 * @param logits [pixels, classes], row-major
 */
export const predictedClasses = (logits: Float32Array, classes: number): Int32Array =>
  Int32Array.from({ length: logits.length / classes }, (_, pixel) => {
    const row = pixel * classes;
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[row + k] > logits[row + best]) best = k;
    return best;
  });

/** -log softmax(row)[target], in float64, with the largest logit subtracted so that nothing overflows. */
const crossEntropy = (logits: Float32Array, row: number, classes: number, target: number): number => {
  let top = logits[row];
  for (let k = 1; k < classes; k++) top = Math.max(top, logits[row + k]);
  let total = 0;
  for (let k = 0; k < classes; k++) total += Math.exp(logits[row + k] - top);
  return Math.log(total) + top - logits[row + target];
};

const overlap = (right: number, pixels: number): number => right / (2 * pixels - right);

/** The four published scores of one image. Both maps have the same number of pixels. */
export const imageScores = (predicted: ClassMap, target: ClassMap): ImageScores => {
  let pixels = 0;
  let right = 0;
  let foreground = 0;
  let foregroundRight = 0;
  for (let pixel = 0; pixel < target.length; pixel++) {
    if (!hasClass(target[pixel])) continue;
    pixels++;
    const hit = predicted[pixel] === target[pixel] ? 1 : 0;
    right += hit;
    if (target[pixel] !== 0) {
      foreground++;
      foregroundRight += hit;
    }
  }
  return {
    accuracy: pixels === 0 ? null : right / pixels,
    iou: pixels === 0 ? null : overlap(right, pixels),
    foregroundAccuracy: foreground === 0 ? null : foregroundRight / foreground,
    foregroundIou: foreground === 0 ? null : overlap(foregroundRight, foreground),
  };
};

const largest = (map: ClassMap): number => {
  let top = 0;
  for (const k of map) top = Math.max(top, k);
  return top;
};

/** The counts of each class; the number of classes is that of the larger map. */
export const classCounts = (predicted: ClassMap, target: ClassMap): readonly ClassCount[] => {
  const size = Math.max(largest(predicted), largest(target));
  const both = new Array<number>(size + 1).fill(0);
  const inPredicted = [...both];
  const inTarget = [...both];
  for (let pixel = 0; pixel < target.length; pixel++) {
    if (!hasClass(target[pixel])) continue;
    inPredicted[predicted[pixel]]++;
    inTarget[target[pixel]]++;
    if (predicted[pixel] === target[pixel]) both[target[pixel]]++;
  }
  return both.map((count, k) => ({ both: count, predicted: inPredicted[k], target: inTarget[k] }));
};

/** The cross-entropy of an image, summed over its pixels and over its foreground, with the number of both. */
export const crossEntropySums = (
  logits: Float32Array,
  classes: number,
  target: ClassMap,
): { readonly loss: Mean; readonly foregroundLoss: Mean } => {
  let total = 0;
  let pixels = 0;
  let foreground = 0;
  let count = 0;
  for (let pixel = 0; pixel < target.length; pixel++) {
    if (!hasClass(target[pixel])) continue;
    pixels++;
    const loss = crossEntropy(logits, pixel * classes, classes, target[pixel]);
    total += loss;
    if (target[pixel] !== 0) {
      foreground += loss;
      count++;
    }
  }
  return { loss: { total, count: pixels }, foregroundLoss: { total: foreground, count } };
};
