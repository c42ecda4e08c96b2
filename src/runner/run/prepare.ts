/**
 * Everything that is fixed before the first step of a run: data, program, engine, micro-batches, identity,
 * folder.
 */

import { dirname, join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import type { MicroBatches } from '../../compile/micro-batches.js';
import { microBatchesOnEngine } from '../../compile/micro-batches-on-engine.js';
import type { NamedArrays } from '../../data/arrays.js';
import { augmented } from '../../data/augment.js';
import type { Dataset } from '../../data/dataset.js';
import { type LoadedTask, loadTask } from '../../data/load.js';
import { settled } from '../../data/own/whereabouts.js';
import type { Task } from '../../data/task.js';
import { hashProgram, type Program, usesBatchStatistics } from '../../dsl/index.js';
import { autoOrder, type Engine, openEngine } from '../../engine/index.js';
import { canFuse, type EngineName } from '../../engine/names.js';
import type { Experiment } from '../../experiments/experiment.js';
import type { RunIdentity } from '../../experiments/identity.js';
import { inputsOfLearning, type Learning, trainedOutput } from '../../experiments/learning.js';
import { learningFor } from '../../experiments/model.js';
import { isPresent } from '../../files/files.js';
import { mayHoldFiles } from '../../files/make-folder.js';
import type { Environment } from '../environment.js';
import { byLeafFrom, findRun, folderOfName, runFoldersBelow } from '../folder/paths.js';
import { objectiveOf } from '../training/aimed.js';
import { evaluationBatchOf } from '../training/evaluate.js';
import type { Objective } from '../training/objective.js';
import {
  allFrozen,
  areEnough,
  canAugment,
  fitsArrays,
  fitsLearning,
  fitsTask,
  weightsFit,
} from './check-experiment.js';
import { identityOn } from './identity.js';

/** Everything that is fixed before the first step. */
export interface Prepared {
  readonly experiment: Experiment;
  readonly seed: number;
  readonly arrays: NamedArrays;
  /** The images that the arrays are of; null for a task of other arrays. */
  readonly images: Dataset | null;
  /** The names of the classes, in the order of their numbers; empty if nothing is classified. */
  readonly classes: readonly string[];
  readonly aim: Learning['aim'];
  readonly objective: Objective;
  readonly program: Program;
  readonly engine: Engine;
  readonly microBatches: MicroBatches;
  readonly identity: RunIdentity;
  /** The digest of a person's files; undefined for generated data. */
  readonly data: string | undefined;
  readonly folder: string;
  readonly evaluationBatch: number;
}

/** Loads, builds and opens everything that a run needs. Nothing is written. */
export const prepare = (experiment: Experiment, seed: number, environment: Environment): Effect<Prepared> =>
  pipe(
    TE.fromTask<Experiment['task'], DrumheadError>(() => settled(experiment.task)),
    TE.flatMap((task) => prepareSettled({ ...experiment, task }, seed, environment)),
  );

const prepareSettled = (experiment: Experiment, seed: number, environment: Environment): Effect<Prepared> => {
  const { engine: choice, kernels, why, cache, generatorOf, runs, placed, tell, signal } = environment;
  const byLeaf = byLeafFrom(runs, placed);
  return pipe(
    // Checked before anything takes time.
    TE.Do,
    TE.tap(() => TE.fromEither(folderOfName(runs, experiment.name))),
    TE.tap(() => hasRoom(runs)),
    TE.tapEither(() => fitsTask(experiment)),
    TE.bindW('engine', () =>
      pipe(
        openEngine(choice, kernels),
        TE.map((opened) => (why === undefined ? opened : { ...opened, why })),
      ),
    ),
    TE.bind('loaded', () =>
      loadTask(experiment.task, {
        cacheDir: cache,
        generatorOf,
        signal,
        onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
        asks: (forms, counts) => fitsArrays(experiment, forms, counts),
      }),
    ),
    TE.tapIO(({ loaded }) => () => {
      for (const message of loaded.notes) if (message !== loaded.doubt) tell({ kind: 'note', message });
    }),
    TE.bind('learning', ({ loaded }) => TE.fromEither(learningFor(experiment, loaded.arrays.forms))),
    TE.tapEither(({ learning, loaded }) => canAugment(experiment, learning, loaded.arrays.forms)),
    TE.tapEither(({ learning }) => fitsLearning(experiment, E.right(learning))),
    TE.tapIO(({ learning }) => () => {
      if (allFrozen(experiment, learning.program))
        tell({ kind: 'note', message: 'every parameter is frozen, so that nothing is trained' });
    }),
    TE.tapEither(({ loaded: { classes } }) => weightsFit(experiment, classes.length, classes)),
    TE.tapEither(({ loaded: { arrays } }) =>
      areEnough(experiment, { train: arrays.train.count, validation: arrays.validation.count }),
    ),
    TE.bindW('microBatches', ({ learning: { program }, engine }) =>
      TE.fromEither(
        microBatchesOnEngine(program, experiment.training.batch, engine, usesBatchStatistics(program.graph), [
          trainedOutput(experiment.loss),
        ]),
      ),
    ),
    TE.flatMap(({ engine, loaded, learning, microBatches }) => {
      const { program, aim } = learning;
      const { images, classes, digest: data } = loaded;
      const { augment } = experiment;
      const arrays =
        augment === undefined ? loaded.arrays : augmented(loaded.arrays, augment, inputsOfLearning(learning));
      const identity = identityOn(engine, experiment, { program: hashProgram(program), seed, data });
      const evaluationBatch = evaluationBatchOf(microBatches);
      return pipe(
        findRun(runs, experiment.name, seed, identity, byLeaf),
        TE.bindTo('folder'),
        TE.bind('began', ({ folder }) =>
          choice === 'auto'
            ? beganOn(folder, engine, (other) =>
                findRun(
                  runs,
                  experiment.name,
                  seed,
                  identityOn(other, experiment, { program: hashProgram(program), seed, data }),
                  byLeaf,
                ),
              )
            : TE.right(null),
        ),
        TE.flatMap(({ folder, began }) =>
          began !== null
            ? prepareSettled(experiment, seed, {
                ...environment,
                engine: began,
                why: 'auto: the run began on it',
              })
            : pipe(
                TE.right(folder),
                TE.tap((folder) => mayBegin(experiment.task, loaded, folder, tell)),
                TE.tapIO((folder) => () => {
                  if (relative(join(runs, experiment.name), dirname(folder)) !== '')
                    tell({
                      kind: 'note',
                      message: `the same run is there under another name, and is taken: ${folder}; the name ${experiment.name} changes nothing of it`,
                    });
                }),
                TE.map((folder) => ({
                  experiment,
                  seed,
                  arrays,
                  images,
                  classes,
                  aim,
                  objective: objectiveOf(learning),
                  program,
                  engine,
                  microBatches,
                  identity,
                  data,
                  folder,
                  evaluationBatch,
                })),
              ),
        ),
      );
    }),
  );
};

/**
 * The engine that a run was begun on, if that is another than the one that was found; null if the run is there on this one, or
 * on none. So `auto` is resolved once, when a run begins.
 */
const beganOn =
  (
    folder: string,
    engine: Engine,
    folderOn: (engine: Pick<Engine, 'name' | 'fused'>) => Effect<string>,
  ): Effect<EngineName | null> =>
  async () => {
    const here = await isPresent(folder)();
    if (E.isLeft(here) || here.right)
      return pipe(
        here,
        E.map(() => null),
      );
    for (const name of autoOrder) {
      if (name === engine.name) continue;
      const found = await pipe(
        folderOn({ name, fused: canFuse(name) && (engine.fused || !canFuse(engine.name)) }),
        TE.flatMap(isPresent),
      )();
      if (E.isLeft(found)) return found;
      if (found.right) return E.right(name);
    }
    return E.right(null);
  };

/**
 * Checks that the folder of all runs can be written to. If it exists already, nothing is checked, since a
 * finished run needs no room.
 */
const hasRoom = (runs: string): Effect<void> =>
  pipe(
    mayHoldFiles(runs),
    TE.orElse((error) =>
      pipe(
        TE.fromTask<readonly string[], DrumheadError>(() => runFoldersBelow(runs)),
        TE.flatMap((found) => (found.length === 0 ? TE.left(error) : TE.right(undefined))),
      ),
    ),
  );

/**
 * Refuses to begin on masks whose values are hardly labels; a run that was begun on them continues, with a
 * note.
 */
const mayBegin = (
  task: Task,
  { doubt, classes }: LoadedTask,
  folder: string,
  tell: Environment['tell'],
): Effect<void> =>
  doubt === undefined
    ? TE.right(undefined)
    : pipe(
        isPresent(folder),
        TE.flatMap((begun) =>
          begun
            ? TE.fromIO(() => tell({ kind: 'note', message: doubt }))
            : TE.left(
                decodeError(
                  'folder' in task ? task.folder : task.name,
                  `${doubt} (under task in a file, or with --set 'task.labels=…' or --set task.ignore=…); ` +
                    `to train all ${classes.length} classes, name each of them in classes`,
                ),
              ),
        ),
      );
