/**
 * Everything that is fixed before the first step of a run: data, program, engine, micro-batches, identity,
 * folder.
 */

import { dirname, join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
} from '../../base/error.js';
import type { MicroBatches } from '../../compile/micro-batches.js';
import { microBatchesOnEngine } from '../../compile/micro-batches-on-engine.js';
import type { NamedArrays } from '../../data/arrays.js';
import { augmented, augmentProblems } from '../../data/augment.js';
import { type Dataset, shapeOfDataset } from '../../data/dataset.js';
import { type LoadedTask, loadTask } from '../../data/load.js';
import { settled } from '../../data/own/whereabouts.js';
import { isArrayTask, isOwnTask, statedData, type Task } from '../../data/task.js';
import { taskClasses } from '../../data/task-classes.js';
import { matchOf, nearPattern } from '../../dsl/glob.js';
import { hashProgram, type Program, parametersOf, usesBatchStatistics } from '../../dsl/index.js';
import { arithmetic, autoOrder, type Engine, engineLabel, openEngine } from '../../engine/index.js';
import { canFuse, type EngineName } from '../../engine/names.js';
import { type Experiment, identityOf, type RunIdentity } from '../../experiments/experiment.js';
import {
  type Forms,
  inputsOfLearning,
  type Learning,
  readBy,
  trainedOutput,
  unreadProblems,
} from '../../experiments/learning.js';
import { isClassLoss } from '../../experiments/loss.js';
import { type DataShape, formsOfSizes, isSizes, learningFor } from '../../experiments/model.js';
import { isPresent } from '../../files/files.js';
import { mayHoldFiles } from '../../files/make-folder.js';
import type { Environment } from '../environment.js';
import { findRun, folderOfName, runFoldersBelow } from '../folder/paths.js';
import { objectiveOf } from '../training/aimed.js';
import type { Objective } from '../training/objective.js';
import { samplesPerStep } from '../training/train.js';
import { canWatch } from './watched-score.js';

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
  const { engine: choice, kernels, why, cache, generatorOf, runs, tell, signal } = environment;
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
        asks: (forms) => fitsArrays(experiment, forms),
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
    TE.tapEither(({ loaded }) => canWait(experiment, loaded.arrays.validation.count)),
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
      const identity = identityOn(engine, experiment, hashProgram(program), seed, data);
      const evaluationBatch = evaluationBatchOf(microBatches);
      const steps = Math.floor(arrays.train.count / samplesPerStep(experiment.training));
      return steps < 1
        ? TE.left(tooFew(experiment, arrays.train.count))
        : pipe(
            findRun(runs, experiment.name, seed, identity),
            TE.bindTo('folder'),
            TE.bind('began', ({ folder }) =>
              choice === 'auto'
                ? beganOn(folder, engine, (other) =>
                    findRun(
                      runs,
                      experiment.name,
                      seed,
                      identityOn(other, experiment, hashProgram(program), seed, data),
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

/** The problems of several checks, all at once. */
const allOf = ({ name }: Experiment, checks: readonly Checked<unknown>[]): Checked<void> => {
  const errors = checks.flatMap((check) => (E.isLeft(check) ? [check.left] : []));
  const [only, other] = errors;
  if (only === undefined) return E.right(undefined);
  if (other === undefined) return E.left(only);
  const problems = errors.flatMap((error) =>
    error._tag === 'DecodeError' ? error.problems : [errorMessage(error)],
  );
  return E.left(decodeError(name, problems));
};

/**
 * The program, loss and scores of an experiment, checked with the settings that refer to its scores and
 * parameters.
 */
const fitsLearning = (experiment: Experiment, learning: Checked<Learning>): Checked<void> => {
  const { model } = experiment;
  const written = model.name === 'program' ? model : null;
  const program = E.isRight(learning) ? learning.right.program : written;
  return allOf(experiment, [
    learning,
    canWatch(experiment),
    ...(program === null ? [] : [groupsMatch(experiment, program)]),
  ]);
};

/** Checks an experiment against the arrays of a person's files: each must be read by something. */
const fitsArrays = (experiment: Experiment, forms: Forms): Checked<void> => {
  const learning = learningFor(experiment, forms);
  const problems = E.isLeft(learning)
    ? []
    : [...unreadProblems(learning.right, forms), ...unaugmented(experiment, learning.right, forms)];
  return allOf(experiment, [
    fitsLearning(experiment, learning),
    problems.length === 0 ? E.right(undefined) : E.left(decodeError(experiment.name, problems)),
  ]);
};

/** Checks that the samples of a task can be changed as the experiment asks. */
const canAugment = (experiment: Experiment, learning: Learning, forms: Forms): Checked<void> => {
  const problems = unaugmented(experiment, learning, forms);
  return problems.length === 0 ? E.right(undefined) : E.left(decodeError(experiment.name, problems));
};

/** The changes of an experiment that the samples of these arrays do not support. */
const unaugmented = ({ augment }: Experiment, learning: Learning, forms: Forms): readonly string[] =>
  augment === undefined ? [] : augmentProblems(augment, forms, readBy(learning), inputsOfLearning(learning));

/**
 * The identity of a run on an engine.
 *
 * @param program its hash
 * @param data the digest of the data, if it comes from a person's files
 * @param number of its arithmetic, if another than today's is meant
 */
export const identityOn = (
  engine: Pick<Engine, 'name' | 'fused'>,
  experiment: Experiment,
  program: string,
  seed: number,
  data?: string,
  number = arithmetic[engine.name],
): RunIdentity => identityOf(experiment, program, seed, engineLabel(engine), data, number);

/**
 * An experiment with whole folder paths and the digest of its data, from which the identity of its runs is
 * computed.
 */
export interface Told {
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
export const toldByFiles = (experiment: Experiment, cache?: string): Effect<Told | null> => {
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
        TE.orElse((error): Effect<Told | null> => (made ? TE.right(null) : TE.left(error))),
      )
    : TE.right(null);
};

const weightsFit = (
  { name, loss }: Experiment,
  classes: number,
  names: readonly string[] = [],
): Checked<void> =>
  !isClassLoss(loss) || loss.weights.length === 0 || loss.weights.length === classes
    ? E.right(undefined)
    : E.left(
        decodeError(
          name,
          `loss.weights: ${loss.weights.length} of them for ${classes} classes${names.length === 0 ? '' : `, which are ${names.join(', ')}`}`,
        ),
      );

/** Checks that each group matches some parameters. */
const groupsMatch = ({ name, training }: Experiment, program: Program): Checked<void> => {
  const names = parametersOf(program.graph).map((declared) => declared.name);
  const problems = training.groups.flatMap(({ match }, i) => {
    if (names.some((one) => matchOf(match, one) !== null)) return [];
    const near = nearPattern(match, names);
    return [
      `training.groups.${i}.match: no parameter is named '${match}'${near === undefined ? '' : `; did you mean '${near}'?`}${near === undefined ? '.' : ''} There are: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`,
    ];
  });
  return problems.length === 0 ? E.right(undefined) : E.left(decodeError(name, problems));
};

const allFrozen = ({ training }: Experiment, program: Program): boolean => {
  const names = parametersOf(program.graph).map((declared) => declared.name);
  const isFrozen = (name: string): boolean =>
    training.groups.find(({ match }) => matchOf(match, name) !== null)?.frozen === true;
  return names.length > 0 && names.every(isFrozen);
};

/** Checks that there are validation images for early stopping. */
const canWait = ({ name, training }: Experiment, held: number): Checked<void> =>
  training.patience === null || held > 0
    ? E.right(undefined)
    : E.left(
        decodeError(
          name,
          'training.patience waits for a better validation loss, but there are no validation images; ' +
            'raise task.validationShare, or leave patience out',
        ),
      );

const tooFew = ({ name, training }: Experiment, images: number): DrumheadError =>
  decodeError(
    name,
    training.accumulate === 1
      ? `training.batch: ${training.batch} is more than the ${images} training images`
      : `training.batch: ${training.accumulate} batches of ${training.batch} are more than the ${images} training images`,
  );

/**
 * Checks an experiment against the shapes and counts that its task states, before any image is made. Tasks of files
 * state none.
 */
const fitsTask = (experiment: Experiment): Checked<void> => {
  const { task, training } = experiment;
  const stated = statedData(task);
  // Tasks of files are checked once the files are read; pictures have the scores of classes.
  if (O.isNone(stated)) return isArrayTask(task) ? E.right(undefined) : canWatch(experiment);
  const classes = taskClasses(task);
  const learning = learningFor(experiment, stated.value);
  const forms = isSizes(stated.value) ? formsOfSizes(stated.value) : stated.value;
  return allOf(experiment, [
    fitsLearning(experiment, learning),
    ...(E.isRight(learning) ? [canAugment(experiment, learning.right, forms)] : []),
    ...(classes === null ? [] : [weightsFit(experiment, classes.length)]),
    ...('train' in task && task.train < samplesPerStep(training)
      ? [E.left(tooFew(experiment, task.train))]
      : []),
  ]);
};

/** Images of a part that is scored at once: the same for the same cut, so that the same weights give the same bits. */
export const evaluationBatchOf = (microBatches: MicroBatches): number =>
  Math.max(1, Math.min(16, ...microBatches));
