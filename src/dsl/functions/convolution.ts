/** Convolutions: how a site reads its neighbours. */

import type { Layer } from '../identity.js';
import { layer } from '../layer.js';
import type { Boundary } from '../op.js';
import { checkedOptions } from '../options.js';
import type { CeilDiv, Extent, Filled, FloorDiv, Grouped, Shape, Windows } from '../shape.js';
import { apply, type Tensor } from '../tensor.js';
import {
  type Axes,
  type BiasedOptions,
  biasedOptions,
  channelsOf,
  fansOf,
  named,
  perGroup,
  sides,
  spacing,
  weighted,
} from './weighted.js';

/** The size along an axis after a convolution with kernel K, stride D, boundary B and dilation E. */
export type ConvSize<
  N extends number,
  K extends number,
  D extends number,
  B extends Boundary,
  E extends number = 1,
> = B extends 'none' ? Windows<N, Extent<K, E>, D> : CeilDiv<N, D>;

/**
 * How a depthwise convolution reads its field. Sides of the kernel, strides and dilation are the same along all axes.
 */
export interface DepthwiseOptions<
  K extends number,
  D extends number,
  B extends Boundary,
  V extends ArrayLike<number> = ArrayLike<number>,
  E extends number = 1,
> extends BiasedOptions<V> {
  /** Side of the kernel; default 3. */
  readonly kernel?: K;
  /** Default 1. */
  readonly stride?: D;
  /** The values beyond the edge; default 'zero'. */
  readonly boundary?: B;
  /** The distance of the kernel's taps; default 1. With n it spans (kernel - 1) n + 1 sites. */
  readonly dilation?: E;
}

/** How a convolution reads its field. */
export interface ConvOptions<
  K extends number,
  D extends number,
  B extends Boundary,
  V extends ArrayLike<number> = ArrayLike<number>,
  E extends number = 1,
  G extends number = 1,
> extends DepthwiseOptions<K, D, B, V, E> {
  /**
   * The number of groups of channels that are convolved separately, each to as many channels of the result; default
   * 1. Divides the channels before and after.
   */
  readonly groups?: G;
}

const ofWindow = { kernel: true, stride: true, boundary: true, dilation: true } as const;
const ofDepthwise = { ...ofWindow, ...biasedOptions } as const;
const ofConv = { ...ofWindow, groups: true, ...biasedOptions } as const;

type AnyOptions = ConvOptions<number, number, Boundary, ArrayLike<number>, number, number>;

const convolve = <S extends Shape>(
  self: Layer,
  axes: Axes,
  x: Tensor,
  channels: number,
  options: AnyOptions,
): Tensor<S> => {
  const operation = named('conv', axes);
  const { kernel = 3, stride = 1, boundary = 'zero', dilation = 1, groups = 1 } = options;
  const inputs = perGroup(operation, groups, channelsOf(operation, x, axes), channels);
  const window = sides(axes, kernel);
  return apply(
    operation,
    {
      op: 'conv',
      boundary,
      stride: sides(axes, stride),
      depthwise: false,
      ...spacing(axes, { dilation, groups }),
    },
    ...weighted(
      self,
      x,
      [...window, inputs, channels],
      channels,
      fansOf(window, inputs, channels / groups),
      options,
    ),
  );
};

const convolveEach = <S extends Shape>(
  self: Layer,
  axes: Axes,
  x: Tensor,
  options: AnyOptions,
): Tensor<S> => {
  const operation = named('depthwise', axes);
  const { kernel = 3, stride = 1, boundary = 'zero', dilation = 1 } = options;
  const channels = channelsOf(operation, x, axes);
  const window = sides(axes, kernel);
  return apply(
    operation,
    {
      op: 'conv',
      boundary,
      stride: sides(axes, stride),
      depthwise: true,
      ...spacing(axes, { dilation, groups: 1 }),
    },
    ...weighted(self, x, [...window, channels, 1], channels, fansOf(window, 1, 1), options),
  );
};

/**
 * Convolution of a field [H, W, C] to `channels` channels: out = weight * x + bias.
 *
 * Same size up to the stride (ceil(H / stride)), except with boundary 'none': floor((H - extent) / stride) + 1, with the
 * extent (kernel - 1) dilation + 1. Along each axis window i begins at i stride - floor((extent - 1) / 2), with boundary
 * 'none' at i stride; an odd kernel is centred, as in PyTorch with padding floor(extent / 2). Throws if the kernel is wider
 * than one period ('circular') or reaches past the opposite edge ('reflect'), or if the groups do not divide the channels.
 *
 * Parameters: weight [kernel, kernel, C / groups, channels], bias [channels].
 *
 * @example
 * const field = pipe(image, conv(16), relu, conv(2, { boundary: 'circular', bias: false }));
 * const halved = pipe(image, conv(16, { stride: 2 }));   // Tensor<readonly [32, 32, 16]>
 * const wide = pipe(halved, conv(8, { dilation: 4, groups: 2 }));   // Tensor<readonly [32, 32, 8]>
 */
export const conv = <
  const C extends number,
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends ArrayLike<number> = ArrayLike<number>,
  const E extends number = 1,
  const G extends number = 1,
>(
  channels: C,
  options: ConvOptions<K, D, B, V, E, G> = {},
) => {
  const self = layer('conv', checkedOptions('conv', options, ofConv).name);
  return <H extends number, W extends number, I extends number>(
    x: Tensor<readonly [H, W, I]> & Filled<'conv', readonly [K, K, FloorDiv<I, G>, C], V>,
  ): Tensor<readonly [ConvSize<H, K, D, B, E>, ConvSize<W, K, D, B, E>, Grouped<C, I, G>]> =>
    convolve(self, 2, x, channels, options);
};

/**
 * Convolution of a line [L, C]; as `conv`, with weight [kernel, C / groups, channels].
 *
 * @example
 * const filtered = pipe(line, conv1d(8, { kernel: 5, stride: 2 }));   // Tensor<readonly [64, 8]>
 */
export const conv1d = <
  const C extends number,
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends ArrayLike<number> = ArrayLike<number>,
  const E extends number = 1,
  const G extends number = 1,
>(
  channels: C,
  options: ConvOptions<K, D, B, V, E, G> = {},
) => {
  const self = layer('conv', checkedOptions('conv1d', options, ofConv).name);
  return <L extends number, I extends number>(
    x: Tensor<readonly [L, I]> & Filled<'conv1d', readonly [K, FloorDiv<I, G>, C], V>,
  ): Tensor<readonly [ConvSize<L, K, D, B, E>, Grouped<C, I, G>]> => convolve(self, 1, x, channels, options);
};

/**
 * Convolution of a volume [D, H, W, C]; as `conv`, with weight [kernel, kernel, kernel, C / groups, channels].
 *
 * @example
 * const halved = pipe(zeros(8, 8, 8, 1), conv3d(4, { stride: 2 }));   // Tensor<readonly [4, 4, 4, 4]>
 */
export const conv3d = <
  const C extends number,
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends ArrayLike<number> = ArrayLike<number>,
  const E extends number = 1,
  const G extends number = 1,
>(
  channels: C,
  options: ConvOptions<K, D, B, V, E, G> = {},
) => {
  const self = layer('conv', checkedOptions('conv3d', options, ofConv).name);
  return <P extends number, H extends number, W extends number, I extends number>(
    x: Tensor<readonly [P, H, W, I]> & Filled<'conv3d', readonly [K, K, K, FloorDiv<I, G>, C], V>,
  ): Tensor<
    readonly [ConvSize<P, K, D, B, E>, ConvSize<H, K, D, B, E>, ConvSize<W, K, D, B, E>, Grouped<C, I, G>]
  > => convolve(self, 3, x, channels, options);
};

/**
 * Depthwise convolution: each channel with a kernel of its own; sizes as for `conv`.
 *
 * Parameters: weight [kernel, kernel, C, 1], bias [C].
 *
 * Fused kernels read zeros beyond the edge: where the gradient at a site of the edge is infinite, that of a weight which
 * reads beyond it there is NaN, since 0 times an infinity is; `opByOp` leaves such places out.
 *
 * @example
 * const curvature = pipe(y, depthwise({ boundary: 'circular', init: 'laplacian', bias: false }));
 * const same = curvature;   // Tensor<readonly [64, 64, 2]>
 */
export const depthwise = <
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends ArrayLike<number> = ArrayLike<number>,
  const E extends number = 1,
>(
  options: DepthwiseOptions<K, D, B, V, E> = {},
) => {
  const self = layer('depthwise', checkedOptions('depthwise', options, ofDepthwise).name);
  return <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]> & Filled<'depthwise', readonly [K, K, C, 1], V>,
  ): Tensor<readonly [ConvSize<H, K, D, B, E>, ConvSize<W, K, D, B, E>, C]> =>
    convolveEach(self, 2, x, options);
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
  const V extends ArrayLike<number> = ArrayLike<number>,
  const E extends number = 1,
>(
  options: DepthwiseOptions<K, D, B, V, E> = {},
) => {
  const self = layer('depthwise', checkedOptions('depthwise1d', options, ofDepthwise).name);
  return <L extends number, C extends number>(
    x: Tensor<readonly [L, C]> & Filled<'depthwise1d', readonly [K, C, 1], V>,
  ): Tensor<readonly [ConvSize<L, K, D, B, E>, C]> => convolveEach(self, 1, x, options);
};

/**
 * Depthwise convolution of a volume [D, H, W, C]; as `depthwise`, with weight [kernel, kernel, kernel, C, 1].
 *
 * @example
 * const bend = pipe(zeros(8, 8, 8, 2), depthwise3d({ boundary: 'circular', init: 'laplacian', bias: false }));
 * const same = bend;   // Tensor<readonly [8, 8, 8, 2]>
 */
export const depthwise3d = <
  const K extends number = 3,
  const D extends number = 1,
  const B extends Boundary = 'zero',
  const V extends ArrayLike<number> = ArrayLike<number>,
  const E extends number = 1,
>(
  options: DepthwiseOptions<K, D, B, V, E> = {},
) => {
  const self = layer('depthwise', checkedOptions('depthwise3d', options, ofDepthwise).name);
  return <P extends number, H extends number, W extends number, C extends number>(
    x: Tensor<readonly [P, H, W, C]> & Filled<'depthwise3d', readonly [K, K, K, C, 1], V>,
  ): Tensor<readonly [ConvSize<P, K, D, B, E>, ConvSize<H, K, D, B, E>, ConvSize<W, K, D, B, E>, C]> =>
    convolveEach(self, 3, x, options);
};
