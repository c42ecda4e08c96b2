/** Convolutions: how a site reads its neighbours. */

import type { Layer } from './identity.js';
import { layer } from './layer.js';
import type { Boundary } from './op.js';
import { checkedOptions } from './options.js';
import type { CeilDiv, Filled, Shape, Windows } from './shape.js';
import { apply, type Tensor } from './tensor.js';
import { type BiasedOptions, biasedOptions, channelsOf, fansOf, sides, weighted } from './weighted.js';

/** The size along an axis after a convolution with kernel K, stride D and boundary B. */
export type ConvSize<
  N extends number,
  K extends number,
  D extends number,
  B extends Boundary,
> = B extends 'none' ? Windows<N, K, D> : CeilDiv<N, D>;

/** How a convolution reads its field. Sides of the kernel and strides are the same along both axes. */
export interface ConvOptions<
  K extends number,
  D extends number,
  B extends Boundary,
  V extends readonly number[] = readonly number[],
> extends BiasedOptions<V> {
  /** Side of the kernel; default 3. */
  readonly kernel?: K;
  /** Default 1. */
  readonly stride?: D;
  /** What lies beyond the edge; default 'zero'. */
  readonly boundary?: B;
}

const conventional = { kernel: true, stride: true, boundary: true, ...biasedOptions } as const;

const convolve = <S extends Shape>(
  operation: string,
  self: Layer,
  rank: 1 | 2,
  x: Tensor,
  channels: number,
  options: ConvOptions<number, number, Boundary>,
): Tensor<S> => {
  const { kernel = 3, stride = 1, boundary = 'zero' } = options;
  const inputs = channelsOf(operation, x, rank);
  const window = sides(rank, kernel);
  return apply(
    operation,
    { op: 'conv', boundary, stride: sides(rank, stride), depthwise: false },
    ...weighted(self, x, [...window, inputs, channels], channels, fansOf(window, inputs, channels), options),
  );
};

const convolveEach = <S extends Shape>(
  operation: string,
  self: Layer,
  rank: 1 | 2,
  x: Tensor,
  options: ConvOptions<number, number, Boundary>,
): Tensor<S> => {
  const { kernel = 3, stride = 1, boundary = 'zero' } = options;
  const channels = channelsOf(operation, x, rank);
  const window = sides(rank, kernel);
  return apply(
    operation,
    { op: 'conv', boundary, stride: sides(rank, stride), depthwise: true },
    ...weighted(self, x, [...window, channels, 1], channels, fansOf(window, 1, 1), options),
  );
};

/**
 * Convolution of a field [H, W, C] to `channels` channels: out = weight * x + bias.
 *
 * Same size up to the stride (ceil(H / stride)), except with boundary 'none': floor((H - kernel) / stride) + 1.
 * Along each axis window i begins at i stride - floor((kernel - 1) / 2), with boundary 'none' at i stride; an odd
 * kernel is centred, as in PyTorch with padding floor(kernel / 2). Throws if the kernel is wider than one period
 * ('circular') or reaches past the opposite edge ('reflect').
 *
 * Parameters: weight [kernel, kernel, C, channels], bias [channels].
 *
 * @example
 * const field = pipe(image, conv(16), relu, conv(2, { boundary: 'circular', bias: false }));
 * const halved = pipe(image, conv(16, { stride: 2 }));   // Tensor<readonly [32, 32, 16]>
 */
export const conv = <
  const C extends number,
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends readonly number[] = readonly number[],
>(
  channels: C,
  options: ConvOptions<K, D, B, V> = {},
) => {
  const self = layer('conv', checkedOptions('conv', options, conventional).name);
  return <H extends number, W extends number, I extends number>(
    x: Tensor<readonly [H, W, I]> & Filled<'conv', readonly [K, K, I, C], V>,
  ): Tensor<readonly [ConvSize<H, K, D, B>, ConvSize<W, K, D, B>, C]> =>
    convolve('conv', self, 2, x, channels, options);
};

/**
 * Convolution of a line [L, C]; as `conv`, with weight [kernel, C, channels].
 *
 * @example
 * const filtered = pipe(line, conv1d(8, { kernel: 5, stride: 2 }));   // Tensor<readonly [64, 8]>
 */
export const conv1d = <
  const C extends number,
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends readonly number[] = readonly number[],
>(
  channels: C,
  options: ConvOptions<K, D, B, V> = {},
) => {
  const self = layer('conv', checkedOptions('conv1d', options, conventional).name);
  return <L extends number, I extends number>(
    x: Tensor<readonly [L, I]> & Filled<'conv1d', readonly [K, I, C], V>,
  ): Tensor<readonly [ConvSize<L, K, D, B>, C]> => convolve('conv1d', self, 1, x, channels, options);
};

/**
 * Depthwise convolution: each channel with a kernel of its own; sizes as for `conv`.
 *
 * Parameters: weight [kernel, kernel, C, 1], bias [C].
 *
 * @example
 * const curvature = pipe(y, depthwise({ boundary: 'circular', init: 'laplacian', bias: false }));
 * const same = curvature;   // Tensor<readonly [64, 64, 2]>
 */
export const depthwise = <
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends readonly number[] = readonly number[],
>(
  options: ConvOptions<K, D, B, V> = {},
) => {
  const self = layer('depthwise', checkedOptions('depthwise', options, conventional).name);
  return <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]> & Filled<'depthwise', readonly [K, K, C, 1], V>,
  ): Tensor<readonly [ConvSize<H, K, D, B>, ConvSize<W, K, D, B>, C]> =>
    convolveEach('depthwise', self, 2, x, options);
};

/**
 * Depthwise convolution of a line [L, C]; as `depthwise`, with weight [kernel, C, 1].
 *
 * @example
 * const bend = pipe(line, depthwise1d({ boundary: 'reflect', init: 'laplacian', bias: false }));
 * const same = bend;   // Tensor<readonly [128, 4]>
 */
export const depthwise1d = <
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends readonly number[] = readonly number[],
>(
  options: ConvOptions<K, D, B, V> = {},
) => {
  const self = layer('depthwise', checkedOptions('depthwise1d', options, conventional).name);
  return <L extends number, C extends number>(
    x: Tensor<readonly [L, C]> & Filled<'depthwise1d', readonly [K, C, 1], V>,
  ): Tensor<readonly [ConvSize<L, K, D, B>, C]> => convolveEach('depthwise1d', self, 1, x, options);
};

/**
 * Convolution with a kernel [k, k, C, channels] that is itself an expression, such as one made symmetric or fixed
 * data; of the same size, without a bias. The kernel must not depend on the sample.
 *
 * @example
 * const laplacian = data([0, 1, 0, 1, -4, 1, 0, 1, 0], 3, 3, 1, 1);
 * const force = convolveWith(channels(y, 0, 1), laplacian, 'zero');   // Tensor<readonly [64, 64, 1]>
 */
export const convolveWith = <
  H extends number,
  W extends number,
  I extends number,
  C extends number,
  const B extends Exclude<Boundary, 'none'> = 'zero',
>(
  x: Tensor<readonly [H, W, I]>,
  kernel: Tensor<readonly [number, number, NoInfer<I>, C]>,
  boundary?: B,
): Tensor<readonly [H, W, C]> =>
  apply(
    'convolveWith',
    { op: 'conv', boundary: boundary ?? 'zero', stride: [1, 1], depthwise: false },
    x,
    kernel,
  );
