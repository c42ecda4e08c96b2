/** What these specs share: computing a small function of tensors with the reference, and comparing numbers. */

import assert from 'node:assert/strict';
import {
  type NdArray,
  ndarray,
  parameterArrays,
  runReference,
} from '../../../src/compile/reference/index.js';
import { program, type Shape, type Tensor } from '../../../src/dsl/index.js';

type Numbers = Readonly<Record<string, readonly number[]>>;

/** f of one sample, as a plain array without the batch axis; parameters by name where f has some. */
export const computed = <const S extends Shape, R extends Shape>(
  shape: S,
  values: readonly number[],
  f: (x: Tensor<S>) => Tensor<R>,
  parameters: Numbers = {},
): NdArray => {
  const p = program({ x: shape }, ({ x }) => ({ y: f(x) }));
  const { y } = runReference(p, {
    parameters: parameterArrays(p, parameters),
    inputs: { x: ndarray([1, ...shape], values) },
    batch: 1,
  }).outputs;
  return { shape: y.shape.slice(1), data: y.data };
};

/** The array has this shape and, to rounding or the given tolerance, these numbers. */
export const hasValues = (
  actual: NdArray,
  shape: readonly number[],
  values: ArrayLike<number>,
  tolerance = 1e-12,
): void => {
  assert.deepEqual(actual.shape, shape);
  isNear(actual.data, values, tolerance);
};

export const isNear = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(
      Object.is(actual[i], expected[i]) || Math.abs(actual[i] - expected[i]) <= tolerance,
      `element ${i}: ${actual[i]}, expected ${expected[i]}`,
    );
};

/** The largest distance, relative to the largest expected magnitude. */
export const relativeError = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  assert.equal(actual.length, expected.length);
  let distance = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    // A NaN must not pass as small: Math.max would keep it, a comparison would drop it.
    distance = Math.max(distance, Math.abs(actual[i] - expected[i]));
    size = Math.max(size, Math.abs(expected[i]));
  }
  return distance / size;
};

/** 0, 1, 2, ... */
export const counting = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);
