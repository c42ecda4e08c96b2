/** Permutes the axes of a plain row-major array. */

import { type Shape, volume } from '../dsl/index.js';

/** The shape after `permute`: axis i of the result is axis `axes[i]` of the input. */
export const permutedShape = (shape: Shape, axes: Shape): Shape => axes.map((axis) => shape[axis]);

/**
 * Permutes axes: axis i of the result is axis `axes[i]` of the input.
 *
 * @example
 * permute(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], [1, 0])   // 1 4 2 5 3 6
 */
export const permute = (values: Float32Array, shape: Shape, axes: Shape): Float32Array => {
  const strides = shape.map((_, axis) => volume(shape.slice(axis + 1)));
  const sizes = permutedShape(shape, axes);
  const steps = axes.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  const index = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from];
    // Increments the position, last axis first, with carries.
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
  return result;
};

/** The inverse permutation. */
export const inverse = (axes: Shape): Shape => axes.map((_, axis) => axes.indexOf(axis));
