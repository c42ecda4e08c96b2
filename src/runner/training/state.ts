/** The state of a training: everything that it needs to go on as if it had never stopped. */

import * as t from 'io-ts';
import type { Arrays } from '../../compile/tfjs/session/session.js';
import type { Scores } from '../../experiments/scores.js';
import type { OptimiserState } from './optimiser.js';

const score = t.union([t.null, t.number]);

/** Scores as files hold them. */
export const scoresCodec: t.Type<Scores, Scores, unknown> = t.type({
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

/** One epoch's numbers, as they are written to metrics.ndjson. No times: the same run gives the same lines. */
export const epochMetricsCodec = t.intersection([
  t.type({
    epoch: t.number,
    /** Mean loss over the epoch's training batches, each before its step. */
    trainLoss: t.number,
    /** Learning rate of the epoch's last step. */
    rate: t.number,
    /** Null where the task has no validation images. */
    validation: t.union([t.null, scoresCodec]),
  }),
  t.partial({
    /** The loss that is trained for, over the validation images, where it is not that of the scores. */
    validationLoss: score,
  }),
]);
export type EpochMetrics = t.TypeOf<typeof epochMetricsCodec>;

/** The loss that the best epoch minimises; null where the task has no validation images. */
export const validationLossOf = ({ validation, validationLoss }: EpochMetrics): number | null =>
  validationLoss ?? validation?.loss ?? null;

/** The weights of the epoch with the lowest validation loss. */
export interface Best {
  readonly epoch: number;
  readonly loss: number;
  readonly parameters: Arrays;
}

/** The state of a training. */
export interface TrainState {
  /** Epochs done. */
  readonly epoch: number;
  /** Steps done of the epoch under way. */
  readonly step: number;
  /** Sum of the losses of those steps. */
  readonly lossSum: number;
  readonly parameters: Arrays;
  readonly optimiser: OptimiserState;
  readonly best: Best | null;
  readonly history: readonly EpochMetrics[];
}
