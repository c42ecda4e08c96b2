/** From a rule for single samples to named arrays, which are made at the time they are read. */

import type { ArrayForm, ArraySplit, ArrayValues, NamedArrays } from '../arrays.js';
import type { SplitName } from '../dataset.js';

/** The values of one sample by name. */
export type ArraySample = Readonly<Record<string, ArrayLike<number>>>;

/** A rule for named arrays: a sample depends only on its split and index, not on the samples before it. */
export interface ArrayRecipe {
  readonly forms: Readonly<Record<string, ArrayForm>>;
  readonly counts: Readonly<Record<SplitName, number>>;
  readonly sample: (split: SplitName, index: number) => ArraySample;
}

/** Bytes of samples that are kept in memory for one split. */
const kept = 128 * 2 ** 20;

const volumeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const splitOf = ({ forms, counts, sample }: ArrayRecipe, name: SplitName): ArraySplit => {
  const bytes = 4 * Object.values(forms).reduce((sum, { shape }) => sum + volumeOf(shape), 0);
  const most = Math.floor(kept / bytes);
  const known = new Map<number, ArraySample>();
  const sampleAt = (index: number): ArraySample => {
    const before = known.get(index);
    if (before !== undefined) return before;
    const made = sample(name, index);
    if (known.size < most) known.set(index, made);
    return made;
  };
  return {
    count: counts[name],
    read: async (names, indices): Promise<ArrayValues> => {
      const samples = indices.map(sampleAt);
      return Object.fromEntries(
        names.map((array) => {
          const size = volumeOf(forms[array].shape);
          const values = new Float32Array(indices.length * size);
          for (const [at, each] of samples.entries()) values.set(each[array], at * size);
          return [array, values];
        }),
      );
    },
  };
};

/**
 * The arrays of a recipe. Samples are made when they are read, and kept in memory up to 128 MiB for each split. Nothing
 * is stored on disk.
 */
export const arraysOf = (recipe: ArrayRecipe): NamedArrays => ({
  forms: recipe.forms,
  train: splitOf(recipe, 'train'),
  validation: splitOf(recipe, 'validation'),
  test: splitOf(recipe, 'test'),
});
