/** Arrays as the reference interpreter has them: a shape and float64 numbers, row-major. */

import { type Shape, showShape, volume } from '../../dsl/shape.js';
import { fault } from './fault.js';

/** Elements row-major, the last axis fastest; a scalar has shape []. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Indices along the axes. */
export type Position = readonly number[];

/**
 * The array of these numbers. Throws a ProgramFault when they do not fill the shape.
 *
 * @example
 * ndarray([2, 2], [1, 2, 3, 4])
 */
export const ndarray = (shape: Shape, values: ArrayLike<number>): NdArray =>
  values.length === volume(shape)
    ? { shape, data: Float64Array.from(values) }
    : fault(`${values.length} numbers do not fill ${showShape(shape)}`);

/** Every position of the shape, in row-major order. */
export const positions = (shape: Shape): readonly Position[] =>
  shape.reduce<readonly Position[]>(
    (all, size) => all.flatMap((position) => Array.from({ length: size }, (_, i) => [...position, i])),
    [[]],
  );

/** Where a position lies in row-major data. */
export const offsetOf = (position: Position, shape: Shape): number => {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis] + position[axis];
  return offset;
};

/** The element at a position. */
export const get = (x: NdArray, position: Position): number => x.data[offsetOf(position, x.shape)];

/** The array whose element at each position is f of it. */
export const build = (shape: Shape, f: (position: Position) => number): NdArray => ({
  shape,
  data: Float64Array.from(positions(shape), f),
});

/** Samples of one shape under a leading batch axis. */
export const stacked = (samples: readonly NdArray[], shape: Shape): NdArray => {
  const size = volume(shape);
  const data = new Float64Array(samples.length * size);
  samples.forEach((sample, i) => {
    data.set(sample.data, i * size);
  });
  return { shape: [samples.length, ...shape], data };
};

/** Entry `index` of the first axis. */
export const entry = (x: NdArray, index: number): NdArray => {
  const shape = x.shape.slice(1);
  const size = volume(shape);
  return { shape, data: x.data.slice(index * size, (index + 1) * size) };
};
