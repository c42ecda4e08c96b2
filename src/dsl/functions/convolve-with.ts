/** Convolutions whose kernel is an expression: made symmetric, fixed, or different for each sample. */

import * as E from 'fp-ts/lib/Either.js';
import { marginOf } from '../kernel.js';
import type { Boundary } from '../op.js';
import type { Shape, Times } from '../shape.js';
import { convShape } from '../shape-rules.js';
import { apply, isTensor, refuse, shapeOf, type Tensor, tensor } from '../tensor.js';
import { product } from './einsum.js';
import { padded } from './pad.js';

type Edge = Exclude<Boundary, 'none'>;

/** As many sizes as R has. */
type AsMany<R extends Shape> = { readonly [K in keyof R]: number };

/** The entries that the windows of some taps see of an axis, one window after the other; n windows. */
export const windowPlaces = (n: number, taps: number): Shape =>
  Array.from({ length: n * taps }, (_, i) => Math.floor(i / taps) + (i % taps));

/** The values of each window, with the taps of an axis after its sites: [H, W, C] → [H, kh, W, kw, C]. */
const windowsOf = (operation: string, x: Tensor, kernel: Shape, boundary: Edge): Tensor => {
  const spatial = shapeOf(x).slice(0, -1);
  const margins = spatial.map((n, axis) => marginOf(n, kernel[axis], 1));
  const seen = spatial.reduce<Tensor>(
    (so, n, axis) => apply(operation, { op: 'gather', axis, indices: windowPlaces(n, kernel[axis]) }, so),
    padded(operation, margins, boundary, x),
  );
  const shape = [...spatial.flatMap((n, axis) => [n, kernel[axis]]), ...shapeOf(x).slice(-1)];
  return apply(operation, { op: 'reshape', shape }, seen);
};

/** Letters of the axes of a field, and of a kernel. */
const [sites, taps] = [
  ['p', 'q', 'r'],
  ['x', 'y', 'z'],
];

/**
 * The sum over the taps of each window, for kernels that differ between samples: a product of two per-sample values.
 */
const convolvedBySample = (
  operation: string,
  x: Tensor,
  kernel: Tensor,
  boundary: Edge,
  depthwise: boolean,
): Tensor => {
  const spatial = shapeOf(x).slice(0, -1);
  const sizes = shapeOf(kernel).slice(0, -2);
  const [at, by] = [sites.slice(0, spatial.length), taps.slice(0, spatial.length)];
  const formula = {
    a: [...at.flatMap((site, axis) => [site, by[axis]]), 'c'],
    b: [...by, 'c', 'd'],
    out: depthwise ? [...at, 'c', 'd'] : [...at, 'd'],
  };
  const result = product(formula, windowsOf(operation, x, sizes, boundary), kernel);
  const [inputs, outputs] = shapeOf(kernel).slice(-2);
  return depthwise
    ? apply(operation, { op: 'reshape', shape: [...spatial, inputs * outputs] }, result)
    : result;
};

const convolved = <S extends Shape>(
  operation: string,
  x: Tensor,
  kernel: Tensor,
  boundary: Edge,
  depthwise: boolean,
): Tensor<S> => {
  const op = {
    op: 'conv',
    boundary,
    stride: shapeOf(x)
      .slice(0, -1)
      .map(() => 1),
    depthwise,
  } as const;
  if (!isTensor(kernel) || !kernel.expr.facts.perSample) return apply(operation, op, x, kernel);
  const shape = convShape(op, [shapeOf(x), shapeOf(kernel)]);
  return E.isLeft(shape)
    ? refuse(operation, shape.left)
    : tensor(convolvedBySample(operation, x, kernel, boundary, depthwise).expr);
};

/**
 * Convolution with a kernel that is itself an expression, such as one made symmetric or fixed data; of the same size,
 * without a bias. Of a line [L, C] the kernel is [k, C, channels], of a grid [H, W, C] it is [k, k, C, channels], of a
 * volume [D, H, W, C] likewise.
 *
 * A kernel that differs between samples (fast weights, a kernel that a network makes) is multiplied with all windows of
 * the field, which take the memory of the field times the taps of the kernel.
 *
 * @example
 * const laplacian = data([0, 1, 0, 1, -4, 1, 0, 1, 0], 3, 3, 1, 1);
 * const force = convolveWith(channels(y, 0, 1), laplacian, 'zero');   // Tensor<readonly [64, 64, 1]>
 * const slope = convolveWith(line, zeros(3, 4, 1), 'circular');       // Tensor<readonly [128, 1]>
 */
export const convolveWith = <
  R extends Shape,
  I extends number,
  C extends number,
  const B extends Edge = 'zero',
>(
  x: Tensor<readonly [...R, I]>,
  kernel: Tensor<readonly [...AsMany<R>, NoInfer<I>, C]>,
  boundary?: B,
): Tensor<readonly [...R, C]> => convolved('convolveWith', x, kernel, boundary ?? 'zero', false);

/**
 * The same, each channel with kernels of its own: of a grid [H, W, C] and a kernel [k, k, C, M] the result is
 * [H, W, C M], kernel m of channel c at c M + m.
 *
 * @example
 * const slopes = data([-0.5, 0, 0.5, -0.5, 0, 0.5], 3, 2, 1);
 * const rise = depthwiseWith(zeros(32, 2), slopes, 'reflect');   // Tensor<readonly [32, 2]>
 */
export const depthwiseWith = <
  R extends Shape,
  I extends number,
  M extends number,
  const B extends Edge = 'zero',
>(
  x: Tensor<readonly [...R, I]>,
  kernel: Tensor<readonly [...AsMany<R>, NoInfer<I>, M]>,
  boundary?: B,
): Tensor<readonly [...R, Times<I, M>]> => convolved('depthwiseWith', x, kernel, boundary ?? 'zero', true);
