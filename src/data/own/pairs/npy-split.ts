/** The images and masks of one split from two arrays, with the shapes and types that are accepted. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../../base/error.js';
import type { NpyArray } from '../../../formats/npy/npy.js';
import type { Split } from '../../dataset.js';
import { fileProblems } from '../folder.js';
import type { Labelling } from '../labelling.js';
import { labelsOfValues } from '../mask-values.js';

/** An array and the file that it came from. */
export interface NpyFile {
  readonly path: string;
  readonly array: NpyArray;
}

/** A split, and notes on how its files were read. */
export interface ReadSplit {
  readonly split: Split;
  readonly notes: readonly string[];
}

type Shape = readonly number[];

const shown = (shape: Shape): string => `(${shape.join(', ')})`;
const same = (a: Shape, b: Shape): boolean => shown(a) === shown(b);

interface Sizes {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

const sizesOf = (shape: Shape): Sizes | null => {
  const [count, height, width, channels = 1] = shape;
  return (shape.length === 3 || shape.length === 4) && height * width * channels > 0
    ? { count, height, width, channels }
    : null;
};

/** Masks may have an axis of size 1 for the channel, last or after the count. */
const fits = (masks: Shape, { count, height, width }: Sizes): boolean =>
  [
    [count, height, width],
    [count, height, width, 1],
    [count, 1, height, width],
  ].some((shape) => same(masks, shape));

/** A hint on two shapes that do not match. */
const misfit = (images: Shape, masks: Shape, sizes: Sizes): string => {
  const { count, height, width } = sizes;
  const wanted = shown([count, height, width]);
  if (images.length === 4 && images[1] < images[3] && same(masks, [images[0], images[2], images[3]]))
    return `shape ${shown(masks)}, and the images beside it are ${shown(images)}: they seem to have their channels first; save them last, e.g. np.moveaxis(images, 1, -1)`;
  if (masks.length === 4 && same(masks.slice(0, 3), [count, height, width]))
    return `shape ${shown(masks)} has a number for each class; save one label for each pixel, e.g. masks.argmax(-1), as ${wanted}`;
  return `shape ${shown(masks)}, but the images beside it want ${wanted}`;
};

interface Pixels {
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/** Bytes unchanged; floats from 0 to 1 times 255, rounded. */
const imageBytes = ({ path, array }: NpyFile): Checked<Pixels> => {
  const refuse = (problem: string) => E.left(decodeError(path, problem));
  if (array.dtype === 'uint8') {
    const largest = array.data.reduce((a, b) => Math.max(a, b), 0);
    return E.right({
      bytes: array.data,
      notes:
        largest === 1
          ? [`${path}: its bytes are 0 and 1 of 255, so the images are nearly black; floats go from 0 to 1`]
          : [],
    });
  }
  if (array.dtype !== 'float32' && array.dtype !== 'float64')
    return refuse(`its elements are ${array.stored ?? array.dtype}; images are uint8, or floats from 0 to 1`);
  const bad = array.data.findIndex((v: number) => !(v >= 0 && v <= 1));
  if (bad >= 0) {
    const bytes = array.data.every((v: number) => v >= 0 && v <= 255);
    const hint = bytes ? "; divide by 255, or save as bytes, e.g. a.astype('uint8')" : '';
    return refuse(`element ${bad} is ${array.data[bad]}; images of floats go from 0 to 1${hint}`);
  }
  const bytes = Uint8Array.from(array.data, (v) => Math.round(v * 255));
  const exact = array.data.every((v: number, i: number) => Math.abs(v * 255 - bytes[i]) < 1e-3);
  return E.right({
    bytes,
    notes: exact ? [] : [`${path}: floats are kept as bytes, rounded to the nearest of 256 levels`],
  });
};

/**
 * The split of these images and masks. Images are (count, height, width, channels), or without channels where they are
 * grey; masks are (count, height, width), possibly with an axis of 1.
 *
 * **Errors** DecodeError: one sentence on the shape or type that does not fit, or a line for each value without a label.
 */
export const splitOf = (images: NpyFile, masks: NpyFile, labelling: Labelling): Checked<ReadSplit> => {
  const sizes = sizesOf(images.array.shape);
  if (sizes === null) {
    const problem = `shape ${shown(images.array.shape)}; images are (count, height, width, channels) or (count, height, width)`;
    return E.left(decodeError(images.path, problem));
  }
  if (!fits(masks.array.shape, sizes))
    return E.left(decodeError(masks.path, misfit(images.array.shape, masks.array.shape, sizes)));
  return pipe(
    E.Do,
    E.bind('pixels', () => imageBytes(images)),
    E.bind('labels', () =>
      pipe(
        labelsOfValues([{ path: masks.path, values: masks.array.data }], labelling),
        E.mapLeft((problems) => fileProblems(masks.path, problems)),
      ),
    ),
    E.map(({ pixels, labels }) => ({
      split: { ...sizes, images: pixels.bytes, masks: labels },
      notes: pixels.notes,
    })),
  );
};
