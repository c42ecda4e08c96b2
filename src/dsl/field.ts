/** Fields from nothing: zeros, ones, literal data. */

import type { Shape } from './shape.js';
import { apply, type Tensor } from './tensor.js';

/**
 * A field of zeros, the velocity of a wave at rest.
 *
 * @example
 * const rest = zeros(64, 64, 2);   // Tensor<readonly [64, 64, 2]>
 */
export const zeros = <const S extends Shape>(...shape: S): Tensor<S> => fill(0, ...shape);

/** A field of ones. */
export const ones = <const S extends Shape>(...shape: S): Tensor<S> => fill(1, ...shape);

/** A field of one value everywhere. */
export const fill = <const S extends Shape>(value: number, ...shape: S): Tensor<S> =>
  apply('fill', { op: 'constant', shape, value });

/** Literal data, row-major: a mask, a fixed kernel, an initial pluck. */
export const data = <const S extends Shape>(values: ArrayLike<number>, ...shape: S): Tensor<S> =>
  apply('data', { op: 'constant', shape, value: Array.from(values) });
