/** From a task to its data: generated, taken from the cache, or read from files. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, Effect } from '../base/error.js';
import { cached, type Loaded } from './cache.js';
import { splitNames, withinLimit } from './dataset.js';
import { type Digits, readDigits } from './made/digits.js';
import { generate, type Recipe, type Watch } from './made/generate.js';
import { type MnistTask, mnist } from './made/mnist.js';
import { type MultiMnistTask, multiMnist } from './made/multi-mnist.js';
import { polygons } from './made/polygons.js';
import { tetrominoes } from './made/tetrominoes.js';
import { readNpyPairs } from './own/npy-pairs.js';
import { readPngPairs } from './own/png-pairs.js';
import type { Task } from './task.js';

export interface LoadOptions extends Watch {
  /** The folder for generated data, stored under a key of everything that determines it; default: nothing is stored. */
  readonly cacheDir?: string;
}

/** How a task's data is made, and everything besides the generator's version that determines it. */
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

const making = (task: Exclude<Task, { name: 'npy' | 'png' }>): Effect<Making> => {
  switch (task.name) {
    case 'tetrominoes':
      return TE.right({ recipe: tetrominoes(task), shapedBy: task });
    case 'polygons':
      return TE.right({ recipe: polygons(task), shapedBy: task });
    case 'mnist':
      return ofDigits(task, mnist);
    case 'multi-mnist':
      return ofDigits(task, multiMnist);
  }
};

/**
 * The data of a task.
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
