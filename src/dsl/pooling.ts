/** Pooling: a field made smaller, window by window. */

import type { Shape, Windows } from './shape.js';
import { apply, type Tensor } from './tensor.js';
import { type Axes, channelsOf, named, sides } from './weighted.js';

const pool = <S extends Shape>(
  fn: 'max' | 'mean',
  axes: Axes,
  x: Tensor,
  size: number,
  stride: number,
): Tensor<S> => {
  const operation = named(`${fn}Pool`, axes);
  channelsOf(operation, x, axes);
  return apply(operation, { op: 'pool', fn, size: sides(axes, size), stride: sides(axes, stride) }, x);
};

const pool2d =
  (fn: 'max' | 'mean') =>
  <const K extends number, const D extends number = K>(size: K, stride?: D) =>
  <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [Windows<H, K, D>, Windows<W, K, D>, C]> =>
    pool(fn, 2, x, size, stride ?? size);

const pool1d =
  (fn: 'max' | 'mean') =>
  <const K extends number, const D extends number = K>(size: K, stride?: D) =>
  <L extends number, C extends number>(x: Tensor<readonly [L, C]>): Tensor<readonly [Windows<L, K, D>, C]> =>
    pool(fn, 1, x, size, stride ?? size);

const pool3d =
  (fn: 'max' | 'mean') =>
  <const K extends number, const D extends number = K>(size: K, stride?: D) =>
  <P extends number, H extends number, W extends number, C extends number>(
    x: Tensor<readonly [P, H, W, C]>,
  ): Tensor<readonly [Windows<P, K, D>, Windows<H, K, D>, Windows<W, K, D>, C]> =>
    pool(fn, 3, x, size, stride ?? size);

/**
 * The maximum of each window. There are floor((H - size) / stride) + 1 windows, all inside the field. The stride is the
 * window's size by default, so a field of odd size loses its last row and column. If the maximum is reached twice, the
 * gradient goes to the first element in row-major order. A window with a NaN results in NaN, and its gradient goes to the
 * first NaN. Refuses a window larger than the field.
 *
 * @example
 * const small = pipe(y, maxPool(2));   // Tensor<readonly [32, 32, 2]>
 */
export const maxPool = pool2d('max');

/**
 * The mean of each window; windows as for `maxPool`, NaN too.
 *
 * @example
 * const overlapping = pipe(y, meanPool(3, 1));   // Tensor<readonly [62, 62, 2]>
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
 * const smooth = pipe(line, meanPool1d(5, 1));   // Tensor<readonly [124, 4]>
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
