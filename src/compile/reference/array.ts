/** Arrays of the reference interpreter: a shape and float64 numbers, row-major. */

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

/** The offset of a position in row-major data. */
export const offsetOf = (position: Position, shape: Shape): number => {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) offset = offset * shape[axis] + position[axis];
  return offset;
};

/** The element at a position. */
export const get = (x: NdArray, position: Position): number => x.data[offsetOf(position, x.shape)];

/**
 * The array whose element at each position is f of it. The position is changed after the call, so a function that
 * keeps it must copy it.
 */
export const build = (shape: Shape, f: (position: Position) => number): NdArray => {
  const data = new Float64Array(volume(shape));
  const position = shape.map(() => 0);
  for (let flat = 0; flat < data.length; flat++) {
    data[flat] = f(position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis] += 1;
      if (position[axis] < shape[axis]) break;
      position[axis] = 0;
    }
  }
  return { shape, data };
};

/** The stride of each axis in row-major data. */
export const stridesOf = (shape: Shape): Shape => {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
};

/** The array whose element at position p is that of x at offset `start` + sum of p[axis] `steps[axis]`. */
export const strided = ({ data }: NdArray, shape: Shape, steps: Shape, start = 0): NdArray =>
  build(shape, (position) => {
    let at = start;
    for (let axis = 0; axis < position.length; axis++) at += position[axis] * steps[axis];
    return data[at];
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
