/** Predicted maps, scores and losses of a case, from logits or from maps. */

import {
  imageScores,
  predictedClasses,
  type Scores,
  scoresOf,
  tallies,
  tallyBatch,
  tallyMap,
} from '../../experiments/scores.js';
import { type Check, lossError, maxDifference, scoreError } from './check.js';
import type { ReferenceMetrics, ReferenceScores } from './manifest.js';

/** Logits in our layout, [images, pixels, classes]. */
export interface Prediction {
  readonly logits: Float32Array;
  readonly classes: number;
}

interface Compared {
  /** Pixels that differ although the reference is sure of them by more than the logits are off. */
  readonly differing: number;
  /** Our map, with the reference's class where it is a toss-up. */
  readonly map: Int32Array;
}

/** The gap between the largest and the second largest logit of a pixel. */
const margin = ({ logits, classes }: Prediction, pixel: number): number => {
  let best = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (const value of logits.subarray(pixel * classes, (pixel + 1) * classes)) {
    if (value > best) [best, second] = [value, best];
    else if (value > second) second = value;
  }
  return best - second;
};

/** Our map against the reference's: pixels may differ only where its margin is below the error of the logits. */
export const compareMaps = (ours: Prediction, reference: Prediction, map: Int32Array): Compared => {
  const error = maxDifference(ours.logits, reference.logits);
  const predicted = predictedClasses(ours.logits, ours.classes);
  const excused = (pixel: number): boolean => margin(reference, pixel) <= error;
  const agreed = predicted.map((k, pixel) => (k !== map[pixel] && excused(pixel) ? map[pixel] : k));
  return { differing: agreed.filter((k, pixel) => k !== map[pixel]).length, map: agreed };
};

const rows = (map: Int32Array, images: number): readonly Int32Array[] => {
  const pixels = map.length / images;
  return Array.from({ length: images }, (_, i) => map.subarray(i * pixels, (i + 1) * pixels));
};

const named = (
  scores: Pick<Scores, 'iou' | 'accuracy' | 'foregroundIou' | 'foregroundAccuracy'>,
): ReferenceScores => ({
  iou: scores.iou,
  acc: scores.accuracy,
  foreground_iou: scores.foregroundIou,
  foreground_acc: scores.foregroundAccuracy,
});

const scoreNames = ['iou', 'acc', 'foreground_iou', 'foreground_acc'] as const;

type Limited = (error: number, at: string) => Check;

const compareScores = (
  ours: ReferenceScores,
  reference: ReferenceScores,
  of: string,
  check: Limited,
): readonly Check[] =>
  scoreNames.map((name) => check(scoreError(ours[name], reference[name]), `${of} ${name}`));

const divided = (sums: ReferenceScores, images: number): ReferenceScores => {
  const by = (sum: number | null): number | null => (sum === null ? null : sum / images);
  return {
    iou: by(sums.iou),
    acc: by(sums.acc),
    foreground_iou: by(sums.foreground_iou),
    foreground_acc: by(sums.foreground_acc),
  };
};

/**
 * Scores of a batch of maps against sums over it. Where an image lacks foreground the reference has no foreground
 * sums while ours leave that image out, so these are not compared.
 */
export const compareBatchSums = (
  predicted: Int32Array,
  target: Int32Array,
  images: number,
  sums: ReferenceScores,
  of: string,
  check: Limited,
): readonly Check[] => {
  const targets = rows(target, images);
  const scores = scoresOf(
    rows(predicted, images)
      .map((map, image) => tallyMap(map, targets[image]))
      .reduce(tallies.concat, tallies.empty),
  );
  const partial = scores.imagesWithoutForeground > 0;
  return compareScores(named(scores), divided(sums, images), of, check).filter(
    ({ at }) => !(partial && at.includes('foreground')),
  );
};

/** Scores of each image against a list of them. */
export const compareImageScores = (
  predicted: Int32Array,
  target: Int32Array,
  reference: readonly ReferenceScores[],
  check: Limited,
): readonly Check[] => {
  const targets = rows(target, reference.length);
  return rows(predicted, reference.length).flatMap((map, image) =>
    compareScores(named(imageScores(map, targets[image])), reference[image], `image ${image}`, check),
  );
};

/** Losses from our logits, and scores of our map, against those of the reference. */
export const compareMetrics = (
  ours: Prediction,
  map: Int32Array,
  target: Int32Array,
  images: number,
  reference: ReferenceMetrics,
  of: string,
  checks: { readonly loss: Limited; readonly score: Limited },
): readonly Check[] => {
  const { loss, foregroundLoss } = scoresOf(tallyBatch(ours.logits, ours.classes, target, images));
  const mean = divided(reference.batch_sums, images);
  return [
    checks.loss(lossError(loss, reference.loss), `${of}loss`),
    checks.loss(lossError(foregroundLoss, reference.foreground_loss), `${of}foreground_loss`),
    ...compareBatchSums(map, target, images, reference.batch_sums, `${of}batch_sums`, checks.score),
    ...compareScores(mean, reference.per_sample_mean, `${of}per_sample_mean`, checks.score),
  ];
};
