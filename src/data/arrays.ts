/**
 * Named arrays by split, which training and scoring read for every kind of task; images are one kind (`images.ts`).
 */

import type { SplitName } from './dataset.js';

/** Values by name, those of one sample after the other, row-major. */
export type ArrayValues = Readonly<Record<string, Float32Array>>;

/** One array of each sample. */
export interface ArrayForm {
  /** The shape of one sample; [] for a single number. */
  readonly shape: readonly number[];
  /** Whether all values are whole numbers, at most 2^24 so that a Float32Array holds them. */
  readonly integer: boolean;
  /**
   * Names of the classes in the order of their numbers, if the values are classes; a value below 0 is not a class.
   */
  readonly classes?: readonly string[];
  /** The axis of the rows, before that of the columns, if samples are fields on a grid; left out if they are not. */
  readonly plane?: number;
  /** The smallest and the largest of all its values, if they were scanned. */
  readonly range?: readonly [number, number];
  /** Set if it describes a sample, such as its difficulty, and is neither input nor target. */
  readonly aside?: true;
}

/** Determines the random changes of training samples: shifts, turns and noise depend only on these two numbers. */
export interface Draw {
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
}

/** The samples of one split. */
export interface ArraySplit {
  readonly count: number;
  /**
   * The named arrays of the samples with these indices. The same call gives the same values, whatever calls came
   * before.
   *
   * @param draw of a training step; left out for scores and pictures, which read unchanged samples
   *
   * **Errors** Rejects if the samples cannot be read any more.
   */
  readonly read: (names: readonly string[], indices: readonly number[], draw?: Draw) => Promise<ArrayValues>;
}

/** The data of a task: the forms of its arrays, and the samples of each split. Every sample has every array. */
export interface NamedArrays extends Readonly<Record<SplitName, ArraySplit>> {
  readonly forms: Readonly<Record<string, ArrayForm>>;
}

const volumeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * A split of arrays in memory.
 *
 * @param values under each name `count` samples, one after the other
 * @example
 * await splitInMemory(2, { x: { shape: [2], integer: false } }, { x: [1, 2, 3, 4] }).read(['x'], [1])   // { x: [3, 4] }
 */
export const splitInMemory = (
  count: number,
  forms: Readonly<Record<string, ArrayForm>>,
  values: Readonly<Record<string, ArrayLike<number>>>,
): ArraySplit => ({
  count,
  read: async (names, indices) =>
    Object.fromEntries(
      names.map((name) => {
        const size = volumeOf(forms[name].shape);
        const from = values[name];
        const read = new Float32Array(indices.length * size);
        for (const [at, i] of indices.entries())
          for (let k = 0; k < size; k++) read[at * size + k] = from[i * size + k];
        return [name, read];
      }),
    ),
});
