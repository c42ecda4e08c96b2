/** Transposed convolutions, which enlarge a field. */

import type { Layer } from '../identity.js';
import { layer } from '../layer.js';
import { checkedOptions } from '../options.js';
import type { Filled, Shape, Upsampled } from '../shape.js';
import { apply, type Tensor } from '../tensor.js';
import {
  type Axes,
  type BiasedOptions,
  biasedOptions,
  channelsOf,
  fansOf,
  sides,
  weighted,
} from './weighted.js';

/** Settings of a transposed convolution. */
export interface ConvTransposeOptions<
  K extends number,
  D extends number,
  V extends ArrayLike<number> = ArrayLike<number>,
> extends BiasedOptions<V> {
  /** Side of the kernel; default 2. */
  readonly kernel?: K;
  /** The stride; default 2. */
  readonly stride?: D;
}

const all = { kernel: true, stride: true, ...biasedOptions } as const;

const spread = <S extends Shape>(
  operation: string,
  self: Layer,
  axes: Axes,
  x: Tensor,
  channels: number,
  options: ConvTransposeOptions<number, number>,
): Tensor<S> => {
  const inputs = channelsOf(operation, x, axes);
  const kernel = sides(axes, options.kernel ?? 2);
  return apply(
    operation,
    { op: 'convTranspose', stride: sides(axes, options.stride ?? 2) },
    ...weighted(self, x, [...kernel, channels, inputs], channels, fansOf(kernel, channels, inputs), options),
  );
};

/**
 * Transposed convolution [H, W, C] → [(H-1) stride + kernel, ..., channels]: the usual way up in a U-Net.
 *
 * Parameters: weight [kernel, kernel, channels, C], bias [channels]. As PyTorch counts it, a transposed
 * convolution's fan-in is channels * kernel^2.
 *
 * @example
 * const large = pipe(y, convTranspose(8));   // Tensor<readonly [128, 128, 8]>
 */
export const convTranspose = <
  const C extends number,
  const K extends number = 2,
  const D extends number = 2,
  const V extends ArrayLike<number> = ArrayLike<number>,
>(
  channels: C,
  options: ConvTransposeOptions<K, D, V> = {},
) => {
  const self = layer('convTranspose', checkedOptions('convTranspose', options, all).name);
  return <H extends number, W extends number, I extends number>(
    x: Tensor<readonly [H, W, I]> & Filled<'convTranspose', readonly [K, K, C, I], V>,
  ): Tensor<readonly [Upsampled<H, K, D>, Upsampled<W, K, D>, C]> =>
    spread('convTranspose', self, 2, x, channels, options);
};

/**
 * Transposed convolution of a line [L, C]; as `convTranspose`, with weight [kernel, channels, C].
 *
 * @example
 * const long = pipe(line, convTranspose1d(2, { kernel: 4 }));   // Tensor<readonly [258, 2]>
 */
export const convTranspose1d = <
  const C extends number,
  const K extends number = 2,
  const D extends number = 2,
  const V extends ArrayLike<number> = ArrayLike<number>,
>(
  channels: C,
  options: ConvTransposeOptions<K, D, V> = {},
) => {
  const self = layer('convTranspose', checkedOptions('convTranspose1d', options, all).name);
  return <L extends number, I extends number>(
    x: Tensor<readonly [L, I]> & Filled<'convTranspose1d', readonly [K, C, I], V>,
  ): Tensor<readonly [Upsampled<L, K, D>, C]> => spread('convTranspose1d', self, 1, x, channels, options);
};

/**
 * Transposed convolution of a volume [D, H, W, C]; as `convTranspose`, with weight [kernel, kernel, kernel, channels, C].
 *
 * @example
 * const finer = pipe(zeros(4, 4, 4, 2), convTranspose3d(3));   // Tensor<readonly [8, 8, 8, 3]>
 */
export const convTranspose3d = <
  const C extends number,
  const K extends number = 2,
  const D extends number = 2,
  const V extends ArrayLike<number> = ArrayLike<number>,
>(
  channels: C,
  options: ConvTransposeOptions<K, D, V> = {},
) => {
  const self = layer('convTranspose', checkedOptions('convTranspose3d', options, all).name);
  return <P extends number, H extends number, W extends number, I extends number>(
    x: Tensor<readonly [P, H, W, I]> & Filled<'convTranspose3d', readonly [K, K, K, C, I], V>,
  ): Tensor<readonly [Upsampled<P, K, D>, Upsampled<H, K, D>, Upsampled<W, K, D>, C]> =>
    spread('convTranspose3d', self, 3, x, channels, options);
};
