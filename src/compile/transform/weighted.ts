/** Derivatives of what has weights: convolutions, dense layers; and of pooling, whose windows they share. */

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
  part,
  reshape,
  sum,
  total,
  transpose,
} from './raw.js';
import { marginsOf, seenBy, shownTo, tapsOf, withMargins, withoutMargins } from './windows.js';

/** What x, the weight and the bias are owed, and which of them is asked for. */
export type Owed = readonly (Tensor | undefined)[];
export type Wanted = readonly boolean[];

/** All but the last axis. */
const sites = (x: Tensor): Shape => axesOf(x).slice(0, -1);

const when = (wanted: boolean | undefined, make: () => Tensor): Tensor | undefined =>
  wanted ? make() : undefined;

/** A kernel's gradient tap by tap: what each window sees there, times what the window is owed. */
const kernelOwed = (
  kernel: Shape,
  stride: Shape,
  windows: Shape,
  x: Tensor,
  product: (seen: Tensor) => Tensor,
): Tensor => {
  const taps = tapsOf(kernel).map((tap) => {
    const one = product(seenBy(tap, stride, windows, x));
    return reshape([1, ...shapeOf(one)], one);
  });
  const all = concat(0, taps);
  return reshape([...kernel, ...shapeOf(all).slice(1)], all);
};

export const convOwed = (
  op: OpOf<'conv'>,
  [x, w, bias]: readonly Tensor[],
  g: Tensor,
  [wantsX, wantsW]: Wanted,
): Owed => {
  const sizes = shapeOf(x).slice(0, -1);
  const kernel = shapeOf(w).slice(0, -2);
  const windows = shapeOf(g).slice(0, -1);
  const margins = marginsOf(op, sizes, kernel);
  const wide = sizes.map((n, axis) => margins[axis][0] + n + margins[axis][1]);
  return [
    when(wantsX, () => {
      const spreadOut = op.depthwise
        ? eachSpread(op, w, g, wide)
        : toSizes(wide, by({ op: 'convTranspose', stride: op.stride }, g, w));
      return withoutMargins(op.boundary, margins, sizes, spreadOut);
    }),
    when(wantsW, () => {
      const field = withMargins(op.boundary, margins, x);
      return kernelOwed(kernel, op.stride, windows, field, (seen) =>
        op.depthwise ? eachOuter(w, seen, g) : outer(seen, g),
      );
    }),
    bias === undefined ? undefined : total(sites(g), g),
  ];
};

/** Zeros after each axis up to a size: windows of a stride may leave the last sites unseen. */
const toSizes = (sizes: Shape, x: Tensor): Tensor =>
  sizes.reduce((field, n, axis) => padded(axis, 0, n - shapeOf(field)[axis], field), x);

/** A depthwise kernel's values at one tap, [C, multiplier]. */
const atTap = (w: Tensor, number: number): Tensor => {
  const [channels, multiplier] = shapeOf(w).slice(-2);
  const all = reshape([volume(shapeOf(w)) / (channels * multiplier), channels, multiplier], w);
  return reshape([channels, multiplier], part(0, number, 1, all));
};

/** What each channel of the field is owed by its own kernel: tap by tap, since no transposed convolution is depthwise. */
const eachSpread = (op: OpOf<'conv'>, w: Tensor, g: Tensor, wide: Shape): Tensor => {
  const kernel = shapeOf(w).slice(0, -2);
  const [channels, multiplier] = shapeOf(w).slice(-2);
  const windows = shapeOf(g).slice(0, -1);
  const count = volume(windows);
  const owed = reshape([count, channels, multiplier], g);
  return tapsOf(kernel)
    .map((tap, number) => {
      const weight = broadcast(
        [count, channels, multiplier],
        reshape([1, channels, multiplier], atTap(w, number)),
      );
      const one = reshape([...windows, channels], total([2], mul(owed, weight)));
      return shownTo(tap, op.stride, wide, one);
    })
    .reduce(add);
};

/** sum over sites of x[site, c] g[site, c, m]. */
const eachOuter = (w: Tensor, x: Tensor, g: Tensor): Tensor => {
  const [channels, multiplier] = shapeOf(w).slice(-2);
  const count = volume(shapeOf(x)) / channels;
  const all = [count, channels, multiplier];
  return total([0], mul(broadcast(all, reshape([count, channels, 1], x)), reshape(all, g)));
};

export const convTransposeOwed = (
  op: OpOf<'convTranspose'>,
  [x, w, bias]: readonly Tensor[],
  g: Tensor,
  [wantsX, wantsW]: Wanted,
): Owed => [
  when(wantsX, () => by({ op: 'conv', boundary: 'none', stride: op.stride, depthwise: false }, g, w)),
  when(wantsW, () =>
    kernelOwed(shapeOf(w).slice(0, -2), op.stride, shapeOf(x).slice(0, -1), g, (seen) => outer(seen, x)),
  ),
  bias === undefined ? undefined : total(sites(g), g),
];

export const denseOwed = ([x, w, bias]: readonly Tensor[], g: Tensor, [wantsX, wantsW]: Wanted): Owed => [
  when(wantsX, () => by({ op: 'dense' }, g, transpose([1, 0], w))),
  when(wantsW, () => outer(x, g)),
  bias === undefined ? undefined : total(sites(g), g),
];

export const poolOwed = (op: OpOf<'pool'>, x: Tensor, y: Tensor, g: Tensor): Tensor => {
  const sizes = shapeOf(x).slice(0, -1);
  const taps = tapsOf(op.size);
  const shares =
    op.fn === 'mean'
      ? taps.map(() => affine(1 / taps.length, g))
      : chosenTaps(op, x, y).map((first) => mul(first, g));
  return taps.map((tap, i) => shownTo(tap, op.stride, sizes, shares[i])).reduce(add);
};

export const poolMoved = (op: OpOf<'pool'>, x: Tensor, y: Tensor, dx: Tensor): Tensor => {
  if (op.fn === 'mean') return by(op, dx);
  const windows = shapeOf(y).slice(0, -1);
  const taps = tapsOf(op.size);
  return chosenTaps(op, x, y)
    .map((first, i) => mul(first, seenBy(taps[i], op.stride, windows, dx)))
    .reduce(add);
};

type Linear = OpOf<'conv' | 'convTranspose' | 'dense'>;

/** Bilinear in x and the weight, and linear in the bias. */
export const weightedMoved = (
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
