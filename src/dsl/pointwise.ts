/** Pointwise functions: the same thing at every site. */

import type { MapFunction, ZipFunction } from './op.js';
import type { Joined, Same, Shape } from './shape.js';
import { apply, type Tensor } from './tensor.js';

const map =
  (fn: MapFunction) =>
  <S extends Shape>(x: Tensor<S>): Tensor<S> =>
    apply(fn, { op: 'map', fn }, x);

/** Hyperbolic tangent: keeps a force within ±1. */
export const tanh = map('tanh');
/** max(x, 0). */
export const relu = map('relu');
/** 1 / (1 + exp(-x)). */
export const sigmoid = map('sigmoid');
/** log(1 + exp(x)): a smooth way to keep a frequency or a damping positive. */
export const softplus = map('softplus');
export const sin = map('sin');
export const cos = map('cos');
export const exp = map('exp');
/** Natural logarithm. */
export const log = map('log');
export const sqrt = map('sqrt');
export const square = map('square');
export const abs = map('abs');
export const reciprocal = map('reciprocal');
/** -1, 0 or 1; no gradient. */
export const sign = map('sign');
/** The value itself, without its gradient. */
export const stopGradient = map('stopGradient');

const affine = <S extends Shape>(operation: string, x: Tensor<S>, scale: number, shift: number): Tensor<S> =>
  apply(operation, { op: 'affine', scale, shift }, x);

/** k x, with k a plain number such as the time step. */
export const scale = <S extends Shape>(k: number, x: Tensor<S>): Tensor<S> => affine('scale', x, k, 0);
/** x + k, with k a plain number. */
export const offset = <S extends Shape>(k: number, x: Tensor<S>): Tensor<S> => affine('offset', x, 1, k);
/** -x. */
export const negate = <S extends Shape>(x: Tensor<S>): Tensor<S> => affine('negate', x, -1, 0);
/** k - x; `complement(1, gate)` is the other half of a gate. */
export const complement = <S extends Shape>(k: number, x: Tensor<S>): Tensor<S> =>
  affine('complement', x, -1, k);

/**
 * A function of two tensors of one shape, or of a tensor and a scalar. The first signature is the one that generic
 * code uses; the second lets scalars and unknown sizes pass, and its message names both shapes.
 */
interface Binary<N extends string> {
  <S extends Shape>(a: Tensor<S>, b: Tensor<NoInfer<S>>): Tensor<S>;
  <A extends Shape, B extends Shape>(a: Tensor<A>, b: Same<N, A, B> & Tensor<B>): Tensor<Joined<A, B>>;
}

const zip =
  <const N extends string>(operation: N, fn: ZipFunction): Binary<N> =>
  (a: Tensor, b: Tensor) =>
    apply(operation, { op: 'zip', fn }, a, b);

/** a + b; shapes are equal, or one is a scalar. */
export const add = zip('add', 'add');
/** a - b. */
export const sub = zip('sub', 'sub');
/** a b, pointwise. */
export const mul = zip('mul', 'mul');
/** a / b, pointwise. */
export const div = zip('div', 'div');
/** The larger of the two. */
export const maximum = zip('maximum', 'max');
/** The smaller of the two. */
export const minimum = zip('minimum', 'min');
/** 1 where a > b, else 0; no gradient. */
export const greater = zip('greater', 'greater');

/** x kept within [low, high]. */
export const clamp = <S extends Shape>(low: number, high: number, x: Tensor<S>): Tensor<S> => {
  const scalar = (value: number): Tensor<readonly []> => apply('clamp', { op: 'constant', shape: [], value });
  const above: Tensor<S> = apply('clamp', { op: 'zip', fn: 'max' }, x, scalar(low));
  return apply('clamp', { op: 'zip', fn: 'min' }, above, scalar(high));
};
