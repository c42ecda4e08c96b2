/**
 * What the identity of a run takes from outside of the experiment: the label and the arithmetic of its engine, and the
 * digest of a person's files. `experiments/identity.ts` hashes them.
 */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { shapeOfDataset } from '../../data/dataset.js';
import { loadTask } from '../../data/load.js';
import { settled } from '../../data/own/whereabouts.js';
import { isOwnTask, type Task } from '../../data/task.js';
import { arithmetic, type Engine, engineLabel } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { identityOf, type RunFacts, type RunIdentity } from '../../experiments/identity.js';
import type { DataShape } from '../../experiments/model.js';

/**
 * The identity of a run on an engine. Where no number of its arithmetic is given, today's is meant.
 */
export const identityOn = (
  engine: Pick<Engine, 'name' | 'fused'>,
  experiment: Experiment,
  run: Omit<RunFacts, 'engine'>,
): RunIdentity =>
  identityOf(experiment, { arithmetic: arithmetic[engine.name], ...run, engine: engineLabel(engine) });

/**
 * An experiment with whole folder paths and the digest of its data, from which the identity of its runs is
 * computed.
 */
export interface ResolvedData {
  readonly experiment: Experiment;
  readonly data: string | undefined;
  readonly sizes: DataShape;
  /** Names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
}

/**
 * Reads a person's files for the identity of runs on them; null for generated data, which its task describes,
 * and for samples that a person's function has not made yet.
 *
 * @param cache the folder that keeps scans of large files
 *
 * **Errors** those of the task's files.
 */
export const resolveData = (experiment: Experiment, cache?: string): Effect<ResolvedData | null> => {
  const { task } = experiment;
  const made = task.name === 'generated';
  return isOwnTask(task) || made
    ? pipe(
        TE.fromTask<Task, DrumheadError>(() => settled(task)),
        TE.flatMap((whole) =>
          pipe(
            loadTask(whole, { cacheDir: cache }),
            TE.map(({ arrays, images, classes, digest }) => ({
              experiment: { ...experiment, task: whole },
              data: digest,
              sizes: images === null ? arrays.forms : shapeOfDataset(images),
              classes,
            })),
          ),
        ),
        // Samples that are not made yet are not made for this.
        TE.orElse((error): Effect<ResolvedData | null> => (made ? TE.right(null) : TE.left(error))),
      )
    : TE.right(null);
};
