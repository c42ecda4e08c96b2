/** VJPs and JVPs of convolutions, dense layers and pooling. */

import type { Boundary, OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { chosenTaps } from './extremes.js';
import { outer } from './outer.js';
import {
  add,
  affine,
  alongLast,
  axesOf,
  broadcast,
  by,
  concat,
  mul,
  padded,
  reshape,
  sliceAxis,
  sum,
  total,
  transpose,
} from './raw.js';
import { marginsOf, readTap, readTapAdjoint, tapsOf, withMargins, withMarginsAdjoint } from './windows.js';

/** The cotangents of an operation's inputs; undefined where there is none, or none is wanted. */
export type Cotangents = readonly (Tensor | undefined)[];
/** For each input of an operation, whether its cotangent is wanted. */
export type Wanted = readonly boolean[];

/** All but the last axis. */
const sites = (x: Tensor): Shape => axesOf(x).slice(0, -1);

const when = (wanted: boolean | undefined, make: () => Tensor): Tensor | undefined =>
  wanted ? make() : undefined;

/** A kernel's cotangent, tap by tap: the product of the values that the tap reads and the cotangents of the windows. */
const kernelVjp = (
  kernel: Shape,
  stride: Shape,
  windows: Shape,
  x: Tensor,
  product: (seen: Tensor) => Tensor,
): Tensor => {
  const taps = tapsOf(kernel).map((tap) => {
    const one = product(readTap(tap, stride, windows, x));
    return reshape([1, ...shapeOf(one)], one);
  });
  const all = concat(0, taps);
  return reshape([...kernel, ...shapeOf(all).slice(1)], all);
};

export const convVjp = (
  op: OpOf<'conv'>,
  [x, w, bias]: readonly Tensor[],
  cotangent: Tensor,
  [wantsX, wantsW]: Wanted,
): Cotangents => {
  const sizes = shapeOf(x).slice(0, -1);
  const kernel = shapeOf(w).slice(0, -2);
  const windows = shapeOf(cotangent).slice(0, -1);
  const margins = marginsOf(op, sizes, kernel);
  const wide = sizes.map((n, axis) => margins[axis][0] + n + margins[axis][1]);
  return [
    when(wantsX, () => {
      const spreadOut = op.depthwise
        ? depthwiseInputVjp(op, w, cotangent, wide)
        : toSizes(wide, by({ op: 'convTranspose', stride: op.stride }, cotangent, w));
      return withMarginsAdjoint(op.boundary, margins, sizes, spreadOut);
    }),
    when(wantsW, () => {
      const field = withMargins(op.boundary, margins, x);
      return kernelVjp(kernel, op.stride, windows, field, (seen) =>
        op.depthwise ? depthwiseOuter(w, seen, cotangent) : outer(seen, cotangent),
      );
    }),
    bias === undefined ? undefined : total(sites(cotangent), cotangent),
  ];
};

/** Pads each axis with zeros at its end up to a size: with a stride the last sites may not be read by any window. */
const toSizes = (sizes: Shape, x: Tensor): Tensor =>
  sizes.reduce((field, n, axis) => padded(axis, 0, n - shapeOf(field)[axis], field), x);

/** A depthwise kernel's values at one tap, [C, multiplier]. */
const atTap = (w: Tensor, number: number): Tensor => {
  const [channels, multiplier] = shapeOf(w).slice(-2);
  const all = reshape([volume(shapeOf(w)) / (channels * multiplier), channels, multiplier], w);
  return reshape([channels, multiplier], sliceAxis(0, number, 1, all));
};

/** The input's cotangent of a depthwise convolution, tap by tap: the language has no depthwise transposed convolution. */
const depthwiseInputVjp = (op: OpOf<'conv'>, w: Tensor, cotangent: Tensor, wide: Shape): Tensor => {
  const kernel = shapeOf(w).slice(0, -2);
  const [channels, multiplier] = shapeOf(w).slice(-2);
  const windows = shapeOf(cotangent).slice(0, -1);
  const count = volume(windows);
  const cotangents = reshape([count, channels, multiplier], cotangent);
  return tapsOf(kernel)
    .map((tap, number) => {
      const weight = broadcast(
        [count, channels, multiplier],
        reshape([1, channels, multiplier], atTap(w, number)),
      );
      const one = reshape([...windows, channels], total([2], mul(cotangents, weight)));
      return readTapAdjoint(tap, op.stride, wide, one);
    })
    .reduce(add);
};

/** sum over sites of x[site, c] g[site, c, m]. */
const depthwiseOuter = (w: Tensor, x: Tensor, cotangent: Tensor): Tensor => {
  const [channels, multiplier] = shapeOf(w).slice(-2);
  const count = volume(shapeOf(x)) / channels;
  const all = [count, channels, multiplier];
  return total([0], mul(broadcast(all, reshape([count, channels, 1], x)), reshape(all, cotangent)));
};

export const convTransposeVjp = (
  op: OpOf<'convTranspose'>,
  [x, w, bias]: readonly Tensor[],
  cotangent: Tensor,
  [wantsX, wantsW]: Wanted,
): Cotangents => [
  when(wantsX, () => by({ op: 'conv', boundary: 'none', stride: op.stride, depthwise: false }, cotangent, w)),
  when(wantsW, () =>
    kernelVjp(shapeOf(w).slice(0, -2), op.stride, shapeOf(x).slice(0, -1), cotangent, (seen) =>
      outer(seen, x),
    ),
  ),
  bias === undefined ? undefined : total(sites(cotangent), cotangent),
];

export const denseVjp = (
  [x, w, bias]: readonly Tensor[],
  cotangent: Tensor,
  [wantsX, wantsW]: Wanted,
): Cotangents => [
  when(wantsX, () => by({ op: 'dense' }, cotangent, transpose([1, 0], w))),
  when(wantsW, () => outer(x, cotangent)),
  bias === undefined ? undefined : total(sites(cotangent), cotangent),
];

export const poolVjp = (op: OpOf<'pool'>, x: Tensor, y: Tensor, cotangent: Tensor): Tensor => {
  const sizes = shapeOf(x).slice(0, -1);
  const taps = tapsOf(op.size);
  const shares =
    op.fn === 'mean'
      ? taps.map(() => affine(1 / taps.length, cotangent))
      : chosenTaps(op, x, y).map((first) => mul(first, cotangent));
  return taps.map((tap, i) => readTapAdjoint(tap, op.stride, sizes, shares[i])).reduce(add);
};

export const poolJvp = (op: OpOf<'pool'>, x: Tensor, y: Tensor, dx: Tensor): Tensor => {
  if (op.fn === 'mean') return by(op, dx);
  const windows = shapeOf(y).slice(0, -1);
  const taps = tapsOf(op.size);
  return chosenTaps(op, x, y)
    .map((first, i) => mul(first, readTap(taps[i], op.stride, windows, dx)))
    .reduce(add);
};

type Linear = OpOf<'conv' | 'convTranspose' | 'dense'>;

/** Bilinear in x and the weight, and linear in the bias. */
export const weightedJvp = (
  op: Linear,
  [x, w]: readonly Tensor[],
  [dx, dw, dbias]: readonly (Tensor | undefined)[],
  shape: Shape,
): Tensor | undefined => {
  // A fixed value beyond the edge does not change with x.
  const fixed: Boundary = 'zero';
  const ofX: Linear = op.op === 'conv' && typeof op.boundary === 'object' ? { ...op, boundary: fixed } : op;
  return sum(
    dx === undefined ? undefined : by(ofX, dx, w),
    dw === undefined ? undefined : by(op, x, dw),
    dbias === undefined ? undefined : alongLast(shape, dbias),
  );
};
