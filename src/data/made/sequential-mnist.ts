/**
 * Sequential MNIST: the pixels of a digit one at a time, row after row; or, permuted, in one fixed random order.
 *
 * Source: Le, Jaitly & Hinton 2015 (arXiv 1504.00941). 784 steps of one value from 0 to 1; the class is the answer
 * after the last step. Test digits are MNIST's own 10,000.
 */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { record, whole, withDefault } from '../../base/codec.js';
import { type Checked, decodeError } from '../../base/error.js';
import { stream } from '../../base/random.js';
import { splitNames } from '../dataset.js';
import type { ArrayRecipe } from './array-recipe.js';
import { countsOf, describeSamples } from './counts.js';
import { type Digits, shareDigits } from './digit-shares.js';
import { enlarged, mnistDir } from './mnist.js';

/**
 * - `side`: pixels a side to which the digit is resized; 28, as published, is its own size. A sequence has side^2
 *   steps.
 * - `permutation`: null, row after row; or the seed of the order of pixels, which is the same for all digits (psMNIST).
 * - `train`, `validation`, `test`, `seed`, `mnistDir`: as for the task mnist.
 */
export type SequentialMnistTask = t.TypeOf<typeof sequentialMnistTask>;

export const sequentialMnistTask = record('sequential-mnist', {
  name: t.literal('sequential-mnist'),
  side: withDefault(whole(4, 64), 28),
  permutation: withDefault<number | null>(t.union([whole(0, Number.MAX_SAFE_INTEGER), t.null]), null),
  ...countsOf(51_000, 9_000, 10_000),
  mnistDir,
});

const digits: readonly string[] = [...'0123456789'];

/** The arrays: `sequence` [side^2, 1], 0 to 1, and `label`. */
export const sequentialMnistForms = ({ side }: SequentialMnistTask): ArrayRecipe['forms'] => ({
  sequence: { shape: [side * side, 1], integer: false },
  label: { shape: [], integer: true, classes: digits },
});

/** The order of the pixels. */
export const pixelOrder = ({ side, permutation }: SequentialMnistTask): readonly number[] => {
  const rows = Array.from({ length: side * side }, (_, pixel) => pixel);
  return permutation === null ? rows : stream(permutation, 'sequential-mnist', 'permutation').shuffle(rows);
};

/** The task as a rule for every sample; a DecodeError if it asks for more digits than there are. */
export const sequentialMnist = (task: SequentialMnistTask, all: Digits): Checked<ArrayRecipe> => {
  const shares = shareDigits(all, task.seed);
  const many = splitNames.find((split) => task[split] > shares[split].length);
  if (many !== undefined)
    return E.left(
      decodeError(
        'sequential-mnist',
        `${many} asks for ${task[many]} digits, but there are only ${shares[many].length} for it`,
      ),
    );
  const order = pixelOrder(task);
  const [training, testing] = [enlarged(all.train, task.side), enlarged(all.test, task.side)];
  return E.right({
    forms: sequentialMnistForms(task),
    counts: task,
    sample: (split, index) => {
      const digit = shares[split][index];
      const grey = split === 'test' ? testing(digit) : training(digit);
      const { labels } = split === 'test' ? all.test : all.train;
      return { sequence: Float32Array.from(order, (pixel) => grey[pixel] / 255), label: [labels[digit]] };
    },
  });
};

export const describeSequentialMnist = (task: SequentialMnistTask): string =>
  `a handwritten digit, ${task.side * task.side} pixels one at a time ` +
  `${task.permutation === null ? 'row after row' : `in a fixed order drawn by ${task.permutation}`}; ` +
  `${describeSamples(task)}, split by seed ${task.seed}${task.mnistDir === null ? '' : `, digits from ${task.mnistDir}`}`;
