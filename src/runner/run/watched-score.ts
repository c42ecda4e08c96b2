/** The score that decides which weights of a run are kept. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, nearest } from '../../base/error.js';
import { objectsAmong } from '../../data/classes/names.js';
import { taskClasses } from '../../data/task-classes.js';
import { type Experiment, scoreNames } from '../../experiments/experiment.js';
import { outputsAimOf } from '../../experiments/learning.js';
import { targetOf } from '../../experiments/loss.js';
import type { Better } from '../../experiments/scores/measures.js';
import { type Watched, watchedLoss } from '../training/state.js';

/** The scores of an experiment that can be watched, each with the direction that is better: less for names that end in "loss", more for all others. */
const directions = ({ task, loss, scores }: Experiment): ReadonlyMap<string, Better> => {
  const aim = outputsAimOf(loss, scores);
  const own = Object.entries(aim?.scores ?? {}).map(([name, { better }]) => [name, better] as const);
  const objects = objectsAmong(taskClasses(task) ?? []) > 0 && targetOf(loss) === 'pixel';
  const known = [...scoreNames, ...(objects ? ['foregroundAri'] : [])].map(
    (name) => [name, /loss$/i.test(name) ? ('less' as const) : ('more' as const)] as const,
  );
  return new Map<string, Better>([...(aim === null ? known : own), ['loss', 'less']]);
};

/** The score that decides which weights are kept, and its better direction. */
export const watchedOf = (experiment: Experiment): Watched => {
  const name = experiment.training.best;
  const better = directions(experiment).get(name);
  return name === 'loss' || better === undefined ? watchedLoss : { name, better };
};

/** Checks that the watched score exists. **Errors** DecodeError with the nearest name. */
export const canWatch = (experiment: Experiment): Checked<void> => {
  const { best } = experiment.training;
  const known = [...directions(experiment).keys()];
  const meant = nearest(best, known);
  return known.includes(best)
    ? E.right(undefined)
    : E.left(
        decodeError(
          experiment.name,
          `training.best: there is no score '${best}'${meant === undefined ? '.' : `; did you mean '${meant}'?`} There are: ${known.join(', ')}`,
        ),
      );
};
