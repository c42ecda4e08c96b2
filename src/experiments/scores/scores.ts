/**
 * Scores of a segmentation, exactly as the reference defines them.
 *
 * Scoring is a fold: each image becomes a `Tally`, tallies are added, and `scoresOf` computes the scores from their
 * sum. So a test set is scored image by image in constant memory, and the result does not depend on the batches.
 *
 * Per image, with c of its n pixels correct: accuracy c/n and IoU c/(2n-c), which is the intersection over the union of
 * the one-hot maps summed over all classes (a wrong pixel is in the union twice). The foreground scores are the same
 * two over the pixels whose target is not 0. Both are then averaged over images. An image without foreground has no
 * foreground score; such images are left out of those means and counted separately.
 *
 * These foreground scores ignore pixels whose target is background, so false positives cost nothing. The class-mean IoU
 * and Dice count them: per foreground class TP/(TP+FP+FN) and 2TP/(2TP+FP+FN) with the counts of all images together,
 * then the mean over the foreground classes that occur in targets or predictions.
 *
 * Where classes are single objects of an image, their numbers mean nothing. Then the foreground ARI (`foregroundAri`) of each
 * image is scored too, over the pixels of one object alone, and averaged over images.
 *
 * A pixel with a negative target is ignored: it enters no count, neither as a target nor as a prediction.
 */

import type { Monoid } from 'fp-ts/lib/Monoid.js';
import { foregroundAri } from '../../analysis/index.js';
import {
  type ClassCount,
  type ClassMap,
  classCounts,
  crossEntropySums,
  imageScores,
  type Mean,
  predictedClasses,
} from './image-scores.js';

export { type ClassMap, imageScores, predictedClasses } from './image-scores.js';

/** The scores of some images. A score is `null` if there is nothing to score; missing foreground never leads to NaN. */
export type Scores = {
  /** Mean cross-entropy over all pixels, nats. `null` if only maps were scored. */
  readonly loss: number | null;
  /**
   * Mean cross-entropy over all foreground pixels: total divided by number, independent of the batches. A mean of batch
   * means, as in many training loops, differs: it weighs pixels more in batches with little foreground. On a single
   * batch, as in the parity fixtures, both agree.
   */
  readonly foregroundLoss: number | null;
  readonly accuracy: number | null;
  readonly iou: number | null;
  readonly foregroundAccuracy: number | null;
  readonly foregroundIou: number | null;
  /** Mean IoU of the foreground classes over all images together; counts false positives. */
  readonly classMeanIou: number | null;
  /** Mean Dice coefficient of the foreground classes over all images together; counts false positives. */
  readonly dice: number | null;
  readonly images: number;
  readonly imagesWithoutForeground: number;
  /** Mean adjusted Rand index over the pixels of objects. Left out if classes are not objects. */
  readonly foregroundAri?: number | null;
};

/** The counts of some images. Tallies form a monoid. */
export interface Tally {
  readonly loss: Mean;
  readonly foregroundLoss: Mean;
  readonly accuracy: Mean;
  readonly iou: Mean;
  readonly foregroundAccuracy: Mean;
  readonly foregroundIou: Mean;
  readonly classes: readonly ClassCount[];
  readonly images: number;
  readonly foregroundAri?: Mean;
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

/** Addition of tallies; `empty` is the tally of no images. */
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
    ...(a.foregroundAri === undefined && b.foregroundAri === undefined
      ? {}
      : { foregroundAri: plus(a.foregroundAri ?? nothing, b.foregroundAri ?? nothing) }),
  }),
};

/** The foreground ARI of an image; none if fewer than two pixels belong to single objects. */
const ariOf = (predicted: ClassMap, target: ClassMap, objects: number): Mean => {
  const isOfOne = (object: number): boolean => object > 0 && object <= objects;
  let pixels = 0;
  for (const object of target) if (isOfOne(object)) pixels++;
  return once(pixels < 2 ? null : foregroundAri(predicted, target, isOfOne));
};

/**
 * The tally of an image of which only the predicted map is known: everything except losses.
 *
 * @param objects how many classes, after the background, are single objects
 */
export const tallyMap = (predicted: ClassMap, target: ClassMap, objects = 0): Tally => {
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
    ...(objects === 0 ? {} : { foregroundAri: ariOf(predicted, target, objects) }),
  };
};

/**
 * The tally of one image.
 *
 * @param logits [pixels, classes], row-major: one image of a model's `logits`
 * @param target [pixels]
 * @param objects as for `tallyMap`
 */
export const tallyLogits = (logits: Float32Array, classes: number, target: ClassMap, objects = 0): Tally => ({
  ...tallyMap(predictedClasses(logits, classes), target, objects),
  ...crossEntropySums(logits, classes, target),
});

/**
 * The tally of a batch: the sum of the images' tallies, in order.
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
  objects = 0,
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
          objects,
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
 * The scores of a tally.
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
  ...(tally.foregroundAri === undefined ? {} : { foregroundAri: meanOf(tally.foregroundAri) }),
});
