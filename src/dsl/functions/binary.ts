/** Functions of two tensors, site by site. */

import type { ZipFunction } from '../op.js';
import type { Joined, Same, Shape } from '../shape.js';
import { apply, type Tensor } from '../tensor.js';

/**
 * A function of two tensors of one shape, or of a tensor and a scalar. The first three signatures are those that
 * generic code uses; the last lets unknown sizes pass, and its message names both shapes.
 */
export interface Binary<N extends string> {
  <S extends Shape>(a: Tensor<S>, b: Tensor<NoInfer<S>>): Tensor<S>;
  <S extends Shape>(a: Tensor<S>, b: Tensor<readonly []>): Tensor<S>;
  <S extends Shape>(a: Tensor<readonly []>, b: Tensor<S>): Tensor<S>;
  <A extends Shape, B extends Shape>(a: Tensor<A>, b: Same<N, A, B> & Tensor<B>): Tensor<Joined<A, B>>;
}

/** A primitive of two arguments, under its public name. */
export const zip =
  <const N extends string>(operation: N, fn: ZipFunction): Binary<N> =>
  (a: Tensor, b: Tensor) =>
    apply(operation, { op: 'zip', fn }, a, b);
