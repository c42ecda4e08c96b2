/** From a rule that draws one image to a whole dataset. */

import * as E from 'fp-ts/lib/Either.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { type Dataset, type Split, type SplitName, splitNames } from '../dataset.js';

/** How far the work is; `done` of `total` images. */
export interface Progress {
  readonly stage: SplitName;
  readonly done: number;
  readonly total: number;
}

/** What the caller of long work may want to hear and say. */
export interface Watch {
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the work between two images; it then ends as Interrupted. */
  readonly signal?: AbortSignal;
}

/** One image and its mask. */
export interface Sample {
  /** (height, width, channels), 0 to 255. */
  readonly image: Uint8Array;
  /** (height, width), class labels. */
  readonly mask: Uint8Array;
}

/** A dataset as a rule: an image depends on its split and index only, never on the images before it. */
export interface Recipe {
  /** Raised whenever the same settings come to draw other images, so that no cache holds the old ones for them. */
  readonly version: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
  readonly counts: Readonly<Record<SplitName, number>>;
  readonly sample: (split: SplitName, index: number) => Sample;
}

const emptySplit = ({ height, width, channels }: Recipe, count: number): Split => ({
  count,
  height,
  width,
  channels,
  images: new Uint8Array(count * height * width * channels),
  masks: new Uint8Array(count * height * width),
});

const put = (recipe: Recipe, name: SplitName, split: Split, index: number): void => {
  const { image, mask } = recipe.sample(name, index);
  split.images.set(image, index * image.length);
  split.masks.set(mask, index * mask.length);
};

/** One split, in one go. */
export const generateSplit = (recipe: Recipe, name: SplitName): Split => {
  const split = emptySplit(recipe, recipe.counts[name]);
  for (let index = 0; index < split.count; index++) put(recipe, name, split, index);
  return split;
};

/** How long to hold the event loop, in milliseconds: a progress bar and Ctrl-C must stay alive. */
const patience = 50;

/** Lets everybody else have the event loop for a moment. */
export const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const interrupted: DrumheadError = {
  _tag: 'Interrupted',
  message: 'stopped while the data was being prepared; nothing of it is kept',
};

/** The whole dataset, with pauses for everybody else. Fails only as Interrupted, when the signal says so. */
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
