/** Pooling: the maximum or the mean of each window of a field. */

import { marginOf } from '../kernel.js';
import type { Boundary } from '../op.js';
import { type CeilDiv, type Misfit, type Shape, showShape, type Unless, type Windows } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { type PadBoundary, padded } from './pad.js';
import { type Axes, channelsOf, named, sides } from './weighted.js';

/** The entries beyond the edge: those of a padding, or `none` if windows stay inside. */
export type PoolBoundary = PadBoundary | Boundary;

const pool = <S extends Shape>(
  fn: 'max' | 'mean',
  axes: Axes,
  x: Tensor,
  size: number,
  stride: number,
  boundary: PoolBoundary,
): Tensor<S> => {
  const operation = named(`${fn}Pool`, axes);
  channelsOf(operation, x, axes);
  // Before the stride, which is the window's size by default.
  for (const [what, n] of [
    ['window', size],
    ['stride', stride],
  ] as const)
    if (!(Number.isSafeInteger(n) && n >= 1))
      return refuse(
        operation,
        `the ${what} must be ${axes} whole number${axes === 1 ? '' : 's'} of at least 1, got ${showShape(sides(axes, n))}`,
      );
  const field =
    boundary === 'none'
      ? x
      : padded(
          operation,
          shapeOf(x)
            .slice(0, axes)
            .map((n) => marginOf(n, size, stride)),
          boundary,
          x,
        );
  return apply(operation, { op: 'pool', fn, size: sides(axes, size), stride: sides(axes, stride) }, field);
};

/** The size along an axis after windows of K at stride D. */
type PoolSize<N extends number, K extends number, D extends number, B extends PoolBoundary> = B extends 'none'
  ? Windows<N, K, D>
  : CeilDiv<N, D>;

/** Whether a window of K that must fit an axis of N does not. */
type Fits<N extends number, K extends number, B extends PoolBoundary> = B extends 'none'
  ? Unless<Misfit<N, K>, { readonly error: `a window of ${K} does not fit a field of ${N}` }>
  : unknown;

const pool2d =
  (fn: 'max' | 'mean') =>
  <const K extends number, const D extends number = K, const B extends PoolBoundary = 'none'>(
    size: K,
    stride?: D,
    boundary?: B,
  ) =>
  <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]> & Fits<H, K, B> & Fits<W, K, B>,
  ): Tensor<readonly [PoolSize<H, K, D, B>, PoolSize<W, K, D, B>, C]> =>
    pool(fn, 2, x, size, stride ?? size, boundary ?? 'none');

const pool1d =
  (fn: 'max' | 'mean') =>
  <const K extends number, const D extends number = K, const B extends PoolBoundary = 'none'>(
    size: K,
    stride?: D,
    boundary?: B,
  ) =>
  <L extends number, C extends number>(
    x: Tensor<readonly [L, C]> & Fits<L, K, B>,
  ): Tensor<readonly [PoolSize<L, K, D, B>, C]> =>
    pool(fn, 1, x, size, stride ?? size, boundary ?? 'none');

const pool3d =
  (fn: 'max' | 'mean') =>
  <const K extends number, const D extends number = K, const B extends PoolBoundary = 'none'>(
    size: K,
    stride?: D,
    boundary?: B,
  ) =>
  <P extends number, H extends number, W extends number, C extends number>(
    x: Tensor<readonly [P, H, W, C]> & Fits<P, K, B> & Fits<H, K, B> & Fits<W, K, B>,
  ): Tensor<readonly [PoolSize<P, K, D, B>, PoolSize<H, K, D, B>, PoolSize<W, K, D, B>, C]> =>
    pool(fn, 3, x, size, stride ?? size, boundary ?? 'none');

/**
 * The maximum of each window. The stride is the window's size by default. If the maximum is reached twice, the gradient
 * goes to the first element in row-major order. A window with a NaN results in NaN, and its gradient goes to the first NaN.
 *
 * With the boundary `none`, the default, all windows lie inside the field: there are floor((H - size) / stride) + 1, so a
 * field of odd size loses its last row and column, and a window larger than the field is refused. With any other, as for
 * `pad`, there are ceil(H / stride), and window i begins at i stride - floor((size - 1) / 2), as for a convolution. With
 * `replicate` the maximum is that of the part of the window inside.
 *
 * @example
 * const small = pipe(y, maxPool(2));                    // Tensor<readonly [32, 32, 2]>
 * const crest = pipe(y, maxPool(3, 1, 'replicate'));    // Tensor<readonly [64, 64, 2]>
 */
export const maxPool = pool2d('max');

/**
 * The mean of each window; windows and boundaries as for `maxPool`, NaN too. Entries beyond the edge count; to leave
 * them out, divide by the mean of a field of ones with the boundary `zero`.
 *
 * @example
 * const overlapping = pipe(y, meanPool(3, 1));              // Tensor<readonly [62, 62, 2]>
 * const level = pipe(y, meanPool(3, 1, 'circular'));        // Tensor<readonly [64, 64, 2]>
 */
export const meanPool = pool2d('mean');

/**
 * `maxPool` of a line [L, C].
 *
 * @example
 * const short = pipe(line, maxPool1d(2));   // Tensor<readonly [64, 4]>
 */
export const maxPool1d = pool1d('max');

/**
 * `meanPool` of a line [L, C].
 *
 * @example
 * const smooth = pipe(line, meanPool1d(5, 1, 'reflect'));   // Tensor<readonly [128, 4]>
 */
export const meanPool1d = pool1d('mean');

/**
 * `maxPool` of a volume [D, H, W, C].
 *
 * @example
 * const small = pipe(zeros(8, 8, 8, 2), maxPool3d(2));   // Tensor<readonly [4, 4, 4, 2]>
 */
export const maxPool3d = pool3d('max');

/**
 * `meanPool` of a volume [D, H, W, C].
 *
 * @example
 * const overlapping = pipe(zeros(8, 8, 8, 2), meanPool3d(3, 1));   // Tensor<readonly [6, 6, 6, 2]>
 */
export const meanPool3d = pool3d('mean');
