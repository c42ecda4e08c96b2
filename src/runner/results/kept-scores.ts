/** Every score of a finished run, under the keys of the tables. */

import type { EpochMetrics } from '../training/state.js';
import type { RunSummary } from './summary.js';

/** A run's numbers by key: `iou` (of the test images), `validation.iou`, `train.loss`, `epochs`. */
export type KeptScores = Readonly<Record<string, number | null>>;

const numbersIn = (values: object, split: string): KeptScores =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'number' || value === null ? [[`${split}${name}`, value]] : [],
    ),
  );

/** The scores of the epoch whose weights were kept. */
const ofEpoch = ({ trainLoss, validation, validationLoss }: EpochMetrics): KeptScores => ({
  ...numbersIn(validation ?? {}, 'validation.'),
  ...(validationLoss === undefined ? {} : { 'validation.trainedLoss': validationLoss }),
  'train.loss': trainLoss,
});

/**
 * The scores of a run; null until it is finished. Validation and training scores are those of the epoch whose
 * weights were kept.
 */
export const keptScores = ({ scores, best, epochs, parameters, history }: RunSummary): KeptScores | null => {
  if (scores === null) return null;
  const kept = history.find(({ epoch }) => epoch === best);
  return {
    ...numbersIn(scores, ''),
    ...(kept === undefined ? {} : ofEpoch(kept)),
    epoch: best,
    epochs,
    parameters,
  };
};
