/**
 * The adding problem: two numbers of a sequence are marked, far apart, and the answer is their sum.
 *
 * Source: Hochreiter & Schmidhuber 1997, in the form of Arjovsky, Shah & Bengio 2016 (arXiv 1511.06464): numbers
 * uniform in [0, 1), one mark in the first half and one in the second. A model that always answers 1 has a mean squared
 * error of 1/6.
 */

import * as t from 'io-ts';
import { record, whole, withDefault } from '../../base/codec.js';
import { stream } from '../../base/random.js';
import type { ArrayRecipe } from './array-recipe.js';
import { countsOf, describeSamples } from './counts.js';

/**
 * - `length`: steps T of a sequence; published at 100 to 1000 and more.
 * - `train`, `validation`, `test`: numbers of sequences; `seed`: which ones.
 */
export type AddingTask = t.TypeOf<typeof addingTask>;

export const addingTask = record('adding', {
  name: t.literal('adding'),
  length: withDefault(whole(2, 100_000), 100),
  ...countsOf(50_000, 1_000, 5_000),
});

/**
 * The arrays: `sequence` [T, 2], a number, and 1 if it is marked; `target`, the sum; `difficulty`, the number of
 * steps from the first mark to the end.
 */
export const addingForms = ({ length }: AddingTask): ArrayRecipe['forms'] => ({
  sequence: { shape: [length, 2], integer: false },
  target: { shape: [], integer: false },
  difficulty: { shape: [], integer: true, aside: true },
});

/** The task as a rule for every sample. */
export const adding = (task: AddingTask): ArrayRecipe => ({
  forms: addingForms(task),
  counts: task,
  sample: (split, index) => {
    const random = stream(task.seed, 'adding', split, index);
    const half = Math.floor(task.length / 2);
    const [first, second] = [random.integer(half), half + random.integer(task.length - half)];
    const sequence = new Float32Array(2 * task.length);
    for (let step = 0; step < task.length; step++) sequence[2 * step] = random.uniform();
    for (const step of [first, second]) sequence[2 * step + 1] = 1;
    return {
      sequence,
      target: [sequence[2 * first] + sequence[2 * second]],
      difficulty: [task.length - first],
    };
  },
});

export const describeAdding = (task: AddingTask): string =>
  `the sum of two marked numbers among ${task.length}; ${describeSamples(task)}, seed ${task.seed}`;
