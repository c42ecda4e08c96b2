/**
 * Named arrays by split: what training and scoring read of every task, whatever its samples are. A task of images is one of
 * them (`images.ts`).
 */

import type { SplitName } from './dataset.js';

/** Values by name, those of one sample after the other, row-major. */
export type ArrayValues = Readonly<Record<string, Float32Array>>;

/** What each sample has under one name. */
export interface ArrayForm {
  /** The shape of one sample; [] for a single number. */
  readonly shape: readonly number[];
  /** Whether all values are whole numbers, at most 2^24 so that a Float32Array holds them. */
  readonly integer: boolean;
  /** Names of the classes in the order of their numbers, where the values are classes; a value below 0 is no class. */
  readonly classes?: readonly string[];
  /** The axis of the rows, before that of the columns, where samples are fields on a grid; left out where they are not. */
  readonly plane?: number;
  /** The least and the largest of all its values, where they were looked at. */
  readonly range?: readonly [number, number];
  /** It says something about a sample, such as how hard it is, and is not what is learnt. */
  readonly aside?: true;
}

/** What may change the samples that are read for training: shifts, turns and noise depend on it alone. */
export interface Draw {
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
}

/** The samples of one split. */
export interface ArraySplit {
  readonly count: number;
  /**
   * The named arrays of the samples with these indices. The same call gives the same values, in whatever order calls come.
   *
   * @param draw of a step of the training; left out for scores and pictures, which see the samples as they are
   *
   * **Errors** Rejected where the samples cannot be read any more.
   */
  readonly read: (names: readonly string[], indices: readonly number[], draw?: Draw) => Promise<ArrayValues>;
}

/** The data of a task: what its arrays are, and the samples of each split. Every sample has every array. */
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
