/**
 * Scores of a segmentation, exactly as the reference defines them.
 *
 * Everything is a fold: each image becomes a `Tally`, tallies add up, and `scoresOf` reads the scores off their sum.
 * So a test set is scored image by image in constant memory, and how it was cut into batches does not show.
 *
 * Per image, with c of its n pixels right: accuracy c/n and IoU c/(2n-c), which is the intersection over the union
 * of the one-hot maps summed over all classes (a wrong pixel is in the union twice). The foreground scores are the
 * same two over the pixels whose target is not 0. Both are then averaged over images. An image without foreground
 * has no foreground score: it is left out of those means and counted.
 *
 * Those foreground scores never look at a pixel whose target is background, so false positives cost nothing. The
 * class-mean IoU and Dice do see them: per foreground class TP/(TP+FP+FN) and 2TP/(2TP+FP+FN) with the counts of all
 * images together, then the mean over the foreground classes that occur in targets or predictions.
 *
 * A pixel whose target is below 0 is ignored: it is in no count, neither as a target nor as a prediction.
 */

import type { Monoid } from 'fp-ts/lib/Monoid.js';
import {
  type ClassCount,
  type ClassMap,
  classCounts,
  crossEntropySums,
  imageScores,
  type Mean,
  predictedClasses,
} from './image-scores.js';

export { type ClassMap, type ImageScores, imageScores, predictedClasses } from './image-scores.js';

/** The scores of some images. `null` where there is nothing to score; never NaN for want of foreground. */
export interface Scores {
  /** Mean cross-entropy over all pixels, nats. `null` where only maps were scored. */
  readonly loss: number | null;
  /**
   * Mean cross-entropy over all foreground pixels: their total over their number, whatever the batches were. A mean
   * of batch means, as a training loop gives that averages what each batch reports, differs from it: that weighs a
   * pixel more in a batch with little foreground. On a single batch, as in the parity fixtures, both agree.
   */
  readonly foregroundLoss: number | null;
  readonly accuracy: number | null;
  readonly iou: number | null;
  readonly foregroundAccuracy: number | null;
  readonly foregroundIou: number | null;
  /** Mean IoU of the foreground classes over all images together; sees false positives. */
  readonly classMeanIou: number | null;
  /** Mean Dice coefficient of the foreground classes over all images together; sees false positives. */
  readonly dice: number | null;
  readonly images: number;
  readonly imagesWithoutForeground: number;
}

/** What some images add to the scores. Tallies form a monoid. */
export interface Tally {
  readonly loss: Mean;
  readonly foregroundLoss: Mean;
  readonly accuracy: Mean;
  readonly iou: Mean;
  readonly foregroundAccuracy: Mean;
  readonly foregroundIou: Mean;
  readonly classes: readonly ClassCount[];
  readonly images: number;
}

const nothing: Mean = { total: 0, count: 0 };
const noPixels: ClassCount = { both: 0, predicted: 0, target: 0 };

const plus = (a: Mean, b: Mean): Mean => ({ total: a.total + b.total, count: a.count + b.count });
const once = (value: number | null): Mean => (value === null ? nothing : { total: value, count: 1 });
const meanOf = ({ total, count }: Mean): number | null => (count === 0 ? null : total / count);

const plusCounts = (a: readonly ClassCount[], b: readonly ClassCount[]): readonly ClassCount[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, k) => {
    const { both, predicted, target } = a[k] ?? noPixels;
    const other = b[k] ?? noPixels;
    return {
      both: both + other.both,
      predicted: predicted + other.predicted,
      target: target + other.target,
    };
  });

/** How tallies add up; `empty` is no image at all. */
export const tallies: Monoid<Tally> = {
  empty: {
    loss: nothing,
    foregroundLoss: nothing,
    accuracy: nothing,
    iou: nothing,
    foregroundAccuracy: nothing,
    foregroundIou: nothing,
    classes: [],
    images: 0,
  },
  concat: (a, b) => ({
    loss: plus(a.loss, b.loss),
    foregroundLoss: plus(a.foregroundLoss, b.foregroundLoss),
    accuracy: plus(a.accuracy, b.accuracy),
    iou: plus(a.iou, b.iou),
    foregroundAccuracy: plus(a.foregroundAccuracy, b.foregroundAccuracy),
    foregroundIou: plus(a.foregroundIou, b.foregroundIou),
    classes: plusCounts(a.classes, b.classes),
    images: a.images + b.images,
  }),
};

/** What an image of which only the predicted map is known adds: everything but losses. */
export const tallyMap = (predicted: ClassMap, target: ClassMap): Tally => {
  const scores = imageScores(predicted, target);
  return {
    loss: nothing,
    foregroundLoss: nothing,
    accuracy: once(scores.accuracy),
    iou: once(scores.iou),
    foregroundAccuracy: once(scores.foregroundAccuracy),
    foregroundIou: once(scores.foregroundIou),
    classes: classCounts(predicted, target),
    images: 1,
  };
};

/**
 * What one image adds to the scores.
 *
 * @param logits [pixels, classes], row-major: one image of a model's `logits`
 * @param target [pixels]
 */
export const tallyLogits = (logits: Float32Array, classes: number, target: ClassMap): Tally => ({
  ...tallyMap(predictedClasses(logits, classes), target),
  ...crossEntropySums(logits, classes, target),
});

/**
 * What a batch of images adds: the images' tallies, added in their order.
 *
 * @param logits [images, pixels, classes], row-major
 * @param targets [images, pixels]
 */
export const tallyBatch = (
  logits: Float32Array,
  classes: number,
  targets: ClassMap,
  images: number,
  start: Tally = tallies.empty,
): Tally => {
  const pixels = targets.length / images;
  return Array.from({ length: images }, (_, image) => image).reduce(
    (sum, image) =>
      tallies.concat(
        sum,
        tallyLogits(
          logits.subarray(image * pixels * classes, (image + 1) * pixels * classes),
          classes,
          targets.subarray(image * pixels, (image + 1) * pixels),
        ),
      ),
    start,
  );
};

const classMean = (
  { classes }: Tally,
  score: (both: number, predicted: number, target: number) => number,
): number | null =>
  meanOf(
    classes
      .slice(1)
      .filter(({ predicted, target }) => predicted + target > 0)
      .map(({ both, predicted, target }) => once(score(both, predicted, target)))
      .reduce(plus, nothing),
  );

/**
 * The scores of everything tallied.
 *
 * @example
 * const sum = batches.reduce((tally, b) => tallyBatch(b.logits, 6, b.labels, b.count, tally), tallies.empty);
 * scoresOf(sum).foregroundIou   // 0.98
 */
export const scoresOf = (tally: Tally): Scores => ({
  loss: meanOf(tally.loss),
  foregroundLoss: meanOf(tally.foregroundLoss),
  accuracy: meanOf(tally.accuracy),
  iou: meanOf(tally.iou),
  foregroundAccuracy: meanOf(tally.foregroundAccuracy),
  foregroundIou: meanOf(tally.foregroundIou),
  classMeanIou: classMean(tally, (both, predicted, target) => both / (predicted + target - both)),
  dice: classMean(tally, (both, predicted, target) => (2 * both) / (predicted + target)),
  images: tally.images,
  imagesWithoutForeground: tally.images - tally.foregroundIou.count,
});
