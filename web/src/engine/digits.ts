/** The digits that pages have: those of web/digits, thirty of MNIST's test digits. */

import type { DigitSet, Digits } from '../../../src/data/made/digit-shares.js';
import { drawMnist, enlarged, type MnistTask } from '../../../src/data/made/mnist.js';
import { type MultiMnistTask, multiMnist } from '../../../src/data/made/multi-mnist.js';
import packed from '../../digits/digits.json';

const { rows, columns, labels } = packed;

const set: DigitSet = {
  count: labels.length,
  rows,
  columns,
  images: Uint8Array.from(atob(packed.images), (letter) => letter.charCodeAt(0)),
  labels: Uint8Array.from(labels),
};

/** The same digits for every split, so that a task of many digits draws from all of them. */
const digits: Digits = { train: set, test: set, digest: 'web/digits' };

/** The digit of this number, as the task `mnist` draws it; after the last comes the first. */
export const mnistSample = ({ size }: MnistTask, index: number) => {
  const digit = index % set.count;
  return drawMnist(enlarged(set, size)(digit), set.labels[digit]);
};

/** A picture of several of the digits, as the task `multi-mnist` draws it. */
export const multiMnistSample = (task: MultiMnistTask, index: number) => {
  const recipe = multiMnist(task, digits);
  if (recipe._tag === 'Left') throw new Error('the digits of the page are too few for this task');
  return recipe.right.sample('test', index);
};

/** The digit of this number at this side: its grey values, 0 to 255, row after row, and its class. */
export const greyDigit = (side: number, index: number) => {
  const digit = index % set.count;
  return { grey: enlarged(set, side)(digit), label: set.labels[digit] };
};
