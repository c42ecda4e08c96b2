/** What is decided before the first step of a run: data, program, engine, micro-batches, identity, folder. */

import { dirname, join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import type { MicroBatches } from '../../compile/micro-batches.js';
import { microBatchesOnEngine } from '../../compile/micro-batches-on-engine.js';
import type { Loaded } from '../../data/cache.js';
import { type Dataset, shapeOfDataset } from '../../data/dataset.js';
import { digestOf } from '../../data/digest.js';
import { loadDataset } from '../../data/load.js';
import { settled } from '../../data/own/whereabouts.js';
import { type Task, taskShape } from '../../data/task.js';
import { hashProgram, type Program, usesBatchStatistics } from '../../dsl/index.js';
import { arithmetic, type Engine, engineLabel, openEngine } from '../../engine/index.js';
import { type Experiment, identityOf, type RunIdentity } from '../../experiments/experiment.js';
import { programFor } from '../../experiments/model.js';
import { isPresent } from '../../files/files.js';
import { mayHoldFiles } from '../../files/make-folder.js';
import type { Sizes } from '../../models/catalogue.js';
import type { Environment } from '../environment.js';
import { findRun, folderOfName, runFoldersBelow } from '../folder/paths.js';

/** Everything that is settled before the first step. */
export interface Prepared {
  readonly experiment: Experiment;
  readonly seed: number;
  readonly dataset: Dataset;
  readonly program: Program;
  readonly engine: Engine;
  readonly microBatches: MicroBatches;
  readonly identity: RunIdentity;
  /** The digest of a person's files; left out for made data. */
  readonly data: string | undefined;
  readonly folder: string;
  readonly evaluationBatch: number;
}

/** Loads, builds and opens what a run needs. Nothing is written. */
export const prepare = (experiment: Experiment, seed: number, environment: Environment): Effect<Prepared> =>
  pipe(
    TE.fromTask<Experiment['task'], DrumheadError>(() => settled(experiment.task)),
    TE.flatMap((task) => prepareSettled({ ...experiment, task }, seed, environment)),
  );

const prepareSettled = (
  experiment: Experiment,
  seed: number,
  { engine, kernels, why, cache, runs, tell, signal }: Environment,
): Effect<Prepared> =>
  pipe(
    // Checked before anything takes time.
    TE.Do,
    TE.tap(() => TE.fromEither(folderOfName(runs, experiment.name))),
    TE.tap(() => hasRoom(runs)),
    TE.tapEither(() => fitsTask(experiment)),
    TE.bindW('engine', () =>
      pipe(
        openEngine(engine, kernels),
        TE.map((opened) => (why === undefined ? opened : { ...opened, why })),
      ),
    ),
    TE.bind('dataset', () =>
      loadDataset(experiment.task, {
        cacheDir: cache,
        signal,
        onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
      }),
    ),
    TE.tapIO(({ dataset }) => () => {
      for (const message of dataset.notes) if (message !== dataset.doubt) tell({ kind: 'note', message });
    }),
    TE.bind('program', ({ dataset }) =>
      TE.fromEither(programFor(experiment.model, experiment.loss.target, shapeOfDataset(dataset))),
    ),
    TE.tapEither(({ dataset }) => weightsFit(experiment, dataset.classes.length, dataset.classes)),
    TE.tapEither(({ dataset }) => canWait(experiment, dataset.validation.count)),
    TE.bindW('microBatches', ({ program, engine }) =>
      TE.fromEither(
        microBatchesOnEngine(program, experiment.training.batch, engine, usesBatchStatistics(program.graph)),
      ),
    ),
    TE.flatMap(({ engine, dataset, program, microBatches }) => {
      const data = digestFor(experiment.task, dataset);
      const identity = identityOn(engine, experiment, hashProgram(program), seed, data);
      const evaluationBatch = evaluationBatchOf(microBatches);
      const steps = Math.floor(dataset.train.count / experiment.training.batch);
      return steps < 1
        ? TE.left(tooFew(experiment, dataset.train.count))
        : pipe(
            findRun(runs, experiment.name, seed, identity),
            TE.tap((folder) => mayBegin(experiment.task, dataset, folder, tell)),
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
              dataset,
              program,
              engine,
              microBatches,
              identity,
              data,
              folder,
              evaluationBatch,
            })),
          );
    }),
  );

/**
 * Checks that the folder of all runs can be written to. Where there are runs already, a finished one needs no room.
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

/** Refuses to begin on masks whose values are hardly labels; a run that was begun on them goes on, and it is said. */
const mayBegin = (
  task: Task,
  { doubt, classes }: Loaded,
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

/**
 * The identity of a run on an engine.
 *
 * @param program its hash
 * @param data the digest of the data, where a person's files say what it is
 * @param number of its arithmetic, where another than today's is meant
 */
export const identityOn = (
  engine: Engine,
  experiment: Experiment,
  program: string,
  seed: number,
  data?: string,
  number = arithmetic[engine.name],
): RunIdentity => identityOf(experiment, program, seed, engineLabel(engine), data, number);

/** An experiment with whole folder paths and the digest of its data: what the identity of its runs is made from. */
export interface Told {
  readonly experiment: Experiment;
  readonly data: string | undefined;
  readonly sizes: Sizes;
  /** Names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
}

/**
 * Reads a person's files for the identity of runs on them; null for made data, which its task describes.
 *
 * **Errors** what the task's files have wrong.
 */
export const toldByFiles = (experiment: Experiment): Effect<Told | null> => {
  const { task } = experiment;
  return task.name === 'npy' || task.name === 'png'
    ? pipe(
        TE.fromTask<Task, DrumheadError>(() => settled(task)),
        TE.flatMap((whole) =>
          pipe(
            loadDataset(whole),
            TE.map((dataset) => ({
              experiment: { ...experiment, task: whole },
              data: digestFor(whole, dataset),
              sizes: shapeOfDataset(dataset),
              classes: dataset.classes,
            })),
          ),
        ),
      )
    : TE.right(null);
};

/** Made data enter the identity by their task, files by a digest of what they hold. */
export const digestFor = (task: Task, dataset: Loaded): string | undefined =>
  dataset.origin === 'files' || readsDigits(task) ? digestOf(dataset) : undefined;

/** Whether the task's data comes from files of the person. */
export const readsDigits = (task: Task): boolean => 'mnistDir' in task && task.mnistDir !== null;

const weightsFit = (
  { name, loss }: Experiment,
  classes: number,
  names: readonly string[] = [],
): Checked<void> =>
  loss.weights.length === 0 || loss.weights.length === classes
    ? E.right(undefined)
    : E.left(
        decodeError(
          name,
          `loss.weights: ${loss.weights.length} of them for ${classes} classes${names.length === 0 ? '' : `, which are ${names.join(', ')}`}`,
        ),
      );

/** Early stopping needs validation images. */
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
  decodeError(name, `training.batch: ${training.batch} is more than the ${images} training images`);

/**
 * Checks an experiment against the shapes and counts that its task states, before any image is made. Tasks of files
 * state none.
 */
const fitsTask = (experiment: Experiment): Checked<void> => {
  const { task, model, loss, training } = experiment;
  const shape = taskShape(task);
  if (O.isNone(shape)) return E.right(undefined);
  return pipe(
    programFor(model, loss.target, shape.value),
    E.flatMap(() => weightsFit(experiment, shape.value.classes)),
    E.flatMap(() =>
      'train' in task && task.train < training.batch
        ? E.left(tooFew(experiment, task.train))
        : E.right(undefined),
    ),
  );
};

/** Images of a part that is scored at once: the same for the same cut, so that the same weights give the same bits. */
export const evaluationBatchOf = (microBatches: MicroBatches): number =>
  Math.max(1, Math.min(16, ...microBatches));
