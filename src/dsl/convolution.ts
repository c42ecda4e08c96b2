/** Convolutions and pooling: what a site learns from its neighbours. */

import type { InitialiserName } from './initialiser.js';
import { type Layer, layer, parameterOf } from './layer.js';
import type { Boundary, Op } from './op.js';
import { type CeilDiv, type Shape, type Upsampled, volume, type Windows } from './shape.js';
import { apply, refuse, shapeOf, type Tensor } from './tensor.js';

/** The size along an axis after a convolution with kernel K, stride D and boundary B. */
export type ConvSize<
  N extends number,
  K extends number,
  D extends number,
  B extends Boundary,
> = B extends 'none' ? Windows<N, K, D> : CeilDiv<N, D>;

/** How a convolution reads its field. Sides of the kernel and strides are the same along both axes. */
export interface ConvOptions<K extends number, D extends number, B extends Boundary> {
  /** Side of the kernel; default 3. */
  readonly kernel?: K;
  /** Default 1. */
  readonly stride?: D;
  /** What lies beyond the edge; default 'zero'. */
  readonly boundary?: B;
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
  /** Of the weight; default 'pytorch'. The bias starts as PyTorch's, ±1/sqrt(fanIn), with it, else at zero. */
  readonly init?: InitialiserName;
  /** Instead of `conv1`, `conv2`, ... */
  readonly name?: string;
}

interface Resolved {
  readonly kernel: number;
  readonly stride: number;
  readonly boundary: Boundary;
  readonly bias: boolean;
  readonly init: InitialiserName;
}

const resolve = (options: ConvOptions<number, number, Boundary>): Resolved => ({
  kernel: options.kernel ?? 3,
  stride: options.stride ?? 1,
  boundary: options.boundary ?? 'zero',
  bias: options.bias ?? true,
  init: options.init ?? 'pytorch',
});

const biasInit = (init: InitialiserName): InitialiserName => (init === 'pytorch' ? 'pytorch' : 'zeros');

/** x, the weight and, where wanted, the bias: the inputs of a weighted primitive. */
const weighted = (
  self: Layer,
  x: Tensor,
  weight: Shape,
  fanIn: number,
  fanOut: number,
  biasSize: number,
  { bias, init }: Pick<Resolved, 'bias' | 'init'>,
): readonly Tensor[] => [
  x,
  parameterOf(self, 'weight', weight, { init, fanIn, fanOut }),
  ...(bias ? [parameterOf(self, 'bias', [biasSize], { init: biasInit(init), fanIn, fanOut })] : []),
];

const lastOf = (shape: Shape): number => shape[shape.length - 1];

/** A field of `rank` spatial axes, or the sentence that says what was expected. */
const spatialRank = (operation: string, x: Tensor, rank: 1 | 2): void => {
  const shape = shapeOf(x);
  if (shape.length !== rank + 1)
    refuse(operation, `expected a field ${rank === 2 ? '[H,W,C]' : '[L,C]'}, got [${shape.join(',')}]`);
};

const dense = (
  operation: string,
  self: Layer,
  rank: 1 | 2,
  x: Tensor,
  channels: number,
  options: Resolved,
): readonly [Op & { op: 'conv' }, ...Tensor[]] => {
  spatialRank(operation, x, rank);
  const kernel = Array.from({ length: rank }, () => options.kernel);
  const inputs = lastOf(shapeOf(x));
  return [
    {
      op: 'conv',
      boundary: options.boundary,
      stride: kernel.map(() => options.stride),
      depthwise: false,
    },
    ...weighted(
      self,
      x,
      [...kernel, inputs, channels],
      volume(kernel) * inputs,
      volume(kernel) * channels,
      channels,
      options,
    ),
  ];
};

/**
 * Convolution of a field [H, W, C] to `channels` channels: out = weight * x + bias.
 *
 * Same size up to the stride (ceil(H / stride)), except with boundary 'none': floor((H - kernel) / stride) + 1.
 * Along each axis window i begins at i stride - floor((kernel - 1) / 2), with boundary 'none' at i stride; an odd
 * kernel is centred, as in PyTorch with padding floor(kernel / 2). Refuses a kernel that reaches further than its
 * boundary can tell: 'circular' one turn, 'reflect' the far edge.
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
>(
  channels: C,
  options: ConvOptions<K, D, B> = {},
) => {
  const self = layer('conv', options.name);
  return <H extends number, W extends number, I extends number>(
    x: Tensor<readonly [H, W, I]>,
  ): Tensor<readonly [ConvSize<H, K, D, B>, ConvSize<W, K, D, B>, C]> =>
    apply('conv', ...dense('conv', self, 2, x, channels, resolve(options)));
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
>(
  channels: C,
  options: ConvOptions<K, D, B> = {},
) => {
  const self = layer('conv', options.name);
  return <L extends number, I extends number>(
    x: Tensor<readonly [L, I]>,
  ): Tensor<readonly [ConvSize<L, K, D, B>, C]> =>
    apply('conv1d', ...dense('conv1d', self, 1, x, channels, resolve(options)));
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
>(
  options: ConvOptions<K, D, B> = {},
) => {
  const self = layer('depthwise', options.name);
  const { kernel, stride, boundary, ...rest } = resolve(options);
  return <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [ConvSize<H, K, D, B>, ConvSize<W, K, D, B>, C]> => {
    spatialRank('depthwise', x, 2);
    const channels = lastOf(shapeOf(x));
    const fan = kernel * kernel;
    return apply(
      'depthwise',
      { op: 'conv', boundary, stride: [stride, stride], depthwise: true },
      ...weighted(self, x, [kernel, kernel, channels, 1], fan, fan, channels, rest),
    );
  };
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

/** How a transposed convolution spreads its field. */
export interface ConvTransposeOptions<K extends number, D extends number> {
  /** Default 2. */
  readonly kernel?: K;
  /** Default 2. */
  readonly stride?: D;
  /** Whether a bias is added; default true. */
  readonly bias?: boolean;
  /** Of the weight; default 'pytorch'. */
  readonly init?: InitialiserName;
  /** Instead of `convTranspose1`, `convTranspose2`, ... */
  readonly name?: string;
}

/**
 * Transposed convolution [H, W, C] → [(H-1) stride + kernel, ..., channels]: the usual way up in a U-Net.
 *
 * Parameters: weight [kernel, kernel, channels, C], bias [channels]. As PyTorch counts it, a transposed
 * convolution's fan-in is channels * kernel^2.
 *
 * @example
 * const large = pipe(y, convTranspose(8));   // Tensor<readonly [128, 128, 8]>
 */
export const convTranspose = <const C extends number, const K extends number = 2, const D extends number = 2>(
  channels: C,
  options: ConvTransposeOptions<K, D> = {},
) => {
  const self = layer('convTranspose', options.name);
  const kernel: number = options.kernel ?? 2;
  const stride: number = options.stride ?? 2;
  const rest = { bias: options.bias ?? true, init: options.init ?? ('pytorch' as const) };
  return <H extends number, W extends number, I extends number>(
    x: Tensor<readonly [H, W, I]>,
  ): Tensor<readonly [Upsampled<H, K, D>, Upsampled<W, K, D>, C]> => {
    spatialRank('convTranspose', x, 2);
    const inputs = lastOf(shapeOf(x));
    const area = kernel * kernel;
    return apply(
      'convTranspose',
      { op: 'convTranspose', stride: [stride, stride] },
      ...weighted(
        self,
        x,
        [kernel, kernel, channels, inputs],
        area * channels,
        area * inputs,
        channels,
        rest,
      ),
    );
  };
};

const pool =
  (fn: 'max' | 'mean') =>
  <const K extends number, const D extends number = K>(size: K, stride?: D) =>
  <H extends number, W extends number, C extends number>(
    x: Tensor<readonly [H, W, C]>,
  ): Tensor<readonly [Windows<H, K, D>, Windows<W, K, D>, C]> => {
    spatialRank(`${fn}Pool`, x, 2);
    const step: number = stride ?? size;
    return apply(`${fn}Pool`, { op: 'pool', fn, size: [size, size], stride: [step, step] }, x);
  };

/**
 * The largest of each window. Windows lie wholly inside the field, floor((H - size) / stride) + 1 of them; the stride
 * is the window's size by default, so an odd field loses its last row and column. Refuses a window larger than the
 * field.
 *
 * @example
 * const small = pipe(y, maxPool(2));   // Tensor<readonly [32, 32, 2]>
 */
export const maxPool = pool('max');
/**
 * The mean of each window; windows as for `maxPool`.
 *
 * @example
 * const overlapping = pipe(y, meanPool(3, 1));   // Tensor<readonly [62, 62, 2]>
 */
export const meanPool = pool('mean');
