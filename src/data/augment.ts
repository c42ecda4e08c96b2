/**
 * Augmentation: random changes of training samples, namely shifts on the torus, quarter turns, flips and noise. Each is
 * drawn from a stream named by seed, epoch and sample, so that a continued run draws the same. Scores and pictures see
 * the samples as they are.
 */

import * as t from 'io-ts';
import { choice, real, record, where, whole, withDefault } from '../base/codec.js';
import { stream } from '../base/random.js';
import type { ArrayForm, ArraySplit, ArrayValues, Draw, NamedArrays } from './arrays.js';

const flips = where(t.readonlyArray(choice('horizontal', 'vertical')), (list) =>
  new Set(list).size < list.length ? 'a flip is listed twice' : null,
);

/**
 * - `shift`: sites that rows and columns are shifted by at most, each way; what leaves at an edge comes in at the opposite one.
 * - `turn`: whether squares are turned by 0, 1, 2 or 3 quarters.
 * - `flip`: `horizontal` turns left to right, `vertical` top to bottom, each in half of the samples.
 * - `noise`: standard deviation of normal noise that is added to the inputs.
 *
 * Every array with rows and columns is moved, inputs and targets alike; arrays without them are not changed. Noise is
 * added only to inputs, and not to inputs of whole numbers.
 */
export type Augment = t.TypeOf<typeof augmentCodec>;

export const augmentCodec = record('augment', {
  shift: withDefault(whole(0, 65_536), 0),
  turn: withDefault(t.boolean, false),
  flip: withDefault<readonly ('horizontal' | 'vertical')[]>(flips, []),
  noise: withDefault(real(0, 1e6), 0),
});

/** The settings that move rows and columns. */
const movesOf = ({ shift, turn, flip }: Augment): readonly string[] => [
  ...(shift > 0 ? ['shift'] : []),
  ...(turn ? ['turn'] : []),
  ...(flip.length > 0 ? ['flip'] : []),
];

/** The changes, in one line. */
export const describeAugment = ({ shift, turn, flip, noise }: Augment): string =>
  [
    ...(shift > 0 ? [`shifted by up to ${shift} on the torus`] : []),
    ...(turn ? ['turned by quarters'] : []),
    ...flip.map((one) => `flipped ${one === 'horizontal' ? 'left to right' : 'top to bottom'}`),
    ...(noise > 0 ? [`with noise of ${noise}`] : []),
  ].join(', ');

/** Whether anything is changed. */
export const changes = (augment: Augment): boolean => movesOf(augment).length > 0 || augment.noise > 0;

type Forms = Readonly<Record<string, ArrayForm>>;

/** Rows and columns of an array; null if it has none. */
const gridOf = ({ shape, plane }: ArrayForm): { readonly height: number; readonly width: number } | null =>
  plane === undefined ? null : { height: shape[plane], width: shape[plane + 1] };

/** The arrays that noise is added to. */
const noisy = (forms: Forms, inputs: readonly string[]): readonly string[] =>
  inputs.filter((name) => forms[name] !== undefined && !forms[name].integer);

const moveProblems = (augment: Augment, forms: Forms, read: readonly string[]): readonly string[] => {
  const moves = movesOf(augment);
  if (moves.length === 0) return [];
  const path = `augment.${moves[0]}`;
  const known = read.filter((name) => forms[name] !== undefined);
  const still = known.filter((name) => forms[name].shape.length > 0 && gridOf(forms[name]) === null);
  const grids = known.flatMap((name) => {
    const grid = gridOf(forms[name]);
    return grid === null ? [] : [{ name, ...grid }];
  });
  const [first] = grids;
  if (still.length > 0)
    return still.map(
      (name) =>
        `${path}: the array ${name} [${forms[name].shape.join(',')}] has no rows and columns that could be moved; noise alone can be added to such samples (of arrays in files task.planes says where rows are)`,
    );
  if (first === undefined) return [`${path}: no array that is learnt has rows and columns`];
  const other = grids.find(({ height, width }) => height !== first.height || width !== first.width);
  return [
    ...(other === undefined
      ? []
      : [
          `${path}: ${first.name} has ${first.height}x${first.width} sites and ${other.name} ${other.height}x${other.width}, which cannot be moved alike`,
        ]),
    ...(augment.turn && first.height !== first.width
      ? [`augment.turn: ${first.height}x${first.width} sites are no square, so a quarter turn does not fit`]
      : []),
  ];
};

/**
 * A sentence for each change that a task does not support.
 *
 * @param read the arrays that the training reads
 * @param inputs those of them that are not targets
 */
export const augmentProblems = (
  augment: Augment,
  forms: Forms,
  read: readonly string[],
  inputs: readonly string[],
): readonly string[] => [
  ...moveProblems(augment, forms, read),
  ...(augment.noise > 0 && noisy(forms, inputs).length === 0
    ? [
        'augment.noise: no input that is no target has other values than whole numbers, so there is nothing to add noise to',
      ]
    : []),
];

/** For each site of a sample, the site from which its value comes. */
const sourcesOf = (
  { shift, turn, flip }: Augment,
  { height, width }: { readonly height: number; readonly width: number },
  { seed, epoch }: Draw,
  index: number,
): Int32Array => {
  const random = stream(seed, 'augment', epoch, index);
  // All numbers are always drawn, so that one setting does not change the draws of another.
  const [down, right] = [random.uniform(), random.uniform()].map(
    (u) => Math.floor(u * (2 * shift + 1)) - shift,
  );
  const [mirrored, upended] = [random.uniform() < 0.5, random.uniform() < 0.5];
  const quarters = random.integer(4);
  const sources = new Int32Array(height * width);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      let [row, column] = [i, j];
      if (turn) for (let k = 0; k < quarters; k++) [row, column] = [column, height - 1 - row];
      if (flip.includes('vertical') && upended) row = height - 1 - row;
      if (flip.includes('horizontal') && mirrored) column = width - 1 - column;
      row = (((row - down) % height) + height) % height;
      column = (((column - right) % width) + width) % width;
      sources[i * width + j] = row * width + column;
    }
  return sources;
};

/** One sample with its sites moved; the axes before and after rows and columns do not change. */
const moved = (values: Float32Array, { shape, plane = 0 }: ArrayForm, sources: Int32Array): Float32Array => {
  const inner = shape.slice(plane + 2).reduce((a, b) => a * b, 1);
  const sites = sources.length;
  const out = new Float32Array(values.length);
  for (let frame = 0; frame < values.length; frame += sites * inner)
    for (let site = 0; site < sites; site++)
      for (let k = 0; k < inner; k++)
        out[frame + site * inner + k] = values[frame + sources[site] * inner + k];
  return out;
};

const changed = (
  values: ArrayValues,
  forms: Forms,
  indices: readonly number[],
  augment: Augment,
  inputs: readonly string[],
  draw: Draw,
): ArrayValues => {
  const grids = Object.keys(values).flatMap((name) => gridOf(forms[name]) ?? []);
  const moving = movesOf(augment).length > 0 && grids.length > 0;
  const sources = moving ? indices.map((index) => sourcesOf(augment, grids[0], draw, index)) : [];
  const withNoise = augment.noise > 0 ? noisy(forms, inputs) : [];
  return Object.fromEntries(
    Object.entries(values).map(([name, all]) => {
      const out = all.slice();
      const size = all.length / indices.length;
      for (const [at, index] of indices.entries()) {
        if (moving && gridOf(forms[name]) !== null)
          out.set(moved(all.subarray(at * size, (at + 1) * size), forms[name], sources[at]), at * size);
        if (!withNoise.includes(name)) continue;
        const random = stream(draw.seed, 'augment', draw.epoch, index, name);
        for (let k = at * size; k < (at + 1) * size; k++) out[k] += augment.noise * random.normal();
      }
      return [name, out];
    }),
  );
};

/**
 * The same data, with changes to training samples that are read for a step.
 *
 * @param inputs the arrays that are not targets; noise is added to them
 */
export const augmented = (arrays: NamedArrays, augment: Augment, inputs: readonly string[]): NamedArrays => {
  const { forms, train } = arrays;
  const read: ArraySplit['read'] = async (names, indices, draw) => {
    const values = await train.read(names, indices, draw);
    return draw === undefined ? values : changed(values, forms, indices, augment, inputs, draw);
  };
  return { ...arrays, train: { count: train.count, read } };
};
