/**
 * The copy task: symbols are shown, then nothing for a long time; after a signal they have to be repeated.
 *
 * Source: Hochreiter & Schmidhuber 1997, in the form of Arjovsky, Shah & Bengio 2016 (arXiv 1511.06464): ten of eight
 * symbols, T - 1 blanks, the signal, ten blanks. A model that answers blanks and then guesses has a mean cross-entropy
 * of 10 ln 8 / (T + 20).
 */

import * as t from 'io-ts';
import { record, whole, withDefault } from '../../base/codec.js';
import { stream } from '../../base/random.js';
import type { ArrayRecipe } from './array-recipe.js';
import { countsOf, describeSamples } from './counts.js';

/**
 * - `delay`: steps T from the last symbol to the signal.
 * - `symbols`: how many are shown; `alphabet`: how many kinds there are.
 * - `train`, `validation`, `test`: numbers of sequences; `seed`: which ones.
 */
export type CopyTask = t.TypeOf<typeof copyTask>;

export const copyTask = record('copy', {
  name: t.literal('copy'),
  delay: withDefault(whole(1, 100_000), 100),
  symbols: withDefault(whole(1, 1_000), 10),
  alphabet: withDefault(whole(2, 64), 8),
  ...countsOf(50_000, 1_000, 5_000),
});

const stepsOf = ({ delay, symbols }: CopyTask): number => delay + 2 * symbols;

/** The classes of an answer: the symbols, and the blank. */
export const copyClasses = ({ alphabet }: CopyTask): readonly string[] => [
  ...Array.from({ length: alphabet }, (_, kind) => `${kind}`),
  'blank',
];

/** The arrays: `sequence` [T + 2 symbols, alphabet + 2], one-hot, blank and signal last; `target` [T + 2 symbols]. */
export const copyForms = (task: CopyTask): ArrayRecipe['forms'] => ({
  sequence: { shape: [stepsOf(task), task.alphabet + 2], integer: true },
  target: { shape: [stepsOf(task)], integer: true, classes: copyClasses(task) },
});

/** The task as a rule for every sample. */
export const copy = (task: CopyTask): ArrayRecipe => ({
  forms: copyForms(task),
  counts: task,
  sample: (split, index) => {
    const random = stream(task.seed, 'copy', split, index);
    const [blank, signal, width, steps] = [
      task.alphabet,
      task.alphabet + 1,
      task.alphabet + 2,
      stepsOf(task),
    ];
    const shown = Array.from({ length: task.symbols }, () => random.integer(task.alphabet));
    const sequence = new Float32Array(steps * width);
    const target = new Float32Array(steps).fill(blank);
    for (let step = 0; step < steps; step++) {
      const kind = shown[step] ?? (step === task.symbols + task.delay - 1 ? signal : blank);
      sequence[step * width + kind] = 1;
    }
    target.set(shown, steps - task.symbols);
    return { sequence, target };
  },
});

export const describeCopy = (task: CopyTask): string =>
  `${task.symbols} of ${task.alphabet} symbols, said again after ${task.delay} steps; ${describeSamples(task)}, seed ${task.seed}`;
