/**
 * Early stopping as a function of the history: a training that goes on from a checkpoint decides as one that was
 * never interrupted, since the checkpoint holds the history.
 */

import type { Training } from '../../experiments/experiment.js';
import { type EpochMetrics, validationLossOf } from './state.js';

/**
 * Epochs since the validation loss last fell below its minimum by more than the tolerance. Epochs without a
 * validation loss do not count.
 */
export const epochsWithoutProgress = (losses: readonly (number | null)[], tolerance: number): number => {
  let mark = Number.POSITIVE_INFINITY;
  let waited = 0;
  for (const loss of losses) {
    if (loss === null) continue;
    if (loss < mark - tolerance) {
      mark = loss;
      waited = 0;
    } else waited++;
  }
  return waited;
};

/** Whether the training ends here, before its last epoch. */
export const endsEarly = (
  { patience, tolerance, minimumEpochs }: Pick<Training, 'patience' | 'tolerance' | 'minimumEpochs'>,
  history: readonly EpochMetrics[],
): boolean =>
  patience !== null &&
  history.length >= minimumEpochs &&
  epochsWithoutProgress(history.map(validationLossOf), tolerance) >= patience;

/**
 * Why a training ended before its last epoch, in words; null where it did not.
 *
 * @example
 * earlyStopWords({ epochs: 100, patience: 5, tolerance: 0, minimumEpochs: 0 }, history)
 * // 'stopped early after epoch 12 of 100: no lower validation loss in 5 epochs'
 */
export const earlyStopWords = (
  training: Pick<Training, 'epochs' | 'patience' | 'tolerance' | 'minimumEpochs'>,
  history: readonly EpochMetrics[],
): string | null => {
  const { epochs, tolerance } = training;
  if (history.length >= epochs || !endsEarly(training, history)) return null;
  const waited = epochsWithoutProgress(history.map(validationLossOf), tolerance);
  const lower =
    tolerance > 0 ? `no validation loss lower by more than ${tolerance}` : 'no lower validation loss';
  return (
    `stopped early after epoch ${history.length} of ${epochs}: ` +
    `${lower} in ${waited} ${waited === 1 ? 'epoch' : 'epochs'}`
  );
};
