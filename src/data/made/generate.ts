/** From a rule for single images to a whole dataset. */

import * as E from 'fp-ts/lib/Either.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { type Dataset, type Split, type SplitName, splitNames } from '../dataset.js';

/** Progress of the work: `done` of `total` images. */
export interface Progress {
  readonly stage: SplitName;
  readonly done: number;
  readonly total: number;
}

/** The caller's means to follow long work and to stop it. */
export interface Watch {
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the work between two images; the result is then Interrupted. */
  readonly signal?: AbortSignal;
}

/** One image and its mask. */
export interface Sample {
  /** (height, width, channels), 0 to 255. */
  readonly image: Uint8Array;
  /** (height, width), class labels. */
  readonly mask: Uint8Array;
  /** The difficulty, as defined by the task; left out if the task has none. */
  readonly difficulty?: number;
}

/** A rule for a dataset: an image depends only on its split and index, not on the images before it. */
export interface Recipe {
  /** Raised whenever the same settings lead to other images, so that old cache entries are not used. */
  readonly version: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
  readonly counts: Readonly<Record<SplitName, number>>;
  readonly sample: (split: SplitName, index: number) => Sample;
  /** Whether its samples have a difficulty. */
  readonly graded?: true;
}

const emptySplit = ({ height, width, channels, graded }: Recipe, count: number): Split => ({
  count,
  height,
  width,
  channels,
  images: new Uint8Array(count * height * width * channels),
  masks: new Uint8Array(count * height * width),
  ...(graded === undefined ? {} : { difficulties: new Float32Array(count) }),
});

const put = (recipe: Recipe, name: SplitName, split: Split, index: number): void => {
  const { image, mask, difficulty } = recipe.sample(name, index);
  split.images.set(image, index * image.length);
  split.masks.set(mask, index * mask.length);
  if (difficulty !== undefined) split.difficulties?.set([difficulty], index);
};

/** One split, without pauses. */
export const generateSplit = (recipe: Recipe, name: SplitName): Split => {
  const split = emptySplit(recipe, recipe.counts[name]);
  for (let index = 0; index < split.count; index++) put(recipe, name, split, index);
  return split;
};

/** The longest time to block the event loop, in milliseconds, so that progress bars and Ctrl-C keep working. */
const patience = 50;

/** Yields to the event loop. */
export const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const interrupted: DrumheadError = {
  _tag: 'Interrupted',
  message: 'stopped while the data was being prepared; nothing of it is kept',
};

/** The whole dataset, yielding to the event loop. Fails only as Interrupted, once the signal is aborted. */
export const generate =
  (recipe: Recipe, { onProgress, signal }: Watch = {}): Effect<Dataset> =>
  async () => {
    const splits = {
      train: emptySplit(recipe, recipe.counts.train),
      validation: emptySplit(recipe, recipe.counts.validation),
      test: emptySplit(recipe, recipe.counts.test),
    };
    for (const stage of splitNames) {
      const total = recipe.counts[stage];
      let rested = performance.now();
      for (let index = 0; index < total; index++) {
        put(recipe, stage, splits[stage], index);
        if (performance.now() - rested > patience) {
          onProgress?.({ stage, done: index + 1, total });
          await breath();
          if (signal?.aborted) return E.left(interrupted);
          rested = performance.now();
        }
      }
      onProgress?.({ stage, done: total, total });
    }
    return E.right({ ...splits, classes: recipe.classes });
  };
