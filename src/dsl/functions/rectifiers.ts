/** Rectifiers that pass a part of negative values. */

import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { exp, negate, offset, relu, scale, sub } from './pointwise.js';

/**
 * x where it is positive, `slope` x where it is not.
 *
 * @example
 * const scores = leakyRelu(0.2)(y);   // Tensor<readonly [64, 64, 2]>
 */
export const leakyRelu =
  (slope: number) =>
  <S extends Shape>(x: Tensor<S>): Tensor<S> =>
    sub(relu(x), scale(slope, relu(negate(x))));

/**
 * x where it is positive, exp(x) - 1 where it is not (Clevert, Unterthiner & Hochreiter 2016).
 *
 * @example
 * const soft = elu(y);   // Tensor<readonly [64, 64, 2]>
 */
export const elu = <S extends Shape>(x: Tensor<S>): Tensor<S> =>
  sub(relu(x), offset(1, negate(exp(negate(relu(negate(x)))))));
