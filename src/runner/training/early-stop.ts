/**
 * Early stopping as a function of the history. The checkpoint holds the history, so a resumed training
 * decides as one that was never interrupted.
 */

import type { Training } from '../../experiments/experiment.js';
import { type EpochMetrics, type Watched, watchedIn, watchedLoss } from './state.js';

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

/** The watched score of each epoch, with its sign changed if more is better. */
const turned = (history: readonly EpochMetrics[], watched: Watched): readonly (number | null)[] =>
  history.map((metrics) => {
    const value = watchedIn(metrics, watched);
    return value === null || watched.better === 'less' ? value : -value;
  });

/** Whether the training ends here, before its last epoch. */
export const endsEarly = (
  { patience, tolerance, minimumEpochs }: Pick<Training, 'patience' | 'tolerance' | 'minimumEpochs'>,
  history: readonly EpochMetrics[],
  watched: Watched = watchedLoss,
): boolean =>
  patience !== null &&
  history.length >= minimumEpochs &&
  epochsWithoutProgress(turned(history, watched), tolerance) >= patience;

/**
 * Why a training ended before its last epoch, in words; null if it did not.
 *
 * @example
 * earlyStopWords({ epochs: 100, patience: 5, tolerance: 0, minimumEpochs: 0 }, history)
 * // 'stopped early after epoch 12 of 100: no lower validation loss in 5 epochs'
 */
export const earlyStopWords = (
  training: Pick<Training, 'epochs' | 'patience' | 'tolerance' | 'minimumEpochs'>,
  history: readonly EpochMetrics[],
  watched: Watched = watchedLoss,
): string | null => {
  const { epochs, tolerance } = training;
  if (history.length >= epochs || !endsEarly(training, history, watched)) return null;
  const waited = epochsWithoutProgress(turned(history, watched), tolerance);
  const direction = watched.better === 'less' ? 'lower' : 'higher';
  const better =
    tolerance > 0
      ? `no validation ${watched.name} ${direction} by more than ${tolerance}`
      : `no ${direction} validation ${watched.name}`;
  return (
    `stopped early after epoch ${history.length} of ${epochs}: ` +
    `${better} in ${waited} ${waited === 1 ? 'epoch' : 'epochs'}`
  );
};

/**
 * What it means that no epoch had a value of the watched score, in words; null if one had, or if nothing was asked to be
 * watched.
 *
 * @example
 * unwatchedWords({ best: 'iou', patience: null }, history, { name: 'iou', better: 'more' })
 * // 'no epoch has a validation iou, so that the weights of the last one are kept; …'
 */
export const unwatchedWords = (
  { best, patience }: Pick<Training, 'best' | 'patience'>,
  history: readonly EpochMetrics[],
  watched: Watched = watchedLoss,
): string | null => {
  const scored = history.some(({ validation }) => validation !== null);
  const asked = scored || best !== 'loss' || patience !== null;
  if (!asked || history.length === 0 || history.some((metrics) => watchedIn(metrics, watched) !== null))
    return null;
  return (
    `no epoch has a validation ${watched.name}, so that the weights of the last one are kept` +
    `${patience === null ? '' : ' and training.patience did nothing'}; ` +
    (scored ? 'name a score that has values by training.best' : 'give the task validation samples')
  );
};
