/** Segmentation data in memory: images, and for every pixel its class, or that it is ignored. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../base/error.js';
import { joined } from '../base/joined.js';
import { grouped, limits } from '../base/limits.js';
import { hasClass, noClass } from '../base/no-class.js';
import { objectsAmong } from './classes/names.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** Sizes that a program for this data must match. */
export interface TaskShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Number of classes, the background included. */
  readonly classes: number;
  /**
   * The number of classes, after the background, that are single objects (`objectsAmong`); left out if there are
   * none.
   */
  readonly objects?: number;
}

/** Images of each split in words: '10,000 / 1,000 / 1,000 images'. */
export const describeCounts = (counts: Readonly<Record<SplitName, number>>): string =>
  `${splitNames.map((name) => counts[name].toLocaleString('en-US')).join(' / ')} images`;

/** Checks that a dataset of this size is within the limit. **Errors** DecodeError, before anything is made. */
export const withinLimit = (source: string, images: number, valuesOfOne: number): Checked<void> =>
  images * valuesOfOne <= limits.datasetValues
    ? E.right(undefined)
    : E.left(
        decodeError(
          source,
          `its images have ${grouped(images * valuesOfOne)} values, and ${grouped(limits.datasetValues)} is the limit; take fewer or smaller images`,
        ),
      );

/** Some images of one size and their masks. Read-only by agreement: the arrays are shared, never changed. */
export interface Split {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** (count, height, width, channels), 0 to 255. */
  readonly images: Uint8Array;
  /**
   * (count, height, width), class labels as bytes; 0 is background. `masksOf` returns them with ignored pixels as
   * `noClass`.
   */
  readonly masks: Uint8Array;
  /** The byte in `masks` that marks ignored pixels, at least the number of classes. Left out if no pixel is ignored. */
  readonly ignored?: number;
  /** The difficulty of each image, as defined by its task; left out if the task has none. */
  readonly difficulties?: Float32Array;
}

/** Class labels: 0 is the background, `noClass` (-1) an ignored pixel. */
export type Labels = Uint8Array | Int32Array;

export interface Dataset {
  readonly train: Split;
  /** May have no images, if none were requested. */
  readonly validation: Split;
  readonly test: Split;
  /** Name of every class in the order of its label, 'background' first. */
  readonly classes: readonly string[];
}

/** The sizes of a dataset. */
export const shapeOfDataset = ({ train, classes }: Dataset): TaskShape => ({
  height: train.height,
  width: train.width,
  channels: train.channels,
  classes: classes.length,
  ...(objectsAmong(classes) === 0 ? {} : { objects: objectsAmong(classes) }),
});

/** Image i as input of a network: (height, width, channels), 0 to 1. */
export const imageOf = (split: Split, i: number): Float32Array => imagesOf(split, [i]);

/** Mask i: (height, width), class labels. */
export const maskOf = (split: Split, i: number): Labels => masksOf(split, [i]);

/** The images with these indices, one after the other: (indices.length, height, width, channels), 0 to 1. */
export const imagesOf = (split: Split, indices: readonly number[]): Float32Array => {
  const size = split.height * split.width * split.channels;
  const out = new Float32Array(indices.length * size);
  for (const [at, i] of indices.entries()) {
    for (let p = 0; p < size; p++) out[at * size + p] = split.images[i * size + p] / 255;
  }
  return out;
};

/** The masks with these indices, one after the other: (indices.length, height, width), class labels. */
export const masksOf = (split: Split, indices: readonly number[]): Labels =>
  labelled(split, maskBytes(split, indices));

const labelled = ({ ignored }: Split, masks: Uint8Array): Labels =>
  ignored === undefined ? masks : Int32Array.from(masks, (label) => (label === ignored ? noClass : label));

const maskBytes = (split: Split, indices: readonly number[]): Uint8Array => {
  const size = split.height * split.width;
  return joined(indices.map((i) => split.masks.subarray(i * size, (i + 1) * size)));
};

/** A split with only these images, in this order. */
export const select = (split: Split, indices: readonly number[]): Split => {
  const size = split.height * split.width * split.channels;
  return {
    ...split,
    count: indices.length,
    images: joined(indices.map((i) => split.images.subarray(i * size, (i + 1) * size))),
    masks: maskBytes(split, indices),
    ...(split.difficulties === undefined
      ? {}
      : { difficulties: Float32Array.from(indices, (i) => split.difficulties?.[i] ?? 0) }),
  };
};

/**
 * The share of pixels of each class, in the order of the labels, ignored pixels left out; sums to 1 if any pixel is
 * left.
 *
 * @param classes how many classes there are
 */
export const classShares = (split: Split, classes: number): readonly number[] => {
  const counts = new Float64Array(classes);
  for (const label of split.masks) if (label !== split.ignored) counts[label]++;
  const pixels = counts.reduce((a, b) => a + b, 0);
  return Array.from(counts, (count) => (pixels === 0 ? 0 : count / pixels));
};

/** The share of ignored pixels; 0 without pixels. */
export const ignoredShare = ({ masks, ignored }: Split): number =>
  ignored === undefined || masks.length === 0
    ? 0
    : masks.reduce((sum, label) => sum + (label === ignored ? 1 : 0), 0) / masks.length;

/** For each image: the number of pixels that are not ignored, and how many of those are background. */
const pixelCounts = (split: Split): readonly { readonly counted: number; readonly background: number }[] =>
  Array.from({ length: split.count }, (_, i) => {
    let [counted, background] = [0, 0];
    for (const label of maskOf(split, i)) {
      if (hasClass(label)) counted++;
      if (label === 0) background++;
    }
    return { counted, background };
  });

/** The number of images with only background, which have no foreground score. */
export const imagesWithoutForeground = (split: Split): number =>
  pixelCounts(split).filter(({ counted, background }) => background === counted).length;

/**
 * The scores of a model that predicts background everywhere: the floor to compare scores with.
 *
 * Per image, then averaged over images. With c correct pixels of n, accuracy is c / n and IoU, micro-averaged over
 * one-hot classes, c / (2n - c). Ignored pixels are left out, and so are images that have no others. Zero for a split
 * without images.
 */
export const allBackgroundScore = (split: Split): { readonly accuracy: number; readonly iou: number } => {
  const images = pixelCounts(split).filter(({ counted }) => counted > 0);
  const mean = (score: (c: number, n: number) => number): number =>
    images.reduce((sum, { background, counted }) => sum + score(background, counted), 0) /
    Math.max(1, images.length);
  return { accuracy: mean((c, n) => c / n), iou: mean((c, n) => c / (2 * n - c)) };
};
