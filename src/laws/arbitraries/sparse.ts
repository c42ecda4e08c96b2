/** Sparse arrays: shape and nonzero entries. */

import type fc from 'fast-check';
import { type NdArray, ndarray } from '../../compile/reference/array.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { printedAs, shrinking } from './shrinking.js';

/** Entries by their row-major index; all others are zero. */
export type Cells = Readonly<Record<number, number>>;

/** A shape and its nonzero entries. */
export interface Thin {
  readonly shape: Shape;
  readonly cells: Cells;
}

/**
 * An array that is zero except for these entries; fields and kernels print as this call.
 *
 * **Arguments** shape; entries by their row-major index. **Returns** the array, float64.
 *
 * @example
 * sparse([2, 2, 1], { 3: 0.5 }).data; // => new Float64Array([0, 0, 0, 0.5])
 */
export const sparse = (shape: Shape, cells: Cells): NdArray => {
  const data = new Float64Array(volume(shape));
  for (const [at, value] of Object.entries(cells)) data[Number(at)] = value;
  return ndarray(shape, data);
};

/** The array as the call of `sparse` that makes it. */
export const showSparse = ({ shape, data }: NdArray): string => {
  const cells = [...data].flatMap((value, at) => (value === 0 ? [] : [`${at}: ${value}`]));
  return `sparse([${shape.join(', ')}], {${cells.length === 0 ? '' : ` ${cells.join(', ')} `}})`;
};

/** The array, printed as the call that makes it. */
export const printed = (array: NdArray): NdArray => printedAs(array, () => showSparse(array));

/** The entries of a smaller array, with their new indices; it is cropped at the start or at the end of every axis. */
export const cropped = (cells: Cells, from: Shape, to: Shape, side: 'start' | 'end' = 'start'): Cells =>
  Object.fromEntries(
    Object.entries(cells).flatMap(([at, value]) => {
      let rest = Number(at);
      let place = 0;
      let stride = 1;
      for (let axis = from.length - 1; axis >= 0; axis--) {
        const i = (rest % from[axis]) - (side === 'end' ? from[axis] - to[axis] : 0);
        rest = Math.floor(rest / from[axis]);
        if (i < 0 || i >= to[axis]) return [];
        place += i * stride;
        stride *= to[axis];
      }
      return [[place, value]];
    }),
  );

/**
 * A list with parts left out: all of it, then each half, each quarter, and so on down to single elements (delta
 * debugging).
 */
export const withoutParts = <A>(items: readonly A[]): readonly (readonly A[])[] => {
  const left: A[][] = [];
  for (let size = items.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < items.length; at += size)
      left.push([...items.slice(0, at), ...items.slice(at + size)]);
  return left;
};

/** Options for arrays. */
export interface ThinOptions {
  /** Shapes to draw from; all of one rank. */
  readonly shapes: readonly Shape[];
  /** Smallest value. */
  readonly low: number;
  /** Largest value. */
  readonly high: number;
}

const sides = ['start', 'end'] as const;

/** Values are whole multiples of the range's width over 32: exact in float32 if the bounds are. */
const levels = 32;

/**
 * Arrays with values that are exact in float32. They shrink to the smallest failing shape, then to few entries, then to
 * entries of 1.
 */
export const thinArbitrary = ({ shapes, low, high }: ThinOptions): fc.Arbitrary<Thin> => {
  const sorted = [...shapes].sort((a, b) => volume(a) - volume(b));
  const draw = (random: fc.Random): Thin => {
    const shape = sorted[random.nextInt(0, sorted.length - 1)];
    // One array in four has few nonzero entries, since some faults only show there.
    const thin = random.nextInt(0, 3) === 0 ? random.nextInt(2, 12) : 1;
    const entries = Array.from({ length: volume(shape) }, (_, at): readonly [number, number] => [
      at,
      random.nextInt(0, thin - 1) > 0 ? 0 : low + ((high - low) * random.nextInt(0, levels)) / levels,
    ]);
    return { shape, cells: Object.fromEntries(entries.filter(([, value]) => value !== 0)) };
  };
  const one = high >= 1 && low <= 1 ? 1 : high;
  const smaller = ({ shape, cells }: Thin): readonly Thin[] => [
    ...sorted
      .filter((other) => volume(other) < volume(shape) && other.every((n, axis) => n <= shape[axis]))
      .flatMap((other) => sides.map((side) => ({ shape: other, cells: cropped(cells, shape, other, side) }))),
    ...withoutParts(Object.entries(cells)).map((rest) => ({ shape, cells: Object.fromEntries(rest) })),
    ...Object.entries(cells).flatMap(([at, value]) =>
      value === one ? [] : [{ shape, cells: { ...cells, [at]: one } }],
    ),
  ];
  return shrinking(draw, smaller);
};
