/** Fields from nothing: zeros, ones, literal data. */

import type { Shape } from '../shape.js';
import { apply, type Tensor } from '../tensor.js';
import { listOf } from '../untyped.js';

const constant = <S extends Shape>(
  operation: string,
  shape: S,
  value: number | readonly number[],
): Tensor<S> => apply(operation, { op: 'constant', shape: [...shape], value });

/**
 * A field of zeros, the velocity of a wave at rest.
 *
 * @example
 * const rest = zeros(64, 64, 2);   // Tensor<readonly [64, 64, 2]>
 */
export const zeros = <const S extends Shape>(...shape: S): Tensor<S> => constant('zeros', shape, 0);

/**
 * A field of ones.
 *
 * @example
 * const up = ones(64, 64, 2);   // Tensor<readonly [64, 64, 2]>
 */
export const ones = <const S extends Shape>(...shape: S): Tensor<S> => constant('ones', shape, 1);

/**
 * A field of one value everywhere, a finite number; without sizes a scalar.
 *
 * @example
 * const threshold = fill(0.5, 64, 64, 2);   // Tensor<readonly [64, 64, 2]>
 * const half = fill(0.5);   // Tensor<readonly []>
 */
export const fill = <const S extends Shape>(value: number, ...shape: S): Tensor<S> =>
  constant('fill', shape, value);

/**
 * Literal data, row-major: a mask, a fixed kernel, an initial pluck. As many finite numbers as the shape has sites.
 *
 * @example
 * const pluck = data([0, 0, 1, 0, 0], 5, 1);   // Tensor<readonly [5, 1]>
 */
export const data = <const S extends Shape>(values: ArrayLike<number>, ...shape: S): Tensor<S> =>
  constant('data', shape, Array.from(listOf('data', 'its numbers', values)));
