/** From a task to its data: generated, taken from the cache, or read from files. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../base/error.js';
import type { NamedArrays } from './arrays.js';
import { cached, type Loaded } from './cache.js';
import { splitNames, withinLimit } from './dataset.js';
import { drawnRecipe, isDrawn } from './drawn.js';
import { digestFor } from './identifying.js';
import { arraysOfImages } from './images.js';
import { adding } from './made/adding.js';
import { type ArrayRecipe, arraysOf } from './made/array-recipe.js';
import { copy } from './made/copy.js';
import type { Digits } from './made/digit-shares.js';
import { readDigits } from './made/digits.js';
import { generate, type Recipe, type Watch } from './made/generate.js';
import { type MnistTask, mnist } from './made/mnist.js';
import { type MultiMnistTask, multiMnist } from './made/multi-mnist.js';
import { sequentialMnist } from './made/sequential-mnist.js';
import { waveForecast } from './made/wave-forecast.js';
import { type Asks, type ReadArrays, readArrays } from './own/arrays.js';
import { type GeneratorOf, readGenerated } from './own/generated/generated.js';
import { readImageFolders } from './own/image-folders.js';
import { readNpyPairs } from './own/pairs/npy-pairs.js';
import { readPngPairs } from './own/pairs/png-pairs.js';
import { readSeries } from './own/series.js';
import {
  type ArrayTask,
  isArrayTask,
  isMadeArrayTask,
  type MadeArrayTask,
  type OwnTask,
  type Task,
} from './task.js';
import { taskClasses } from './task-classes.js';

export interface LoadOptions extends Watch {
  /** The folder for generated data, stored under a key of everything that determines it; default: nothing is stored. */
  readonly cacheDir?: string | undefined;
  /** Runs the module of a person's task function; if left out, nothing is run and only cached samples are used. */
  readonly generatorOf?: GeneratorOf | undefined;
  /** Finds further problems with the arrays; they are reported together with the problems of the files. */
  readonly asks?: Asks;
}

/** The generator of a task's data, and everything besides the generator's version that determines the data. */
interface Making {
  readonly recipe: Recipe;
  readonly shapedBy: unknown;
}

/** The contents of the digits enter the key, not their folder. */
const ofDigits = <T extends MnistTask | MultiMnistTask>(
  task: T,
  recipeOf: (task: T, digits: Digits) => Checked<Recipe>,
): Effect<Making> =>
  pipe(
    readDigits(task.mnistDir),
    TE.flatMapEither((digits) =>
      pipe(
        recipeOf(task, digits),
        E.map((recipe) => ({ recipe, shapedBy: { ...task, mnistDir: null, digest: digits.digest } })),
      ),
    ),
  );

const making = (task: Exclude<Task, OwnTask | ArrayTask>): Effect<Making> =>
  isDrawn(task)
    ? TE.right({ recipe: drawnRecipe(task), shapedBy: task })
    : task.name === 'mnist'
      ? ofDigits(task, mnist)
      : ofDigits(task, multiMnist);

/**
 * The images of a task, with the class of each pixel. A task of other arrays is refused (`loadTask` reads any).
 *
 * @returns the dataset, with `origin` and `notes`; a cache that cannot be read or written costs only time, and a note
 *   says so. Fails with the problems of the task's files, or as Interrupted.
 * @example
 * pipe(loadDataset(task, { cacheDir: '.cache', onProgress: ({ stage, done, total }) => … }), TE.map((data) => data.train))
 */
export const loadDataset = (task: Task, options: LoadOptions = {}): Effect<Loaded> => {
  // The user's own files are read each time, since a cached copy could become stale.
  if (task.name === 'npy') return readNpyPairs(task);
  if (task.name === 'png') return readPngPairs(task, options);
  if (isArrayTask(task))
    return TE.left(
      decodeError(
        task.name,
        `its samples are arrays, and this reads pictures alone; \`drumhead data ${task.name}\` shows the samples, and report.html and result.json of a run have its scores`,
      ),
    );
  return pipe(
    making(task),
    TE.tapEither(({ recipe: { counts, height, width, channels } }) =>
      withinLimit(
        task.name,
        splitNames.reduce((sum, name) => sum + counts[name], 0),
        height * width * channels,
      ),
    ),
    TE.flatMap(({ recipe, shapedBy }) =>
      cached(
        options.cacheDir ?? null,
        task.name,
        { task: shapedBy, version: recipe.version },
        generate(recipe, options),
      ),
    ),
  );
};

/** The data of any task: its named arrays, notes on them, and its images, if it has any. */
export interface LoadedTask extends Pick<Loaded, 'origin' | 'notes' | 'doubt'> {
  readonly arrays: NamedArrays;
  /** Images with the class of each pixel; null for a task of other arrays. */
  readonly images: Loaded | null;
  /** The names of the classes, in the order of their numbers; empty if nothing is classified. */
  readonly classes: readonly string[];
  /** The digest of all arrays, if the task alone does not determine them; else left out. */
  readonly digest?: string;
}

const ofImages = (task: Task, loaded: Loaded): LoadedTask => {
  const digest = digestFor(task, loaded);
  return {
    arrays: arraysOfImages(loaded),
    images: loaded,
    classes: loaded.classes,
    origin: loaded.origin,
    notes: loaded.notes,
    ...(loaded.doubt === undefined ? {} : { doubt: loaded.doubt }),
    ...(digest === undefined ? {} : { digest }),
  };
};

/**
 * The data of any task as named arrays, for training and scoring.
 *
 * **Errors** as `loadDataset`.
 */
export const loadTask = (task: Task, options: LoadOptions = {}): Effect<LoadedTask> =>
  isArrayTask(task)
    ? loadArrays(task, options)
    : pipe(
        loadDataset(task, options),
        TE.map((loaded) => ofImages(task, loaded)),
      );

/** The rule of a task of arrays, and the digest of the files that it is made from, if any. */
const recipeOf = (
  task: MadeArrayTask,
): Effect<{ readonly recipe: ArrayRecipe; readonly digest?: string }> => {
  switch (task.name) {
    case 'sequential-mnist':
      return pipe(
        readDigits(task.mnistDir),
        TE.flatMapEither((digits) =>
          pipe(
            sequentialMnist(task, digits),
            E.map((recipe) => ({ recipe, ...(task.mnistDir === null ? {} : { digest: digits.digest }) })),
          ),
        ),
      );
    case 'adding':
      return TE.right({ recipe: adding(task) });
    case 'copy':
      return TE.right({ recipe: copy(task) });
    case 'wave-forecast':
      return TE.right({ recipe: waveForecast(task) });
  }
};

/** The data in a person's files, or made by a person's function. */
const readOwn = (
  task: Exclude<ArrayTask, MadeArrayTask>,
  given: LoadOptions,
): Effect<ReadArrays & { readonly classes?: readonly string[] }> => {
  const options = { ...given, cache: given.cacheDir ?? null };
  switch (task.name) {
    case 'arrays':
      return readArrays(task, options);
    case 'image-folders':
      return readImageFolders(task, options);
    case 'series':
      return readSeries(task, options);
    case 'generated':
      return readGenerated(task, options, given.generatorOf);
  }
};

const loadArrays = (task: ArrayTask, options: LoadOptions): Effect<LoadedTask> =>
  isMadeArrayTask(task)
    ? loadMade(task)
    : pipe(
        readOwn(task, options),
        TE.map(({ arrays, notes, digest, classes = taskClasses(task) ?? [] }) => ({
          arrays,
          images: null,
          classes,
          origin: 'files' as const,
          notes,
          digest,
        })),
      );

const loadMade = (task: MadeArrayTask): Effect<LoadedTask> =>
  pipe(
    recipeOf(task),
    TE.map(({ recipe, digest }) => ({
      arrays: arraysOf(recipe),
      images: null,
      classes: taskClasses(task) ?? [],
      origin: 'made' as const,
      notes: [],
      ...(digest === undefined ? {} : { digest }),
    })),
  );
