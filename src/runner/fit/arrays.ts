/** A person's own arrays as the data of a training. Every problem is found at once, by its path. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../../base/error.js';
import { limits, tooManyArrays } from '../../base/limits.js';
import { type ArrayForm, type NamedArrays, splitInMemory } from '../../data/arrays.js';
import { inputsOf, outputsOf, type Program, volume } from '../../dsl/index.js';
import { firstUnheld, isListed, unheld } from './options.js';

/** Values by name: those of one sample after the other, row-major. */
export type Values = Readonly<Record<string, ArrayLike<number>>>;

/** Arrays of a training; those of a validation are scored after each epoch. */
export interface FitData {
  readonly train: Values;
  readonly validation?: Values;
}

/** The first input among a person's arrays: its name and the size of a sample; null if there is none. */
const firstInput = (program: Program, values: Values): { name: string; size: number } | null => {
  const [first] = Object.entries(inputsOf(program.graph)).filter(([name]) => Object.hasOwn(values, name));
  return first === undefined ? null : { name: first[0], size: Math.max(1, volume(first[1])) };
};

/** The number of samples in an array; null if the size of a sample is unknown. */
const samplesIn = (program: Program, values: Values): number | null => {
  const first = firstInput(program, values);
  return first === null ? null : values[first.name].length / first.size;
};

/** Why the arrays of a training do not hold a whole number of samples. */
const uncounted = (program: Program, train: Values): string => {
  const first = firstInput(program, train);
  if (first === null)
    return `train: it has none of the inputs ${Object.keys(inputsOf(program.graph)).join(', ')}`;
  const values = train[first.name].length;
  return values === 0
    ? 'train: it is empty'
    : `train.${first.name}: ${values} values are no whole number of samples of ${first.size}`;
};

/** The shape of a sample: an input's, else that of an output of its size, with or without an axis of classes. */
const shapeFor = (program: Program, name: string, size: number): readonly number[] => {
  const inputs = inputsOf(program.graph);
  if (Object.hasOwn(inputs, name)) return inputs[name];
  if (size === 1) return [];
  const outputs = Object.values(outputsOf(program.graph));
  return (
    [...outputs, ...outputs.map((shape) => shape.slice(0, -1))].find((shape) => volume(shape) === size) ?? [
      size,
    ]
  );
};

const problemsOf = (
  path: string,
  values: ArrayLike<number>,
  size: number,
  count: number,
): readonly string[] => {
  if (values.length !== size * count)
    return [`${path}: ${values.length} values are not ${count} samples of ${size}`];
  const at = firstUnheld(values);
  return at < 0
    ? []
    : [`${path}: value ${at % size} of sample ${Math.floor(at / size)} is ${unheld(values[at])}`];
};

/** What is wrong with a set that is no object of arrays, which JavaScript may hand over. */
const notArrays = (split: string, values: unknown): readonly string[] => {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return [`${split}: it is no object of arrays; give each array by its name`];
  const entries = Object.entries(values);
  if (entries.length > limits.arrays) return [`${split}: ${tooManyArrays(entries.length)}`];
  return entries.flatMap(([name, value]) =>
    isListed(value) ? [] : [`${split}.${name}: it is no array of numbers`],
  );
};

const isWhole = (values: ArrayLike<number>): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isSafeInteger(values[i])) return false;
  return true;
};

const formsFor = (program: Program, train: Values, count: number): Readonly<Record<string, ArrayForm>> =>
  Object.fromEntries(
    Object.entries(train).map(([name, values]) => [
      name,
      {
        shape: shapeFor(program, name, Math.max(1, Math.round(values.length / count))),
        integer: isWhole(values),
      },
    ]),
  );

/** The forms of a training's arrays; null if one of them does not hold as many samples as the others. */
export const formsOf = (
  program: Program,
  data: Partial<FitData>,
): Readonly<Record<string, ArrayForm>> | null => {
  const train = data?.train;
  if (notArrays('train', train).length > 0 || train === undefined) return null;
  const count = samplesIn(program, train);
  if (count === null || !Number.isInteger(count) || count === 0) return null;
  const forms = formsFor(program, train, count);
  return Object.entries(forms).every(([name, { shape }]) => train[name].length === volume(shape) * count)
    ? forms
    : null;
};

/**
 * Arrays as the data of a training.
 *
 * **Errors** DecodeError: arrays of other lengths, values that are not finite, a set that is empty, an array that only one of
 * both sets has.
 */
export const arraysFor = (program: Program, data: Partial<FitData>): Checked<NamedArrays> => {
  if (typeof data !== 'object' || data === null)
    return E.left(decodeError('data', 'it is missing; give the arrays of the training: { train: { … } }'));
  const { train, validation = {} } = data;
  // JavaScript callers may leave it out.
  if (train === undefined)
    return E.left(decodeError('data', 'train: it is missing; give the arrays of the training by name'));
  const none = [...notArrays('train', train), ...notArrays('validation', validation)];
  if (none.length > 0) return E.left(decodeError('data', none));
  const count = samplesIn(program, train);
  if (count === null || !Number.isInteger(count) || count === 0)
    return E.left(decodeError('data', uncounted(program, train)));
  const held = Object.keys(validation).length === 0 ? 0 : (samplesIn(program, validation) ?? 0);
  const forms = formsFor(program, train, count);
  const sized = (split: string, values: Values, samples: number): readonly string[] =>
    Object.entries(forms).flatMap(([name, { shape }]) =>
      !Object.hasOwn(values, name)
        ? [`${split}.${name}: it is not there`]
        : problemsOf(`${split}.${name}`, values[name], volume(shape), samples),
    );
  const problems = [
    ...sized('train', train, count),
    ...(Object.keys(validation).length === 0
      ? []
      : held === 0
        ? ['validation: it is empty; leave it out to score nothing']
        : sized('validation', validation, held)),
    ...Object.keys(validation).flatMap((name) =>
      !Object.hasOwn(forms, name) ? [`validation.${name}: the training has no such array`] : [],
    ),
  ];
  return problems.length > 0
    ? E.left(decodeError('data', problems))
    : E.right({
        forms,
        train: splitInMemory(count, forms, train),
        validation: splitInMemory(held, forms, validation),
        test: splitInMemory(0, forms, {}),
      });
};

/** Problems with classes: numbers that are not classes. */
export const classProblems = (
  { train, validation = {} }: FitData,
  label: string,
  classes: number,
): readonly string[] =>
  Object.entries({ train, validation }).flatMap(([split, values]) => {
    const all: ArrayLike<number> = values[label] ?? [];
    for (let i = 0; i < all.length; i++)
      if (!Number.isInteger(all[i]) || all[i] >= classes)
        return [
          `${split}.${label}: value ${i} is ${all[i]}, and the classes are 0 to ${classes - 1} (below 0: none)`,
        ];
    return [];
  });
