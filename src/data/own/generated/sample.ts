/** One sample of a person's function: its arrays by name, or their problem. */

import { createHash } from 'node:crypto';
import * as t from 'io-ts';
import { grouped, limits } from '../../../base/limits.js';
import { type Random, stream } from '../../../base/random.js';
import type { SplitName } from '../../dataset.js';
import type { GeneratedTask } from '../stated/generated.js';

/** A value of a sample: a number, an array of numbers, or nested lists of numbers. */
export type Made = number | ArrayLike<number> | readonly Made[];

/** The sample to make. */
export interface Making {
  readonly split: SplitName;
  /** The settings of the task, which a sweep may vary. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Makes a sample: its arrays by name. It draws from `random` alone, which is seeded for this sample, and keeps nothing from one
 * call to the next.
 *
 * @example
 * const generate: Generate = (random) => {
 *   const x = [random.normal(), random.normal()];
 *   return { x, sum: x[0] + x[1] };
 * };
 */
export type Generate = (random: Random, index: number, making: Making) => Readonly<Record<string, Made>>;

const typed = [
  Float32Array,
  Float64Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
] as const;

const isTyped = (made: unknown): made is InstanceType<(typeof typed)[number]> =>
  typed.some((kind) => made instanceof kind);

/** The deepest nesting of lists in a sample. */
const deepest = 16;

/** The values of an array, and its shape. */
interface Flat {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

const isNumber = (made: unknown): made is number | boolean =>
  typeof made === 'number' || typeof made === 'boolean';

const isList = (made: unknown): made is ArrayLike<unknown> => Array.isArray(made) || isTyped(made);

const noNumber = (made: unknown): string =>
  `is ${made === null ? 'null' : typeof made}, no number and no list of numbers`;

/** The shape of nested lists, from the first entry of each; a sentence if they are not lists of numbers. */
const shapeOf = (made: unknown): readonly number[] | string => {
  const shape: number[] = [];
  let numbers = 1;
  for (let one = made; !isNumber(one); one = one[0]) {
    if (!isList(one)) return noNumber(one);
    if (shape.length > deepest) return `has more than ${deepest} lists in one another`;
    shape.push(one.length);
    numbers *= one.length;
    if (numbers > limits.sampleValues)
      return `has ${grouped(numbers)} values, and ${grouped(limits.sampleValues)} is the limit for a sample`;
    if (one.length === 0) break;
  }
  return shape;
};

/** Nested lists as one array; a sentence if they are not an array of numbers. */
const flat = (made: unknown): Flat | string => {
  const shape = shapeOf(made);
  if (typeof shape === 'string') return shape;
  const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
  let at = 0;
  /** Copies the values of a part; a sentence if it has another shape. */
  const take = (part: unknown, axis: number): string | null => {
    const last = axis === shape.length;
    if (isNumber(part) && last) {
      values[at++] = Number(part);
      return null;
    }
    if (!isNumber(part) && !isList(part)) return noNumber(part);
    if (isNumber(part) || last || part.length !== shape[axis]) return 'has lists of other lengths in it';
    // A hole in a list is not a number either.
    for (let i = 0; i < part.length; i++) {
      const wrong = take(part[i], axis + 1);
      if (wrong !== null) return wrong;
    }
    return null;
  };
  return take(made, 0) ?? { shape, values };
};

/** The arrays of a sample by name. */
export type Sample = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>
>;

/** A value of the person's function as a sample, or its problem. Reading it may run the person's code, which may throw. */
const sampleIn = (made: unknown): Sample | string => {
  if (made instanceof Promise) return 'it gives a promise; a sample is given at once';
  if (!t.UnknownRecord.is(made) || Array.isArray(made) || Object.keys(made).length === 0)
    return 'it gives no arrays by name, such as { x: [1, 2], y: 3 }';
  const sample: Record<string, { shape: readonly number[]; values: Float32Array }> = {};
  let numbers = 0;
  for (const [name, one] of Object.entries(made)) {
    if (!/^[A-Za-z][\w-]*$/.test(name) || name in {})
      return `'${name}' is no name of an array: use letters, digits, '_' and '-', and no name that every object has`;
    const read = flat(one);
    if (typeof read === 'string') return `${name} ${read}`;
    if (read.values.length === 0) return `${name} is [${read.shape.join(',')}], which holds no value`;
    const values = Float32Array.from(read.values);
    numbers += values.length;
    if (numbers > limits.sampleValues)
      return `it has more than ${grouped(limits.sampleValues)} values, which is the limit for a sample`;
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) return `value ${bad} of ${name} is ${read.values[bad]}, not a finite number of float32`;
    sample[name] = { shape: read.shape, values };
  }
  return sample;
};

/** A frozen copy, since a function that changed its settings would make the recorded ones wrong. */
const frozen = <A>(value: A): A => {
  if (typeof value !== 'object' || value === null) return value;
  const copy = structuredClone(value);
  const freeze = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    Object.values(part).forEach(freeze);
    Object.freeze(part);
  };
  freeze(copy);
  return copy;
};

/** One sample, or its problem. */
export const sampleOf = (
  generate: Generate,
  { seed, settings }: GeneratedTask,
  split: SplitName,
  index: number,
): Sample | string => {
  try {
    return sampleIn(
      generate(stream(seed, 'generated', split, index), index, { split, settings: frozen(settings) }),
    );
  } catch (cause) {
    return `it threw ${cause instanceof Error ? cause.message : String(cause)}`;
  }
};

/** The names and shapes of a sample; all samples of a task must have the same. */
export const formText = (sample: Sample): string =>
  Object.keys(sample)
    .sort()
    .map((name) => `${name} [${sample[name].shape.join(',')}]`)
    .join(', ');

/** A short digest of a sample: 48 bits, so that two different samples have the same once in 10^14. */
export const shortDigest = (sample: Sample): number => {
  const hash = createHash('sha256');
  for (const name of Object.keys(sample).sort())
    hash.update(name).update(new Uint8Array(sample[name].values.buffer));
  return hash.digest().readUIntBE(0, 6);
};
