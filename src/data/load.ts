/** From a task to its data: made, taken from the cache, or read from files. */

import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../base/error.js';
import { cached, type Loaded } from './cache.js';
import { generate, type Recipe, type Watch } from './generate.js';
import { readNpyPairs } from './npy-pairs.js';
import { readPngPairs } from './png-pairs.js';
import type { Task } from './task.js';
import { tetrominoes } from './tetrominoes.js';

export interface LoadOptions extends Watch {
  /** Where made data is kept, under a key of everything that shapes it; left out, nothing is kept. */
  readonly cacheDir?: string;
}

/**
 * The data of a task.
 *
 * @returns the dataset, with `origin` and `notes`: a cache that cannot be read or written is told there and costs time
 *   only. Fails with what the task's files have wrong, or as Interrupted.
 * @example
 * pipe(load(task, { cacheDir: '.cache', onProgress: ({ stage, done, total }) => … }), TE.map((data) => data.train))
 */
export const load = (task: Task, options: LoadOptions = {}): TE.TaskEither<DrumheadError, Loaded> => {
  switch (task.name) {
    case 'tetrominoes':
      return made(task, tetrominoes(task), options);
    // What lies in files already is read each time: a copy in the cache could only become stale.
    case 'npy':
      return readNpyPairs(task);
    case 'png':
      return readPngPairs(task, options);
  }
};

/** Data that its task and the version of its generator shape wholly, together with what else `also` names. */
const made = (
  task: Task,
  recipe: Recipe,
  { cacheDir, ...watch }: LoadOptions,
  also: unknown = null,
): TE.TaskEither<DrumheadError, Loaded> =>
  cached(cacheDir, task.name, { task, version: recipe.version, also }, generate(recipe, watch));
