/** The state of a training: everything that it needs to continue as if it had never stopped. */

import * as t from 'io-ts';
import type { Arrays } from '../../compile/tfjs/session/session.js';
import type { Better, Measures } from '../../experiments/scores/measures.js';
import type { OptimiserState } from './optimiser.js';

const score = t.union([t.null, t.number]);

const segmentationCodec = t.type({
  loss: score,
  foregroundLoss: score,
  accuracy: score,
  iou: score,
  foregroundAccuracy: score,
  foregroundIou: score,
  classMeanIou: score,
  dice: score,
  images: t.number,
  imagesWithoutForeground: t.number,
});

const ownCodec = t.intersection([t.type({ loss: score, samples: t.number }), t.record(t.string, score)]);

/** The codec of scores: all of those of segmentation, or an experiment's own. */
export const scoresCodec: t.Type<Measures, Measures, unknown> = new t.Type<Measures, Measures, unknown>(
  'scores',
  (u): u is Measures => segmentationCodec.is(u) || ownCodec.is(u),
  (u, context): t.Validation<Measures> =>
    ownCodec.is(u) ? t.success(u) : segmentationCodec.validate(u, context),
  t.identity,
);

/**
 * One epoch's numbers, as they are written to metrics.ndjson. They have no times, so that the same run gives
 * the same lines.
 */
export const epochMetricsCodec = t.intersection([
  t.type({
    epoch: t.number,
    /** Mean loss over the epoch's training batches, each before its step. */
    trainLoss: t.number,
    /** Learning rate of the epoch's last step. */
    rate: t.number,
    /** Null if the task has no validation samples. */
    validation: t.union([t.null, scoresCodec]),
  }),
  t.partial({
    /** The training loss over the validation images, if it is not one of the scores. */
    validationLoss: score,
  }),
]);
export type EpochMetrics = t.TypeOf<typeof epochMetricsCodec>;

/** The loss that the best epoch minimises; null if the task has no validation images. */
export const validationLossOf = ({ validation, validationLoss }: EpochMetrics): number | null =>
  validationLoss ?? validation?.loss ?? null;

/** A score that decides which weights are kept, and whether more or less of it is better. */
export interface Watched {
  readonly name: string;
  readonly better: Better;
}

/** The loss that is trained for. */
export const watchedLoss: Watched = { name: 'loss', better: 'less' };

/** The watched score of an epoch; null if there is none. */
export const watchedIn = (metrics: EpochMetrics, { name }: Pick<Watched, 'name'>): number | null =>
  name === 'loss' ? validationLossOf(metrics) : (metrics.validation?.[name] ?? null);

/** The weights of the epoch that is best on validation. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly parameters: Arrays;
}

/** The state of a training. */
export interface TrainState {
  /** The number of finished epochs. */
  readonly epoch: number;
  /** The number of steps of the current epoch. */
  readonly step: number;
  /** Sum of the losses of those steps. */
  readonly lossSum: number;
  readonly parameters: Arrays;
  readonly optimiser: OptimiserState;
  /**
   * Averaged weights, with which the training is scored; left out if it is scored with the weights
   * themselves.
   */
  readonly average?: Arrays;
  readonly best: Best | null;
  readonly history: readonly EpochMetrics[];
}
