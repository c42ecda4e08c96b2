/** The scores of an experiment that are shown first, and whether more or less of each is better. */

import type { Experiment } from './experiment.js';
import { outputsAimOf } from './learning.js';
import { targetOf } from './loss.js';
import type { Better, Measures } from './scores/measures.js';

/** The scores that are shown first. */
export interface ShownScores {
  /** Their names in their order. */
  readonly names: readonly string[];
  /** The better direction of each score that the experiment declares; that of class scores is known. */
  readonly better: Readonly<Record<string, Better>>;
}

const ofSegmentation = ['foregroundIou', 'foregroundAccuracy', 'iou', 'accuracy'];
const ofWholeImages = ['accuracy', 'classMeanIou', 'loss'];
const ofWholeSamples = ['accuracy', 'loss'];

/**
 * The scores that are shown first: those that the experiment declares and those that come with its loss; if
 * there are none, its loss. For a loss of classes: those of segmentation, or of whole images and samples.
 *
 * @param kept scores of its finished runs, which show whether pixels or whole samples have classes
 * @example
 * shownScores({ loss: { output: 'total' }, scores: { error: { output: 'mse', better: 'less' } } })   // { names: ['error'], better: { error: 'less' } }
 */
export const shownScores = (
  { loss, scores }: Pick<Experiment, 'loss' | 'scores'>,
  kept: readonly Measures[] = [],
): ShownScores => {
  const aim = outputsAimOf(loss, scores);
  if (aim === null)
    return {
      names: kept.some(({ samples }) => samples != null)
        ? ofWholeSamples
        : kept.some(({ foregroundAri }) => foregroundAri !== undefined)
          ? ['foregroundAri', ...ofSegmentation]
          : targetOf(loss) === 'image'
            ? ofWholeImages
            : ofSegmentation,
      better: {},
    };
  const names = Object.keys(aim.scores);
  return {
    names: names.length === 0 ? ['loss'] : names,
    better: Object.fromEntries(Object.entries(aim.scores).map(([name, { better }]) => [name, better])),
  };
};
