/** Handwritten digits, and how they are divided among the splits. */

import { stream } from '../../base/random.js';

/** Digits of one size. */
export interface DigitSet {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** (count, rows, columns), 0 to 255. */
  readonly images: Uint8Array;
  /** (count), 0 to 9. */
  readonly labels: Uint8Array;
}

export interface Digits {
  readonly train: DigitSet;
  readonly test: DigitSet;
  /**
   * SHA-256 of images and labels: the same digits have the same digest, wherever they are stored and however they are
   * compressed.
   */
  readonly digest: string;
}

/** The share of MNIST's training digits that is used for training; the rest is for validation. */
const trainShare = 0.85;

/**
 * The digits of each split: the first two are indices of training digits, the last of test digits; each in an order
 * drawn by the seed.
 */
export interface Shares {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

const indices = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/**
 * 85 % of the training digits for training and 15 % for validation, drawn by the seed. The test digits are shuffled
 * too: their first half is known to be easier, so a small test set must not consist of the first ones.
 */
export const shareDigits = (digits: Digits, seed: number): Shares => {
  const order = stream(seed, 'mnist', 'split').shuffle(indices(digits.train.count));
  const kept = Math.round(trainShare * order.length);
  return {
    train: order.slice(0, kept),
    validation: order.slice(kept),
    test: stream(seed, 'mnist', 'test').shuffle(indices(digits.test.count)),
  };
};
