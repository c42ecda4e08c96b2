/**
 * Named arrays in a person's files, one for each input of a program. Samples are read by position, so a dataset may be
 * larger than memory.
 */

import * as E from 'fp-ts/lib/Either.js';
import { hashOf } from '../../base/canonical.js';
import {
  type Checked,
  decodeError,
  type Effect,
  errorMessage,
  fileError,
  nearest,
} from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import type { ArrayForm, ArraySplit, NamedArrays } from '../arrays.js';
import { type SplitName, splitNames } from '../dataset.js';
import { interrupted, type Watch } from '../made/generate.js';
import { type FoundArrays, findArrays } from './array-files.js';
import { heldNumbers } from './folder.js';
import type { ArraysTask } from './stated/arrays.js';
import { exact, type Inspection, inspect } from './stored/inspect.js';
import { type StoredArray, type StoredArrays, samplesAt, samplesOf } from './stored/stored.js';

/** Named arrays of files, with notes on them. */
export interface ReadArrays {
  readonly arrays: NamedArrays;
  readonly notes: readonly string[];
  /** SHA-256 of all values, shapes and names. */
  readonly digest: string;
}

/** Finds what else is wrong with arrays of these forms, and with as many samples. */
export type Asks = (
  forms: Readonly<Record<string, ArrayForm>>,
  counts: { readonly train: number; readonly validation: number },
) => Checked<unknown>;

/** How files of arrays are read. */
export interface ReadOptions extends Watch {
  /** The folder that caches unpacked files and inspections; null: nothing is cached. */
  readonly cache: string | null;
  /** Finds further problems with the arrays; they are reported together with the problems of the files. */
  readonly asks?: Asks;
}

type Sets = Readonly<Partial<Record<SplitName, StoredArrays>>>;

const volumeOf = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
const shown = (sizes: readonly number[]): string => `[${sizes.join(',')}]`;

/** The arrays of a set, with the names and shapes that the task states. */
const named = (
  { arrays, shapes }: Pick<ArraysTask, 'arrays' | 'shapes'>,
  set: StoredArrays,
  split: string,
  problems: string[],
): StoredArrays => {
  const chosen =
    Object.keys(arrays).length === 0 ? Object.fromEntries(Object.keys(set).map((k) => [k, k])) : arrays;
  const taken: Record<string, StoredArray> = {};
  for (const [name, own] of Object.entries(chosen)) {
    const stored = set[own];
    if (stored === undefined) {
      const meant = nearest(own, Object.keys(set));
      problems.push(
        `task.arrays.${name}: there is no array '${own}' in ${split}${meant === undefined ? '.' : `; did you mean '${meant}'?`} There are: ${Object.keys(set).join(', ') || 'none'}`,
      );
      continue;
    }
    const wanted = shapes[name];
    if (wanted === undefined) taken[name] = stored;
    else if (volumeOf(wanted) === volumeOf(stored.shape)) taken[name] = { ...stored, shape: wanted };
    else
      problems.push(
        `task.shapes.${name}: ${shown(wanted)} has ${volumeOf(wanted)} values, a sample of ${stored.path} is ${shown(stored.shape)}`,
      );
  }
  if (split === 'train')
    for (const name of Object.keys(shapes))
      if (chosen[name] === undefined)
        problems.push(
          `task.shapes.${name}: there is no array '${name}'; there are: ${Object.keys(chosen).join(', ')}`,
        );
  return taken;
};

/** All arrays of a set must have the same number of samples. */
const countProblems = (set: StoredArrays, split: string): readonly string[] => {
  const counts = new Set(Object.values(set).map(({ count }) => count));
  const most = Math.max(0, ...counts);
  if (most > limits.samples)
    return [
      `${split}: ${grouped(most)} samples, and ${grouped(limits.samples)} is the limit; the first axis counts the samples, so give one with fewer entries, such as windows of a long series`,
    ];
  return counts.size < 2
    ? []
    : [
        `${split}: its arrays are of other lengths: ${Object.entries(set)
          .map(([name, { count }]) => `${name} ${count}`)
          .join(', ')}; the first axis counts the samples`,
      ];
};

/** All splits must have the same arrays, with the same shapes. */
const formProblems = (sets: Sets): readonly string[] => {
  const { train = {}, ...others } = sets;
  return Object.entries(others).flatMap(([split, set]) => [
    ...Object.keys(train).flatMap((name) => {
      const other = set[name];
      if (other === undefined) return [`${split}.${name}: it is not there, but train has it`];
      return shown(other.shape) === shown(train[name].shape)
        ? []
        : [`${split}.${name}: a sample is ${shown(other.shape)}, in train it is ${shown(train[name].shape)}`];
    }),
    ...Object.keys(set).flatMap((name) =>
      train[name] === undefined ? [`${split}.${name}: train has no such array`] : [],
    ),
  ]);
};

/** The samples of a split: a set, and numbers in it. */
interface Part {
  readonly set: SplitName;
  /** Null for all samples, in their order. */
  readonly numbers: readonly number[] | null;
  readonly count: number;
}

const countOf = (set: StoredArrays): number => Object.values(set)[0]?.count ?? 0;

type Shares = Pick<Shaping, 'validationShare' | 'testShare' | 'seed' | 'remedy'>;

const partsOf = (
  sets: Sets,
  { validationShare, testShare, seed }: Shares,
): Readonly<Record<SplitName, Part>> => {
  const count = countOf(sets.train ?? {});
  const own = (split: SplitName): Part => ({ set: split, numbers: null, count: countOf(sets[split] ?? {}) });
  const test = sets.test === undefined ? heldNumbers(count, testShare, seed, 'test') : null;
  const left = test === null ? null : test.kept;
  const held =
    sets.validation === undefined
      ? heldNumbers(left?.length ?? count, validationShare, seed, 'validation')
      : null;
  const drawn = (numbers: readonly number[]): Part => ({ set: 'train', numbers, count: numbers.length });
  const from = (places: readonly number[]): Part =>
    drawn(left === null ? places : places.map((i) => left[i]));
  return {
    train:
      held !== null && held.held.length > 0 ? from(held.kept) : left === null ? own('train') : drawn(left),
    validation: held === null ? own('validation') : from(held.held),
    test: test === null ? own('test') : drawn(test.held),
  };
};

/** A sentence on a split without samples: its own files are empty, or its share is 0. */
const emptyProblems = (
  sets: Sets,
  parts: Readonly<Record<SplitName, Part>>,
  { validationShare, testShare, remedy }: Shares,
): readonly string[] => {
  const all = countOf(sets.train ?? {});
  const share: Readonly<Record<SplitName, number | null>> = {
    train: null,
    validation: sets.validation === undefined ? validationShare : null,
    test: sets.test === undefined ? testShare : null,
  };
  return splitNames.flatMap((split) => {
    if (parts[split].count > 0 || (share[split] === 0 && split === 'validation')) return [];
    const of = share[split];
    return [
      of === null
        ? `${split}: there is no sample in it${remedy === undefined ? '' : `; ${remedy}`}`
        : `task.${split}Share: ${of} of ${all} samples is none; raise it, or give files of the split ${split}`,
    ];
  });
};

const valueProblems = (
  split: string,
  name: string,
  { path }: StoredArray,
  { bad, integer, least, largest }: Inspection,
  classes: readonly string[] | undefined,
): readonly string[] => {
  if (bad !== null)
    return [
      `${split}.${name}: value ${bad.place} of sample ${bad.sample} is ${bad.value}, not a finite number of float32 (${path})`,
    ];
  if (classes === undefined) return [];
  if (!integer)
    return [`${split}.${name}: classes are whole numbers, and it has others (${least} to ${largest})`];
  return largest < classes.length
    ? []
    : [
        `${split}.${name}: it holds the class ${largest}, and task.classes.${name} names ${classes.length}, 0 to ${classes.length - 1}`,
      ];
};

const roundedNote = (
  name: string,
  { type }: StoredArray,
  { least, largest }: Inspection,
): readonly string[] =>
  /int(32|64)$/.test(type) && Math.max(-least, largest) > exact
    ? [`${name}: whole numbers beyond 16,777,216 are rounded, since values are float32`]
    : [];

/** Arrays up to this many bytes are held in memory once they were read. */
const few = 256 * 2 ** 20;

type Reader = (numbers: readonly number[]) => Promise<Float32Array>;

/** Reads samples of an array: from memory if it is small, else from the file each time. */
const readerOf = (stored: StoredArray, held: boolean): Reader => {
  if (!held) return (numbers) => samplesOf(stored, numbers);
  const size = volumeOf(stored.shape);
  let all: Promise<Float32Array> | null = null;
  return async (numbers) => {
    all ??= samplesAt(stored, 0, stored.count);
    const from = await all;
    const values = new Float32Array(numbers.length * size);
    numbers.forEach((number, at) => {
      values.set(from.subarray(number * size, (number + 1) * size), at * size);
    });
    return values;
  };
};

const splitOf = ({ count, numbers }: Part, readers: Readonly<Record<string, Reader>>): ArraySplit => ({
  count,
  read: async (names, indices) => {
    const places = numbers === null ? indices : indices.map((i) => numbers[i]);
    const read = await Promise.all(names.map(async (name) => [name, await readers[name](places)] as const));
    return Object.fromEntries(read);
  },
});

/** The name of the array with the difficulty of samples, which is neither input nor target. */
export const difficulty = 'difficulty';

/**
 * The arrays of a task's files. Every value is checked once, in pieces; afterwards samples are read when they are
 * needed.
 *
 * **Errors** FileError; Interrupted; DecodeError with every problem by its path: missing arrays, arrays of different
 * lengths, values that are not finite, classes out of range, splits without a sample, and the problems that `asks`
 * finds.
 */
export const readArrays =
  (task: ArraysTask, options: ReadOptions): Effect<ReadArrays> =>
  async () => {
    const found = await findArrays(task.folder, options.cache);
    return E.isLeft(found) ? found : assembled(task, found.right, options)();
  };

/** The settings by which arrays that were found are named and split. */
export type Shaping = Omit<ArraysTask, 'name'> & {
  /** What to do where a split has no sample. */
  readonly remedy?: string;
};

/** Turns arrays that were found into the data of a task. **Errors** as `readArrays`. */
export const assembled =
  (task: Shaping, found: FoundArrays, { cache, asks, onProgress, signal }: ReadOptions): Effect<ReadArrays> =>
  async () => {
    const problems: string[] = [];
    const sets: Partial<Record<SplitName, StoredArrays>> = {};
    for (const split of splitNames) {
      const set = found.sets[split];
      if (set !== undefined) sets[split] = named(task, set, split, problems);
    }
    if (problems.length === 0) problems.push(...formProblems(sets));
    for (const split of splitNames) problems.push(...countProblems(sets[split] ?? {}, split));
    for (const name of Object.keys(task.classes))
      if (sets.train?.[name] === undefined)
        problems.push(
          `task.classes.${name}: there is no array '${name}'; there are: ${Object.keys(sets.train ?? {}).join(', ')}`,
        );
    for (const [name, plane] of Object.entries(task.planes)) {
      const axes = sets.train?.[name]?.shape.length;
      if (axes === undefined)
        problems.push(
          `task.planes.${name}: there is no array '${name}'; there are: ${Object.keys(sets.train ?? {}).join(', ')}`,
        );
      else if (plane + 2 > axes)
        problems.push(
          `task.planes.${name}: a sample has ${axes} axes, so axis ${plane} is none of rows before columns`,
        );
    }
    // Too many samples are refused now, since their order would not fit into memory.
    if (Object.values(sets).some((set) => countOf(set) > limits.samples))
      return E.left(decodeError(task.folder, problems));
    const parts = partsOf(sets, task);
    if (Object.keys(sets.train ?? {}).length > 0) problems.push(...emptyProblems(sets, parts, task));

    const all = splitNames.flatMap((split) =>
      Object.entries(sets[split] ?? {}).map(([name, stored]) => ({ split, name, stored })),
    );
    const total = all.reduce((sum, { stored }) => sum + stored.count, 0);
    const inspections: {
      readonly split: SplitName;
      readonly name: string;
      readonly stored: StoredArray;
      readonly seen: Inspection;
    }[] = [];
    let done = 0;
    try {
      for (const { split, name, stored } of all) {
        const seen = await inspect(
          stored,
          cache,
          (samples) => onProgress?.({ stage: split, done: done + samples, total }),
          signal,
        );
        if (seen === null) return E.left(interrupted);
        done += stored.count;
        inspections.push({ split, name, stored, seen });
        problems.push(...valueProblems(split, name, stored, seen, task.classes[name]));
      }
    } catch (cause) {
      return E.left(fileError(task.folder, cause));
    }

    const forms: Readonly<Record<string, ArrayForm>> = Object.fromEntries(
      Object.entries(sets.train ?? {}).map(([name, { shape: sizes }]): [string, ArrayForm] => {
        const own = inspections.filter((one) => one.name === name).map(({ seen }) => seen);
        const classes = task.classes[name];
        // What is said already of its values is not said again by who reads its range.
        const told =
          classes !== undefined && own.some(({ largest, integer }) => !integer || largest >= classes.length);
        return [
          name,
          {
            shape: sizes,
            integer: own.every(({ integer }) => integer),
            ...(told
              ? {}
              : {
                  range: [
                    Math.min(...own.map(({ least }) => least)),
                    Math.max(...own.map(({ largest }) => largest)),
                  ] as const,
                }),
            ...(classes === undefined ? {} : { classes }),
            ...(task.planes[name] === undefined ? {} : { plane: task.planes[name] }),
            ...(name === difficulty ? { aside: true as const } : {}),
          },
        ];
      }),
    );
    const counts = { train: parts.train.count, validation: parts.validation.count };
    const also = Object.keys(forms).length === 0 ? undefined : asks?.(forms, counts);
    // If only `asks` finds problems, the error names the experiment and not the folder.
    if (also !== undefined && E.isLeft(also) && problems.length === 0) return also;
    if (also !== undefined && E.isLeft(also))
      problems.push(...(also.left._tag === 'DecodeError' ? also.left.problems : [errorMessage(also.left)]));
    if (problems.length > 0) return E.left(decodeError(task.folder, problems));

    const held =
      inspections.reduce((sum, { stored }) => sum + 4 * stored.count * volumeOf(stored.shape), 0) <= few;
    const readers = (split: SplitName): Readonly<Record<string, Reader>> =>
      Object.fromEntries(
        Object.entries(sets[split] ?? {}).map(([name, stored]) => [name, readerOf(stored, held)]),
      );
    const bySet = { train: readers('train'), validation: readers('validation'), test: readers('test') };
    const split = (name: SplitName): ArraySplit => splitOf(parts[name], bySet[parts[name].set]);
    const drawn = splitNames.filter(
      (name) => name !== 'train' && sets[name] === undefined && parts[name].count > 0,
    );
    return E.right({
      arrays: { forms, train: split('train'), validation: split('validation'), test: split('test') },
      notes: [
        ...found.notes,
        ...drawn.map(
          (name) =>
            `${parts[name].count} of the ${countOf(sets.train ?? {})} samples are held out for ${name === 'test' ? 'the test' : 'validation'}`,
        ),
        ...new Set(inspections.flatMap(({ name, stored, seen }) => roundedNote(name, stored, seen))),
      ],
      // Sorted by name, so that the order in the files does not matter.
      digest: hashOf(
        Object.fromEntries(
          inspections.map(({ split: set, name, stored, seen }) => [
            `${set} ${name}`,
            [stored.count, stored.shape, seen.sha256],
          ]),
        ),
      ),
    });
  };
