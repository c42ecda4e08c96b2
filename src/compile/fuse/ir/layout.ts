/** Layouts: how the axes of a value of the language map to planes and pixels. */

import type { Shape } from '../../../dsl/shape.js';

/**
 * `dims`: the dimensions of the planes, in the order in which they are stored. `axes`: for each axis of the value,
 * 'pixel' or the index of its dimension. `pixels`: the sizes of the pixel axes in their order; none for a list. If
 * there are pixels and no axis is a pixel axis, the pixels are samples, an axis that no value of the language has.
 */
export interface Layout {
  readonly dims: readonly number[];
  readonly axes: readonly ('pixel' | number)[];
  readonly pixels: readonly number[];
}

/** The number of planes. */
export const planesOf = ({ dims }: Layout): number => dims.reduce((a, b) => a * b, 1);

/** Whether a value has pixels. */
export const onGrid = ({ pixels }: Layout): boolean => pixels.length > 0;

/** Whether the pixels of a value are samples. */
export const ofSamples = ({ axes, pixels }: Layout): boolean => pixels.length > 0 && !axes.includes('pixel');

/** The layout of a value of each sample in a block of samples. */
export const forSamples = (layout: Layout, samples: number): Layout => ({ ...layout, pixels: [samples] });

/** The layout of a value from outside: the first `pixels` axes are pixels, the others are dimensions in their order. */
export const plain = (shape: Shape, pixels: number): Layout => ({
  dims: shape.slice(pixels),
  axes: shape.map((_, axis) => (axis < pixels ? 'pixel' : axis - pixels)),
  pixels: shape.slice(0, pixels),
});

/** The shape of the value, without samples. */
export const shapeOf = ({ dims, axes, pixels }: Layout): Shape => {
  let pixel = 0;
  return axes.map((axis) => (axis === 'pixel' ? pixels[pixel++] : dims[axis]));
};

/** Whether two layouts have the same planes; pixels may differ. */
export const samePlanes = (a: Layout, b: Layout): boolean =>
  a.dims.join() === b.dims.join() && a.axes.join() === b.axes.join();

export const sameLayout = (a: Layout, b: Layout): boolean =>
  samePlanes(a, b) && a.pixels.join() === b.pixels.join();

/** The layout after a transpose; undefined if it would exchange pixel axes. */
export const transposed = (layout: Layout, order: readonly number[]): Layout | undefined => {
  const axes = order.map((axis) => layout.axes[axis]);
  // x stays after y, since pixels are never transposed
  const pixels = (list: readonly number[]): number[] => list.filter((axis) => layout.axes[axis] === 'pixel');
  return pixels(order).every((axis, i, all) => i === 0 || all[i - 1] < axis)
    ? { ...layout, axes }
    : undefined;
};

/** The planes seen along an axis: the product of dimensions before it, its size, the product of those after it. */
export const along = (
  { dims, axes }: Layout,
  axis: number,
): { readonly outer: number; readonly count: number; readonly inner: number } | undefined => {
  const dim = axes[axis];
  if (dim === 'pixel' || dim === undefined) return undefined;
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  return { outer: product(dims.slice(0, dim)), count: dims[dim], inner: product(dims.slice(dim + 1)) };
};

/** The layout with another size along an axis. */
export const resized = (layout: Layout, axis: number, size: number): Layout => ({
  ...layout,
  dims: layout.dims.map((old, dim) => (dim === layout.axes[axis] ? size : old)),
});

/** The layout without an axis whose planes have become one; the same if it is a pixel axis. */
export const without = (layout: Layout, axis: number): Layout => {
  const { dims, axes } = layout;
  const dropped = axes[axis];
  if (dropped === 'pixel') return layout;
  return {
    ...layout,
    dims: dims.filter((_, dim) => dim !== dropped),
    axes: axes
      .filter((_, at) => at !== axis)
      .map((dim) => (dim !== 'pixel' && dim > dropped ? dim - 1 : dim)),
  };
};

/** The layout of a sequence of values of this layout: time is a new first axis, stored first. */
export const sequenceOf = ({ dims, axes, pixels }: Layout, steps: number): Layout => ({
  pixels,
  dims: [steps, ...dims],
  axes: [0, ...axes.map((dim) => (dim === 'pixel' ? dim : dim + 1))],
});

/** Axes of a shape, and the sizes that hold the same elements after a reshape. */
interface Group {
  readonly old: readonly number[];
  readonly sizes: readonly number[];
}

/**
 * The layout after a reshape; undefined if pixels would be reshaped, or if dimensions that are not adjacent in memory
 * would have to be merged.
 */
export const reshaped = (layout: Layout, from: Shape, to: Shape): Layout | undefined => {
  const groups = groupsOf(layout, from, to);
  if (groups === undefined) return undefined;
  const newDims = new Map<number, readonly number[]>();
  const merged = new Set<number>();
  // Of each new axis: the old dimension that it is a part of, and which part.
  const parts: ('pixel' | 'one' | readonly [dim: number, part: number])[] = [];
  for (const group of groups) {
    if (group === 'pixel') {
      parts.push('pixel');
      continue;
    }
    const real = group.old.flatMap((axis) => {
      const dim = layout.axes[axis];
      return dim === 'pixel' || layout.dims[dim] === 1 ? [] : [dim];
    });
    if (real.some((dim, i) => i > 0 && !neighbours(layout.dims, real[i - 1], dim))) return undefined;
    const sizes = group.sizes.filter((size) => size !== 1);
    if (real.length > 0) {
      newDims.set(real[0], sizes);
      for (const dim of real.slice(1)) merged.add(dim);
    }
    let part = 0;
    for (const size of group.sizes) parts.push(size === 1 ? 'one' : [real[0], part++]);
  }
  const dims: number[] = [];
  const dimOf = new Map<string, number>();
  for (const [dim, size] of layout.dims.entries()) {
    if (merged.has(dim) || size === 1) continue;
    for (const [part, partSize] of (newDims.get(dim) ?? [size]).entries()) {
      dimOf.set(`${dim} ${part}`, dims.length);
      dims.push(partSize);
    }
  }
  // Axes of size 1 are dimensions after all others.
  const axes = parts.map((part) => {
    if (part === 'pixel') return part;
    return part === 'one' ? dims.push(1) - 1 : (dimOf.get(`${part[0]} ${part[1]}`) ?? 0);
  });
  return { pixels: layout.pixels, dims, axes };
};

/** Whether there are only dimensions of size 1 between two dimensions. */
const neighbours = (dims: readonly number[], a: number, b: number): boolean =>
  b > a && dims.slice(a + 1, b).every((size) => size === 1);

/** Groups of axes of both shapes that hold the same elements, each pixel axis by itself; undefined if they do not match. */
const groupsOf = (layout: Layout, from: Shape, to: Shape): (Group | 'pixel')[] | undefined => {
  const groups: (Group | 'pixel')[] = [];
  let i = 0;
  let j = 0;
  const isPixel = (axis: number): boolean => layout.axes[axis] === 'pixel';
  while (i < from.length || j < to.length) {
    if (i < from.length && isPixel(i)) {
      // a pixel axis stays a pixel axis; axes of size 1 before it come first
      if (to[j] === 1 && from[i] !== 1) {
        groups.push({ old: [], sizes: [1] });
        j++;
        continue;
      }
      if (to[j] !== from[i]) return undefined;
      groups.push('pixel');
      i++;
      j++;
      continue;
    }
    const old: number[] = [];
    const sizes: number[] = [];
    let had = 1;
    let has = 1;
    if (i < from.length) {
      had *= from[i];
      old.push(i++);
    }
    if (j < to.length && !(old.length === 0 && to[j] !== 1)) {
      if (had !== 1 || to[j] === 1) {
        has *= to[j];
        sizes.push(to[j++]);
      }
    }
    while (had !== has) {
      if (had < has) {
        if (i >= from.length || isPixel(i)) return undefined;
        had *= from[i];
        old.push(i++);
      } else {
        if (j >= to.length) return undefined;
        has *= to[j];
        sizes.push(to[j++]);
      }
    }
    if (old.length === 0 && sizes.length === 0) return undefined;
    groups.push({ old, sizes });
  }
  return groups;
};
