/** Scores from saved weights, on the run's own data or on that of another task. Nothing is written. */

import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { microBatchesOnEngine } from '../../compile/micro-batches-on-engine.js';
import { errorOf } from '../../compile/tfjs/session/session.js';
import { withPool } from '../../compile/tfjs/session/with-session.js';
import type { ArraySplit, NamedArrays } from '../../data/arrays.js';
import { type Matching, matching, relabelled } from '../../data/classes/matched.js';
import { type SplitName, shapeOfDataset } from '../../data/dataset.js';
import { arraysOfImages } from '../../data/images.js';
import { type LoadedTask, loadTask } from '../../data/load.js';
import { statedData, type Task } from '../../data/task.js';
import { taskClasses } from '../../data/task-classes.js';
import { type Program, usesBatchStatistics } from '../../dsl/index.js';
import type { Engine } from '../../engine/index.js';
import { trainedOutput } from '../../experiments/learning.js';
import { type DataShape, isSizes } from '../../experiments/model.js';
import type { Measures } from '../../experiments/scores/measures.js';
import type { Environment } from '../environment.js';
import { readTrained, type Trained } from '../export/trained.js';
import { openEngineFor } from '../folder/computed-on.js';
import { trainedClassesIn } from '../folder/record.js';
import { readResult } from '../folder/result.js';
import { type OtherSizes, sizesText } from '../run/resize-program.js';
import { evaluate, evaluationBatchOf } from '../training/evaluate.js';
import { lossNotFinite } from '../training/finite.js';
import { type Scoring, scoringOf } from './scoring.js';
import { readRun } from './summary.js';
import { isOfData, shortDigest } from './todays-data.js';

/** The data that a run is scored on. */
export interface RescorePlan {
  /** Another task, or changes to the run's own. */
  readonly task: (own: Task | null) => Effect<Task>;
  readonly split: SplitName;
  /**
   * Other steps or another grid than in training; null or left out: its own steps, on data of any size that
   * its weights fit.
   */
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
  readonly scores: Measures;
  /** The scores of its own test, as recorded when it finished. */
  readonly recorded: Measures | null;
  /** Whether these scores are of the same test data as the recorded ones. */
  readonly ownTest: boolean;
  /**
   * A sentence if the files of its own task hold other data now; null if they do not, and for another task.
   */
  readonly changed: string | null;
}

/** How the classes of data match those of a run; unchanged if those of the run are unknown. */
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

/** Arrays keep their class numbers, so their classes must be in the order of the run's. */
const inOrder = (match: Matching, folder: string): Checked<Matching> =>
  match.labels === null
    ? E.right(match)
    : E.left(decodeError(folder, `${match.note ?? 'its classes are others'}; arrays need them in one order`));

/** Checks weights against the shapes that a task states before any sample is made. Tasks of files state none. */
const fitsTask = (
  trained: Trained,
  own: readonly string[] | null,
  task: Task,
  split: SplitName,
  folder: string,
  resize: OtherSizes | null,
): Checked<void> => {
  const stated = statedData(task);
  const match = classesFor(own, taskClasses(task), folder);
  if (stated === null)
    return pipe(
      match,
      E.map(() => undefined),
    );
  const shape = stated;
  const asOwn = own !== null && E.isRight(match) && match.right.labels !== null;
  return pipe(
    scoringOf(trained, asOwn && isSizes(shape) ? { ...shape, classes: own.length } : shape, folder, resize),
    E.flatMap(() => match),
    E.flatMap((found) => (isSizes(shape) ? E.right(found) : inOrder(found, folder))),
    E.flatMap(() =>
      Object.entries(task).some(([key, count]) => key === split && count === 0)
        ? E.left(noSamples(split, isSizes(shape)))
        : E.right(undefined),
    ),
  );
};

const noSamples = (split: SplitName, ofImages: boolean): DrumheadError =>
  decodeError('--split', `there are no ${split} ${ofImages ? 'images' : 'samples'}`);

/**
 * Checks that a run's weights fit a task, if the task states its shapes. Called for every run before the
 * first is scored, so that the last is not refused after hours.
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
 * A note that the data of a run have changed since its training; null if they have not, and if that is unknown.
 */
const changedSince = (
  folder: string,
  task: Task,
  { digest: data, images, classes }: LoadedTask,
): T.Task<string | null> =>
  pipe(
    readRun(folder),
    TE.match(
      () => null,
      (run) => {
        const same = (): boolean =>
          images === null
            ? run.data === null || run.data === data
            : isOfData(run, {
                experiment: { ...run.experiment, task },
                data,
                sizes: shapeOfDataset(images),
                classes,
              });
        return data === undefined || same()
          ? null
          : `the files of its task hold other data now (${shortDigest(data)}) than when it was trained` +
              `${run.data === null ? '' : ` (${shortDigest(run.data)})`}`;
      },
    ),
  );

/** An import without its experiment has no batch of its own, so any number of images will do. */
const batchFor = ({ experiment }: Trained, program: Program, engine: Engine): Checked<number> =>
  experiment === null
    ? E.right(16)
    : pipe(
        microBatchesOnEngine(program, experiment.training.batch, engine, usesBatchStatistics(program.graph), [
          trainedOutput(experiment.loss),
        ]),
        E.map(evaluationBatchOf),
      );

const score = (
  trained: Trained,
  { program, objective }: Scoring,
  samples: ArraySplit,
  engine: Engine,
  none: DrumheadError,
  { workers, signal }: Environment,
): Effect<Measures> =>
  pipe(
    TE.Do,
    TE.bind('batch', () => TE.fromEither(batchFor(trained, program, engine))),
    TE.flatMap(({ batch }) =>
      withPool(engine, program, trained.parameters, workers, (session) =>
        TE.tryCatch(() => evaluate(session, samples, { objective, batch, signal }), errorOf),
      ),
    ),
    TE.flatMap((found): Effect<Measures> => {
      const scores = found?.scores ?? null;
      if (scores !== null)
        return scores.loss === null || Number.isFinite(scores.loss)
          ? TE.right(scores)
          : TE.left(lossNotFinite(trained.experiment?.name ?? trained.description, scores.loss));
      return TE.left(signal.aborted ? { _tag: 'Interrupted', message: 'stopped; nothing is written' } : none);
    }),
  );

/** Data with the classes in the order of a run. */
interface AsTrained {
  readonly arrays: NamedArrays;
  /** The sizes of images, or the forms of arrays. */
  readonly shape: DataShape;
  readonly note: string | null;
}

const asTrained = (
  { arrays, images, classes }: LoadedTask,
  own: readonly string[] | null,
  folder: string,
): Checked<AsTrained> =>
  pipe(
    classesFor(own, classes, folder),
    E.flatMap((match): Checked<AsTrained> => {
      if (images === null)
        return pipe(
          inOrder(match, folder),
          E.map(({ note }) => ({ arrays, shape: arrays.forms, note })),
        );
      const dataset = relabelled(images, own ?? classes, match);
      return E.right({
        arrays: arraysOfImages(dataset),
        shape: shapeOfDataset(dataset),
        note: match.note,
      });
    }),
  );

/**
 * Scores the weights of a finished or imported run again, on data of any size and over any number of steps that its
 * weights do not depend on: an NWM trained on small images is scored on large ones.
 *
 * **Errors** DecodeError if there are no weights yet, they are damaged, or they do not fit the data;
 * FileError, EngineError; errors of the data.
 */
export const rescore = (
  folder: string,
  { task: taskFor, split, resize = null }: RescorePlan,
  environment: Environment,
): Effect<Rescored> => {
  const { engine: choice, cache, generatorOf, signal, tell } = environment;
  return pipe(
    TE.Do,
    TE.bind('trained', () => readTrained(folder)),
    TE.bind('result', () => readResult(folder)),
    TE.bind('task', ({ trained }) => taskFor(trained.experiment?.task ?? null)),
    TE.bind('own', ({ trained }) => ownClasses(folder, trained)),
    TE.tapEither(({ trained, own, task }) => fitsTask(trained, own, task, split, folder, resize)),
    TE.bind('engine', () => openEngineFor(folder, choice)),
    TE.bind('loaded', ({ task }) =>
      loadTask(task, {
        cacheDir: cache,
        generatorOf,
        signal,
        onProgress: ({ done, total }) => tell({ kind: 'data', done, total }),
      }),
    ),
    TE.bind('data', ({ own, loaded }) => TE.fromEither(asTrained(loaded, own, folder))),
    TE.tapIO(({ data: { note } }) => () => {
      if (note !== null) tell({ kind: 'note', message: note });
    }),
    TE.let('ownTask', ({ trained, task }) => isDeepStrictEqual(task, trained.experiment?.task)),
    TE.bind('changed', ({ task, loaded, ownTask }) =>
      TE.fromTask<string | null, DrumheadError>(
        ownTask ? changedSince(folder, task, loaded) : async () => null,
      ),
    ),
    TE.bind('scoring', ({ trained, data }) => TE.fromEither(scoringOf(trained, data.shape, folder, resize))),
    TE.bind('scores', ({ trained, scoring, data, loaded, engine }) =>
      score(
        trained,
        scoring,
        data.arrays[split],
        engine,
        noSamples(split, loaded.images !== null),
        environment,
      ),
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
