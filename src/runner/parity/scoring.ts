/** Predicted maps, scores and losses of a case, from logits or from maps. */

import {
  imageScores,
  predictedClasses,
  type Scores,
  scoresOf,
  tallies,
  tallyBatch,
  tallyMap,
} from '../../experiments/scores/scores.js';
import { type Check, lossError, maxDifference, scoreError } from './check.js';
import type { ReferenceMetrics, ReferenceScores } from './manifest.js';

/** Logits in our layout, [images, pixels, classes]. */
export interface Prediction {
  readonly logits: Float32Array;
  readonly classes: number;
}

export interface Agreement {
  /** Pixels that differ although the margin of the reference is larger than the error of the logits. */
  readonly differing: number;
  /** Our map, with the reference's class where rounding decides. */
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
export const agree = (ours: Prediction, reference: Prediction, map: Int32Array): Agreement => {
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

const mapScores = (predicted: Int32Array, target: Int32Array, images: number): Scores => {
  const targets = rows(target, images);
  return scoresOf(
    rows(predicted, images)
      .map((map, image) => tallyMap(map, targets[image]))
      .reduce(tallies.concat, tallies.empty),
  );
};

/**
 * The mean scores of some images against those of the reference. If an image lacks foreground, the reference
 * has no foreground mean, while ours leaves that image out; then the two are not compared.
 */
const compareMeans = (
  ours: Scores,
  reference: ReferenceScores,
  of: string,
  check: Limited,
): readonly Check[] =>
  compareScores(named(ours), reference, of, check).filter(
    ({ at }) => ours.imagesWithoutForeground === 0 || !at.includes('foreground'),
  );

/** Scores of maps against the reference's list of them an image, and against their sums. */
export const compareMaps = (
  predicted: Int32Array,
  target: Int32Array,
  reference: { readonly per_sample: readonly ReferenceScores[]; readonly batch_sums: ReferenceScores },
  check: Limited,
): readonly Check[] => {
  const images = reference.per_sample.length;
  const targets = rows(target, images);
  const each = rows(predicted, images).flatMap((map, image) =>
    compareScores(
      named(imageScores(map, targets[image])),
      reference.per_sample[image],
      `image ${image}`,
      check,
    ),
  );
  const means = divided(reference.batch_sums, images);
  return [...each, ...compareMeans(mapScores(predicted, target, images), means, 'batch_sums', check)];
};

/**
 * Losses from our logits, and scores of our map, against those of the reference.
 *
 * @param of a prefix for the names of the comparisons
 */
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
  const scores = mapScores(map, target, images);
  const sums = divided(reference.batch_sums, images);
  return [
    checks.loss(lossError(loss, reference.loss), `${of}loss`),
    checks.loss(lossError(foregroundLoss, reference.foreground_loss), `${of}foreground_loss`),
    ...compareMeans(scores, sums, `${of}batch_sums`, checks.score),
    ...compareMeans(scores, reference.per_sample_mean, `${of}per_sample_mean`, checks.score),
  ];
};
