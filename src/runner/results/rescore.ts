/** Scores from saved weights: on the data that a run was made for, or on that of another task. Nothing is written. */

import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Checked,
  type DrumheadError,
  decodeError,
  type Effect,
  errorMessage,
} from '../../base/error.js';
import { microBatchesOnEngine } from '../../compile/micro-batches-on-engine.js';
import { errorOf } from '../../compile/tfjs/session/session.js';
import { withPool } from '../../compile/tfjs/session/with-session.js';
import type { Loaded } from '../../data/cache.js';
import { type Dataset, type SplitName, shapeOfDataset, type TaskShape } from '../../data/dataset.js';
import { loadDataset } from '../../data/load.js';
import { type Matching, matching, relabelled } from '../../data/matched-classes.js';
import { type Task, taskShape } from '../../data/task.js';
import { taskClasses } from '../../data/task-classes.js';
import { type Program, sameShape, usesBatchStatistics } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import type { Scores } from '../../experiments/scores.js';
import type { Environment } from '../environment.js';
import { readTrained, sizesOf, type Trained } from '../export/trained.js';
import { openEngineFor } from '../folder/computed-on.js';
import { trainedClassesIn } from '../folder/record.js';
import { readResult } from '../folder/result.js';
import { digestFor, evaluationBatchOf } from '../run/prepare.js';
import { type OtherSizes, resized, sizesText } from '../run/resized.js';
import { evaluate } from '../training/evaluate.js';
import { lossless } from '../training/finite.js';
import { readRun } from './summary.js';
import { isOfData, shortDigest } from './todays-data.js';

/** The data that a run is scored on. */
export interface RescorePlan {
  /** Another task, or changes to the run's own. */
  readonly task: (own: Task | null) => Effect<Task>;
  readonly split: SplitName;
  /** Other steps or another grid than it was trained at; null or left out for its own, on data of any size that its weights fit. */
  readonly resize?: OtherSizes | null;
}

/** Scores of saved weights, with the run and the data that they belong to. */
export interface Rescored {
  readonly folder: string;
  /** The model and its training, in words. */
  readonly description: string;
  readonly name: string;
  readonly seed: number | null;
  readonly task: Task;
  readonly split: SplitName;
  readonly scores: Scores;
  /** The scores of its own test, as they were written when it was finished. */
  readonly recorded: Scores | null;
  /** Whether these scores are of the same test data as the recorded ones. */
  readonly ownTest: boolean;
  /** That its own task's files hold other data now, in words; null where they do not, and on another task. */
  readonly changed: string | null;
}

/** The program at the sizes of other data, for the same weights. */
const programAt = (
  { program }: Trained,
  wanted: TaskShape,
  folder: string,
  resize: OtherSizes | null,
): Checked<Program> => {
  const own = sizesOf(program);
  if (own === null || own.channels !== wanted.channels || own.classes !== wanted.classes)
    return E.left(otherSizes(folder, own, wanted));
  const grid = [wanted.height, wanted.width];
  if (resize?.grid != null && !sameShape(resize.grid, grid))
    return E.left(
      decodeError(
        '--resize',
        `the images are ${grid.join('x')}, not ${resize.grid.join('x')}; say their size, or none`,
      ),
    );
  if (resize === null && sameShape(grid, [own.height, own.width])) return E.right(program);
  return pipe(
    resized(program, { inputs: {}, steps: undefined, ...resize, grid }),
    E.mapLeft((error) => (resize === null ? otherSizes(folder, own, wanted, errorMessage(error)) : error)),
  );
};

type Sizes = ReturnType<typeof sizesOf>;

const words = (sizes: Sizes): string =>
  sizes === null
    ? 'something else than images'
    : `${sizes.height}x${sizes.width}x${sizes.channels} and ${sizes.classes} classes`;

const otherSizes = (folder: string, own: Sizes, wanted: Sizes, why?: string): DrumheadError =>
  decodeError(
    folder,
    `its weights are for ${words(own)} and do not fit this data, of ${words(wanted)}${why === undefined ? '' : `: ${why}`}`,
  );

/** How the classes of data are those of a run; where nobody knows the run's, as they are. */
const classesFor = (
  own: readonly string[] | null,
  classes: readonly string[] | null,
  folder: string,
): Checked<Matching> =>
  own === null || classes === null
    ? E.right({ labels: null, note: null })
    : pipe(
        matching(own, classes),
        E.mapLeft((problem) => decodeError(folder, problem)),
      );

/** Checks weights against the shapes that a task states before any image is made. Tasks of files state none. */
const fitsTask = (
  trained: Trained,
  own: readonly string[] | null,
  task: Task,
  split: SplitName,
  folder: string,
  resize: OtherSizes | null,
): Checked<void> => {
  const shape = taskShape(task);
  if (O.isNone(shape))
    return pipe(
      classesFor(own, taskClasses(task), folder),
      E.map(() => undefined),
    );
  const match = classesFor(own, taskClasses(task), folder);
  const asOwn = own !== null && E.isRight(match) && match.right.labels !== null;
  return pipe(
    programAt(trained, asOwn ? { ...shape.value, classes: own.length } : shape.value, folder, resize),
    E.flatMap(() => match),
    E.flatMap(() =>
      Object.entries(task).some(([key, count]) => key === split && count === 0)
        ? E.left(noImages(split))
        : E.right(undefined),
    ),
  );
};

const noImages = (split: SplitName): DrumheadError => decodeError('--split', `there are no ${split} images`);

/**
 * Checks that a run's weights fit a task, as far as the task states its shapes. Called for every run before the first
 * is scored, so that the last is not refused after hours.
 *
 * **Errors** DecodeError as `rescore`.
 */
export const mayRescore = (
  folder: string,
  { task: taskFor, split, resize = null }: RescorePlan,
): Effect<void> =>
  pipe(
    TE.Do,
    TE.bind('trained', () => readTrained(folder)),
    TE.bind('task', ({ trained }) => taskFor(trained.experiment?.task ?? null)),
    TE.bind('own', ({ trained }) => ownClasses(folder, trained)),
    TE.flatMapEither(({ trained, own, task }) => fitsTask(trained, own, task, split, folder, resize)),
  );

const ownClasses = (folder: string, { experiment }: Trained): Effect<readonly string[] | null> =>
  TE.fromTask(trainedClassesIn(folder, experiment?.task ?? null));

/**
 * That the data of a run are others now than when it was trained; null where they are the same, and where that cannot be told.
 */
const changedSince = (folder: string, task: Task, dataset: Loaded): T.Task<string | null> =>
  pipe(
    readRun(folder),
    TE.match(
      () => null,
      (run) => {
        const data = digestFor(task, dataset);
        const told = {
          experiment: { ...run.experiment, task },
          data,
          sizes: shapeOfDataset(dataset),
          classes: dataset.classes,
        };
        return data === undefined || isOfData(run, told)
          ? null
          : `the files of its task hold other data now (${shortDigest(data)}) than when it was trained` +
              `${run.data === null ? '' : ` (${shortDigest(run.data)})`}`;
      },
    ),
  );

/** Runs imported without their experiment have no batch of their own: any number of images does. */
const batchFor = ({ experiment }: Trained, program: Program, engine: Engine): Checked<number> =>
  experiment === null
    ? E.right(16)
    : pipe(
        microBatchesOnEngine(program, experiment.training.batch, engine, usesBatchStatistics(program.graph)),
        E.map(evaluationBatchOf),
      );

const score = (
  trained: Trained,
  program: Program,
  dataset: Dataset,
  engine: Engine,
  split: SplitName,
  { workers, signal }: Environment,
): Effect<Scores> =>
  pipe(
    TE.Do,
    TE.bind('batch', () => TE.fromEither(batchFor(trained, program, engine))),
    TE.flatMap(({ batch }) =>
      withPool(engine, program, trained.parameters, workers, (session) =>
        TE.tryCatch(
          () =>
            evaluate(
              session,
              dataset[split],
              dataset.classes.length,
              batch,
              () => {},
              signal,
              trained.experiment?.loss,
            ),
          errorOf,
        ),
      ),
    ),
    TE.flatMap((scores): Effect<Scores> => {
      if (scores !== null)
        return scores.loss === null || Number.isFinite(scores.loss)
          ? TE.right(scores)
          : TE.left(lossless(trained.experiment?.name ?? trained.description, scores.loss));
      return TE.left(
        signal.aborted ? { _tag: 'Interrupted', message: 'stopped; nothing is written' } : noImages(split),
      );
    }),
  );

/**
 * Scores the weights of a finished or imported run again, on data of any size and over any number of steps that its
 * weights do not depend on: an NWM trained on small images is scored on large ones.
 *
 * **Errors** DecodeError where there are no weights yet, they are damaged, or they do not fit the data; FileError,
 * EngineError; what the data has wrong.
 */
export const rescore = (
  folder: string,
  { task: taskFor, split, resize = null }: RescorePlan,
  environment: Environment,
): Effect<Rescored> => {
  const { engine: choice, cache, signal, tell } = environment;
  return pipe(
    TE.Do,
    TE.bind('trained', () => readTrained(folder)),
    TE.bind('result', () => readResult(folder)),
    TE.bind('task', ({ trained }) => taskFor(trained.experiment?.task ?? null)),
    TE.bind('own', ({ trained }) => ownClasses(folder, trained)),
    TE.tapEither(({ trained, own, task }) => fitsTask(trained, own, task, split, folder, resize)),
    TE.bind('engine', () => openEngineFor(folder, choice)),
    TE.bind('loaded', ({ task }) =>
      loadDataset(task, {
        cacheDir: cache,
        signal,
        onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
      }),
    ),
    TE.bind('match', ({ own, loaded }) => TE.fromEither(classesFor(own, loaded.classes, folder))),
    TE.tapIO(({ match: { note } }) => () => {
      if (note !== null) tell({ kind: 'note', message: note });
    }),
    TE.let('dataset', ({ own, loaded, match }) => relabelled(loaded, own ?? loaded.classes, match)),
    TE.let('ownTask', ({ trained, task }) => isDeepStrictEqual(task, trained.experiment?.task)),
    TE.bind('changed', ({ task, loaded, ownTask }) =>
      TE.fromTask<string | null, DrumheadError>(
        ownTask ? changedSince(folder, task, loaded) : async () => null,
      ),
    ),
    TE.bind('program', ({ trained, dataset }) =>
      TE.fromEither(programAt(trained, shapeOfDataset(dataset), folder, resize)),
    ),
    TE.bind('scores', ({ trained, program, dataset, engine }) =>
      score(trained, program, dataset, engine, split, environment),
    ),
    TE.map(({ trained, result, task, scores, ownTask, changed }) => ({
      folder,
      description: `${trained.description}${resize === null ? '' : `; resized to ${sizesText(resize)}`}`,
      name: trained.experiment?.name ?? folder,
      seed: result?.seed ?? null,
      task,
      split,
      scores,
      recorded: result?.test ?? null,
      ownTest: split === 'test' && ownTask && changed === null && resize === null,
      changed,
    })),
  );
};
