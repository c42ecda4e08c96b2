/**
 * Convolutions and pooling of fields of any number of axes, in terms of those that every engine has: windows of planes
 * [N, H, W, C], without dilation or groups. A volume is a pile of planes, and each window of it the sum of windows of a few
 * planes that lie apart; a dilated kernel sees every n-th row, so rows that are n apart make a plane of their own.
 *
 * Written once for arrays of any kind: of an engine, or of an exported graph. Only `reshape` sees arrays of more than
 * four axes. The order of sums is fixed, so results have the same bits on the same engine.
 */

import { dilationOf, extentsOf, type Margin, marginsOf, sidesOf } from '../dsl/kernel.js';
import type { Boundary, OpOf } from '../dsl/op.js';
import { ceilDiv, type Shape, upsampled, volume, windows } from '../dsl/shape.js';

export type Pair = readonly [number, number];

/** Operations on arrays; the first size of an array may be -1, the number of samples. */
export interface PlaneArrays<A> {
  readonly shapeOf: (x: A) => Shape;
  readonly reshape: (x: A, shape: Shape) => A;
  readonly transpose: (x: A, axes: Shape) => A;
  /** Of three axes, along the middle one. */
  readonly slice: (x: A, begin: number, size: number) => A;
  readonly reverse: (x: A) => A;
  readonly pad: (x: A, margin: Margin, value: number) => A;
  /** Of three axes, along the middle one. */
  readonly concat: (parts: readonly A[]) => A;
  readonly add: (a: A, b: A) => A;
  /** Windows inside of planes [N, H, W, C]. */
  readonly conv: (x: A, w: A, stride: Pair, depthwise: boolean) => A;
  /** Of planes, with a kernel [kh, kw, out, in]. */
  readonly convTranspose: (x: A, w: A, stride: Pair) => A;
}

const known = (sizes: Shape): number => (sizes.some((n) => n < 0) ? -1 : volume(sizes));
const withSize = (shape: Shape, axis: number, n: number): Shape =>
  shape.map((size, i) => (i === axis ? n : size));

/** Operations along one axis, on arrays [axes before, axis, axes behind]. */
const alongAxis = <A>(on: PlaneArrays<A>) => {
  const three = (x: A, axis: number): A => {
    const shape = on.shapeOf(x);
    return on.reshape(x, [known(shape.slice(0, axis)), shape[axis], volume(shape.slice(axis + 1))]);
  };
  const one = (x: A, axis: number, size: number, f: (x: A) => A): A =>
    on.reshape(f(three(x, axis)), withSize(on.shapeOf(x), axis, size));
  const slice = (x: A, axis: number, begin: number, size: number): A =>
    begin === 0 && size === on.shapeOf(x)[axis] ? x : one(x, axis, size, (y) => on.slice(y, begin, size));
  const concat = (parts: readonly A[], axis: number): A => {
    if (parts.length === 1) return parts[0];
    const size = parts.reduce((sum, part) => sum + on.shapeOf(part)[axis], 0);
    return on.reshape(
      on.concat(parts.map((part) => three(part, axis))),
      withSize(on.shapeOf(parts[0]), axis, size),
    );
  };
  const pad = (x: A, axis: number, margin: Margin, value: number): A =>
    margin[0] === 0 && margin[1] === 0
      ? x
      : one(x, axis, on.shapeOf(x)[axis] + margin[0] + margin[1], (y) => on.pad(y, margin, value));
  const reverse = (x: A, axis: number): A => one(x, axis, on.shapeOf(x)[axis], on.reverse);
  /** Entries from `begin` on, every `stride`-th, `count` of them. */
  const every = (x: A, axis: number, begin: number, stride: number, count: number): A => {
    if (stride === 1) return slice(x, axis, begin, count);
    const missing = Math.max(0, begin + count * stride - on.shapeOf(x)[axis]);
    const blocks = slice(pad(x, axis, [0, missing], 0), axis, begin, count * stride);
    const shape = on.shapeOf(blocks);
    const split = [...shape.slice(0, axis), count, stride, ...shape.slice(axis + 1)];
    return on.reshape(slice(on.reshape(blocks, split), axis + 1, 0, 1), withSize(shape, axis, count));
  };
  return { slice, concat, pad, reverse, every };
};

/** The field with its boundary written around it. */
const withMargins = <A>(on: PlaneArrays<A>, boundary: Boundary, margins: readonly Margin[], x: A): A => {
  const { slice, concat, pad, reverse } = alongAxis(on);
  return margins.reduce((field, margin, i) => {
    const axis = i + 1;
    const n = on.shapeOf(field)[axis];
    const [before, after] = margin;
    const part = (begin: number, size: number): readonly A[] => {
      if (size === 0) return [];
      const cut = slice(field, axis, begin, size);
      return [boundary === 'reflect' && size > 1 ? reverse(cut, axis) : cut];
    };
    switch (boundary) {
      case 'none':
      case 'zero':
        return pad(field, axis, margin, 0);
      case 'circular':
        return concat([...part(n - before, before), field, ...part(0, after)], axis);
      case 'reflect':
        return concat([...part(1, before), field, ...part(n - 1 - after, after)], axis);
      default:
        return pad(field, axis, margin, boundary.fixed);
    }
  }, x);
};

/** The remaining window after margins and groups are handled: all windows are inside the field. */
interface Window {
  readonly stride: Shape;
  readonly dilation: Shape;
  readonly depthwise: boolean;
}

/** Windows of planes; a line is a plane whose first axis has size 1. */
const inPlane = <A>(on: PlaneArrays<A>, window: Window, x: A, w: A): A => {
  const { pad, every } = alongAxis(on);
  const [stride, dilation] = [window.stride, window.dilation];
  if (dilation.every((d) => d === 1)) return on.conv(x, w, [stride[0], stride[1]], window.depthwise);
  const sides = sidesOf(on.shapeOf(w));
  const counts = extentsOf({ stride, dilation }, sides).map(
    (extent, axis) => on.shapeOf(x)[axis + 1] - extent + 1,
  );
  // Rows that are a dilation apart become neighbours in a plane of their own.
  const apart = dilation.reduce((planes, d, axis) => {
    const n = on.shapeOf(planes)[axis + 1];
    return phases(on, pad(planes, axis + 1, [0, ceilDiv(n, d) * d - n], 0), axis, d);
  }, x);
  const made = on.conv(apart, w, [1, 1], window.depthwise);
  const together = dilation.reduceRight((planes, d, axis) => joined(on, planes, axis, d), made);
  return counts.reduce(
    (planes, count, axis) => every(planes, axis + 1, 0, stride[axis], windows(count, 1, stride[axis])),
    together,
  );
};

/** [N, H, W, C] to [N d, H / d, W, C] (axis 0), or [N d, H, W / d, C] (axis 1). */
const phases = <A>(on: PlaneArrays<A>, x: A, axis: number, d: number): A => {
  if (d === 1) return x;
  const [n, h, w, c] = on.shapeOf(x);
  const split = axis === 0 ? [n, h / d, d, w * c] : [n, (h * w) / d, d, c];
  const moved = on.transpose(on.reshape(x, split), [0, 2, 1, 3]);
  return on.reshape(
    moved,
    axis === 0 ? [n < 0 ? -1 : n * d, h / d, w, c] : [n < 0 ? -1 : n * d, h, w / d, c],
  );
};

/** The inverse of `phases`. */
const joined = <A>(on: PlaneArrays<A>, x: A, axis: number, d: number): A => {
  if (d === 1) return x;
  const [n, h, w, c] = on.shapeOf(x);
  const samples = n < 0 ? -1 : n / d;
  const moved = on.transpose(
    on.reshape(x, [samples, d, axis === 0 ? h : h * w, axis === 0 ? w * c : c]),
    [0, 2, 1, 3],
  );
  return on.reshape(moved, axis === 0 ? [samples, h * d, w, c] : [samples, h, w * d, c]);
};

/** Windows of a volume: for each, the planes that it reads, with their channels side by side. */
const inVolume = <A>(on: PlaneArrays<A>, window: Window, x: A, w: A): A => {
  const { concat, every, slice } = alongAxis(on);
  const [samples, depth, height, width, channels] = on.shapeOf(x);
  const [taps, ...sides] = on.shapeOf(w);
  const [stride, dilation] = [window.stride[0], window.dilation[0]];
  const count = windows(depth, (taps - 1) * dilation + 1, stride);
  const flat = { ...window, stride: window.stride.slice(1), dilation: window.dilation.slice(1) };
  const read = Array.from({ length: taps }, (_, tap) =>
    on.reshape(every(x, 1, tap * dilation, stride, count), [
      samples < 0 ? -1 : samples * count,
      height,
      width,
      channels,
    ]),
  );
  const kernelAt = (tap: number): A => on.reshape(slice(w, 0, tap, 1), sides);
  const planes = window.depthwise
    ? read.map((plane, tap) => inPlane(on, flat, plane, kernelAt(tap))).reduce(on.add)
    : inPlane(
        on,
        flat,
        concat(read, 3),
        concat(
          read.map((_, tap) => kernelAt(tap)),
          2,
        ),
      );
  const [, h, v, c] = on.shapeOf(planes);
  return on.reshape(planes, [samples, count, h, v, c]);
};

const inField = <A>(on: PlaneArrays<A>, window: Window, x: A, w: A): A => {
  const axes = window.stride.length;
  if (axes === 3) return inVolume(on, window, x, w);
  if (axes === 2) return inPlane(on, window, x, w);
  const [samples, length, channels] = on.shapeOf(x);
  const line = { ...window, stride: [1, ...window.stride], dilation: [1, ...window.dilation] };
  const made = inPlane(
    on,
    line,
    on.reshape(x, [samples, 1, length, channels]),
    on.reshape(w, [1, ...on.shapeOf(w)]),
  );
  const [, , l, c] = on.shapeOf(made);
  return on.reshape(made, [samples, l, c]);
};

/**
 * A convolution with dilation or groups, or of a volume.
 *
 * @param x [samples, ...field]
 */
export const convolveInPlanes = <A>(on: PlaneArrays<A>, op: OpOf<'conv'>, x: A, w: A): A => {
  const { slice, concat } = alongAxis(on);
  const sizes = on.shapeOf(x).slice(1, -1);
  const sides = sidesOf(on.shapeOf(w));
  const field = withMargins(on, op.boundary, marginsOf(op, sizes, sides), x);
  const [stride, dilation] = [op.stride, dilationOf(op)];
  const { groups = 1 } = op;
  const [inside, outside] = on.shapeOf(w).slice(-2);
  const axes = sizes.length;
  if (inside === 1 && groups > 1) {
    const each = on.reshape(w, [...sides, groups, outside / groups]);
    return inField(on, { stride, dilation, depthwise: true }, field, each);
  }
  const made = Array.from({ length: groups }, (_, group) =>
    inField(
      on,
      { stride, dilation, depthwise: op.depthwise },
      slice(field, axes + 1, group * inside, inside),
      slice(w, axes + 1, (group * outside) / groups, outside / groups),
    ),
  );
  return concat(made, axes + 1);
};

/**
 * A transposed convolution of a volume: each plane is convolved with all taps along the depth at once. Tap k of plane
 * i goes to plane i stride + k; taps that are a stride apart meet in the same planes and are added.
 *
 * @param x [samples, depth, height, width, channels]
 */
export const convolveTransposedInPlanes = <A>(
  on: PlaneArrays<A>,
  { stride }: OpOf<'convTranspose'>,
  x: A,
  w: A,
): A => {
  const { slice, concat, pad } = alongAxis(on);
  const [samples, depth, height, width, channels] = on.shapeOf(x);
  const [taps, ...sides] = on.shapeOf(w);
  const outside = sides[2];
  const kernels = Array.from({ length: taps }, (_, tap) => on.reshape(slice(w, 0, tap, 1), sides));
  const planes = on.convTranspose(
    on.reshape(x, [known([samples, depth]), height, width, channels]),
    concat(kernels, 2),
    [stride[1], stride[2]],
  );
  const [, h, v] = on.shapeOf(planes);
  const numbers = h * v * outside;
  // In blocks of a stride: tap q stride + r leads q blocks further, to the r-th plane there.
  const behind = Math.ceil(taps / stride[0]) - 1;
  const met = Array.from({ length: Math.min(stride[0], taps) }, (_, r) =>
    Array.from({ length: Math.ceil((taps - r) / stride[0]) }, (_, q) => {
      const own = slice(planes, 3, (q * stride[0] + r) * outside, outside);
      return pad(on.reshape(own, [samples, depth, numbers]), 1, [q, behind - q], 0);
    }).reduce(on.add),
  );
  const blocks = pad(
    on.reshape(concat(met, 2), [samples, depth + behind, met.length, numbers]),
    2,
    [0, stride[0] - met.length],
    0,
  );
  const rows = on.reshape(blocks, [samples, (depth + behind) * stride[0], numbers]);
  const size = upsampled(depth, taps, stride[0]);
  return on.reshape(slice(rows, 1, 0, size), [samples, size, h, v, outside]);
};

/** Whether engines have a convolution: those of lines and planes, without dilation or groups. */
export const isPlaneConv = ({ stride, dilation, groups }: OpOf<'conv'>): boolean =>
  stride.length <= 2 && dilation === undefined && groups === undefined;

/**
 * Pooling of a volume: each plane, then along the depth. Of equal maxima, or of several NaNs, the first in row-major
 * order is the first of the first plane that has one.
 *
 * @param x [samples, depth, height, width, channels]
 * @param pool windows inside of planes [N, H, W, C]
 */
export const poolInPlanes = <A>(
  on: Pick<PlaneArrays<A>, 'shapeOf' | 'reshape'>,
  { size, stride }: Pick<OpOf<'pool'>, 'size' | 'stride'>,
  x: A,
  pool: (x: A, size: Pair, stride: Pair) => A,
): A => {
  const [samples, depth, height, width, channels] = on.shapeOf(x);
  const all = samples < 0 ? -1 : samples * depth;
  const planes = pool(
    on.reshape(x, [all, height, width, channels]),
    [size[1], size[2]],
    [stride[1], stride[2]],
  );
  const [, h, w] = on.shapeOf(planes);
  const columns = on.reshape(planes, [samples, depth, h * w, channels]);
  const made = pool(columns, [size[0], 1], [stride[0], 1]);
  return on.reshape(made, [samples, on.shapeOf(made)[1], h, w, channels]);
};
