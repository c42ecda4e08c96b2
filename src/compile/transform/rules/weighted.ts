/** VJPs and JVPs of convolutions, dense layers and pooling. */

import { product } from '../../../dsl/functions/einsum.js';
import { dilationOf, extentsOf, type Margin, marginsOf, sidesOf } from '../../../dsl/kernel.js';
import type { Boundary, OpOf } from '../../../dsl/op.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../../dsl/tensor.js';
import {
  add,
  affine,
  alongLast,
  axesOf,
  by,
  concat,
  mul,
  padded,
  reshape,
  reverse,
  rows,
  sum,
  total,
  transpose,
} from '../raw.js';
import { chosenTaps } from './extremes.js';
import { outer } from './outer.js';
import { readTap, readTapAdjoint, tapsOf, withMargins, withMarginsAdjoint } from './windows.js';

/** The cotangents of an operation's inputs; undefined if there is none, or if it is not wanted. */
export type Cotangents = readonly (Tensor | undefined)[];
/** For each input of an operation, whether its cotangent is wanted. */
export type Wanted = readonly boolean[];

/** All but the last axis. */
const sites = (x: Tensor): Shape => axesOf(x).slice(0, -1);

const when = (wanted: boolean | undefined, make: () => Tensor): Tensor | undefined =>
  wanted ? make() : undefined;

/** A kernel's cotangent, tap by tap: the product of the values that the tap reads and the cotangents of the windows. */
const kernelVjp = (
  taps: readonly Shape[],
  weight: Shape,
  stride: Shape,
  windows: Shape,
  x: Tensor,
  product: (seen: Tensor) => Tensor,
): Tensor => {
  const parts = taps.map((tap) => {
    const one = product(readTap(tap, stride, windows, x));
    return reshape([1, ...shapeOf(one)], one);
  });
  return reshape(weight, concat(0, parts));
};

export const convVjp = (
  op: OpOf<'conv'>,
  [x, w, bias]: readonly Tensor[],
  cotangent: Tensor,
  [wantsX, wantsW]: Wanted,
): Cotangents => {
  const sizes = shapeOf(x).slice(0, -1);
  const kernel = sidesOf(shapeOf(w));
  const windows = shapeOf(cotangent).slice(0, -1);
  const margins = marginsOf(op, sizes, kernel);
  return [
    when(wantsX, () => {
      if (isOwnAdjoint(op, kernel)) return mirrored(op, op.boundary, w, cotangent);
      if (isRing(op)) return mirrored(op, 'none', w, withMargins('circular', margins.map(turned), cotangent));
      const wide = sizes.map((n, axis) => margins[axis][0] + n + margins[axis][1]);
      const spreadOut = isPlain(op, kernel)
        ? toSizes(wide, by({ op: 'convTranspose', stride: op.stride }, cotangent, w))
        : mirrored(op, 'none', w, spreadForMirror(op, kernel, wide, cotangent));
      return withMarginsAdjoint(op.boundary, margins, sizes, spreadOut);
    }),
    when(wantsW, () => {
      const field = withMargins(op.boundary, margins, x);
      const taps = tapsOf(kernel, dilationOf(op));
      return kernelVjp(taps, shapeOf(w), op.stride, windows, field, (seen) =>
        op.depthwise || op.groups !== undefined
          ? outerByGroups(groupsOf(op, w), seen, cotangent)
          : outer(seen, cotangent),
      );
    }),
    bias === undefined ? undefined : total(sites(cotangent), cotangent),
  ];
};

/** Pads each axis with zeros at its end up to a size: with a stride the last sites may not be read by any window. */
const toSizes = (sizes: Shape, x: Tensor): Tensor =>
  sizes.reduce((field, n, axis) => padded(axis, 0, n - shapeOf(field)[axis], field), x);

/** Whether a transposed convolution of the language is its adjoint. */
const isPlain = (op: OpOf<'conv'>, kernel: Shape): boolean =>
  !op.depthwise && op.groups === undefined && op.dilation === undefined && kernel.length <= 2;

/** Whether the same convolution with a mirrored kernel is its adjoint. */
const isOwnAdjoint = (op: OpOf<'conv'>, kernel: Shape): boolean =>
  (isRing(op) || (!isPlain(op, kernel) && op.boundary === 'zero' && op.stride.every((s) => s === 1))) &&
  extentsOf(op, kernel).every((extent) => extent % 2 === 1);

/**
 * Whether a convolution is the same at every site of a ring. Then so is its adjoint, and it is written so that one sees
 * it: windows of a ring, the other way around.
 */
const isRing = ({ boundary, stride }: OpOf<'conv'>): boolean =>
  boundary === 'circular' && stride.every((s) => s === 1);

const turned = ([before, after]: Margin): Margin => [after, before];

/** The groups of a convolution; depthwise, each channel is one. */
const groupsOf = (op: OpOf<'conv'>, w: Tensor): number =>
  op.depthwise ? (shapeOf(w).at(-2) ?? 1) : (op.groups ?? 1);

/**
 * A convolution with the kernel mirrored at its centre, and the input and output channels of each group exchanged.
 */
const mirrored = (op: OpOf<'conv'>, boundary: Boundary, w: Tensor, x: Tensor): Tensor => {
  const kernel = sidesOf(shapeOf(w));
  const groups = groupsOf(op, w);
  const all = shapeOf(x)[kernel.length];
  const [from, to] = [volume(shapeOf(w).slice(-2)) / all, all / groups];
  const taps = reshape([volume(kernel), from, groups, to], w);
  const exchanged = transpose([0, 3, 2, 1], reverse([0], taps));
  const plain: OpOf<'conv'> = {
    op: 'conv',
    boundary,
    stride: kernel.map(() => 1),
    depthwise: false,
    ...(op.dilation === undefined ? {} : { dilation: op.dilation }),
  };
  return to === 1 && from === 1
    ? by({ ...plain, depthwise: true }, x, reshape([...kernel, groups, 1], exchanged))
    : by(groups === 1 ? plain : { ...plain, groups }, x, reshape([...kernel, to, groups * from], exchanged));
};

/** Cotangents a stride apart, with zeros around them, so that every site of the field is a window of the mirrored kernel. */
const spreadForMirror = (op: OpOf<'conv'>, kernel: Shape, wide: Shape, cotangent: Tensor): Tensor => {
  const extents = extentsOf(op, kernel);
  const sizes = kernel.map((_, axis) => (shapeOf(cotangent)[axis] - 1) * op.stride[axis] + 1);
  const apart = readTapAdjoint(
    kernel.map(() => 0),
    op.stride,
    sizes,
    cotangent,
  );
  return wide.reduce((field, n, axis) => padded(axis, extents[axis] - 1, n - sizes[axis], field), apart);
};

/** sum over sites of x[site, group, i] g[site, group, o]: [i, group, o]. */
const outerByGroups = (groups: number, x: Tensor, cotangent: Tensor): Tensor => {
  const grouped = (y: Tensor): Tensor => {
    const [count, channels] = shapeOf(rows(y));
    return reshape([count, groups, channels / groups], y);
  };
  return product(
    { a: ['s', 'g', 'i'], b: ['s', 'g', 'o'], out: ['i', 'g', 'o'] },
    grouped(x),
    grouped(cotangent),
  );
};

export const convTransposeVjp = (
  op: OpOf<'convTranspose'>,
  [x, w, bias]: readonly Tensor[],
  cotangent: Tensor,
  [wantsX, wantsW]: Wanted,
): Cotangents => [
  when(wantsX, () => by({ op: 'conv', boundary: 'none', stride: op.stride, depthwise: false }, cotangent, w)),
  when(wantsW, () =>
    kernelVjp(
      tapsOf(sidesOf(shapeOf(w))),
      shapeOf(w),
      op.stride,
      shapeOf(x).slice(0, -1),
      cotangent,
      (seen) => outer(seen, x),
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
