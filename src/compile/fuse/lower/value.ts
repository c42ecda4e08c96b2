/** Lowered values, or the reason why a value cannot be fused. */

import type { FieldBuilder } from '../ir/builder.js';
import { type Extent, gridOf, isIdentity } from '../ir/field.js';
import { forSamples, type Layout, ofSamples, onGrid, planesOf, sameLayout } from '../ir/layout.js';

/** A value in a field graph, with the layout of the program's value. */
export interface Lowered {
  readonly node: number;
  readonly layout: Layout;
}

/** Why a node cannot be fused. */
export interface Refusal {
  readonly why: string;
}

/** A lowered value, or the reason why there is none. */
export type Result = Lowered | Refusal;

export const isRefusal = (result: object): result is Refusal => 'why' in result;

export const notFused = (why: string): Refusal => ({ why });

export const extentOf = (layout: Layout): Extent => ({
  planes: planesOf(layout),
  grid: !onGrid(layout)
    ? undefined
    : ofSamples(layout)
      ? { ...gridOf(layout.pixels), samples: true }
      : gridOf(layout.pixels),
});

/** The value with the dimensions of its planes in the order of these axes; those of size 1 may be anywhere. */
export const inOrder = (
  builder: FieldBuilder,
  { node, layout }: Lowered,
  axes: readonly number[],
): Lowered => {
  const dims = axes.flatMap((axis) => {
    const dim = layout.axes[axis];
    return dim === 'pixel' ? [] : [dim];
  });
  const plain: Layout = {
    pixels: layout.pixels,
    dims: dims.map((dim) => layout.dims[dim]),
    axes: layout.axes.map((dim) => (dim === 'pixel' ? dim : dims.indexOf(dim))),
  };
  const strides = layout.dims.map((_, dim) => layout.dims.slice(dim + 1).reduce((a, b) => a * b, 1));
  const order = dims.reduce<readonly number[]>(
    (before, dim) =>
      before.flatMap((at) => Array.from({ length: layout.dims[dim] }, (_, i) => at + i * strides[dim])),
    [0],
  );
  return isIdentity(order)
    ? { node, layout: plain }
    : { node: builder.add({ op: 'rearrange', order }, [node], extentOf(plain)), layout: plain };
};

/**
 * The value with its planes in the order of its axes, as in a value from outside. Nothing moves if only axes of size
 * 1 are elsewhere.
 */
export const inAxisOrder = (builder: FieldBuilder, x: Lowered): Lowered =>
  inOrder(
    builder,
    x,
    x.layout.axes.map((_, axis) => axis),
  );

/** The value as a list: the pixels of each plane. */
export const asList = (builder: FieldBuilder, x: Lowered): Lowered => {
  const { dims, axes, pixels } = x.layout;
  if (pixels.length === 0) return x;
  let next = dims.length;
  const layout: Layout = {
    pixels: [],
    dims: [...dims, ...pixels],
    axes: axes.map((dim) => (dim === 'pixel' ? next++ : dim)),
  };
  return { node: builder.add({ op: 'sites' }, [x.node], extentOf(layout)), layout };
};

/** The value in a layout whose planes are in the order of its axes. */
export const storedAs = (builder: FieldBuilder, x: Lowered, layout: Layout): Lowered => {
  const there = inAxisOrder(builder, x);
  if (sameLayout(there.layout, layout)) return there;
  const isPixel = (axis: number): boolean => layout.axes[axis] === 'pixel';
  const axes = [...layout.axes.keys()];
  const list = inOrder(builder, asList(builder, x), [
    ...axes.filter((axis) => !isPixel(axis)),
    ...axes.filter(isPixel),
  ]);
  return onGrid(layout)
    ? { node: builder.add({ op: 'sites' }, [list.node], extentOf(layout)), layout }
    : list;
};

/** A list as planes that are equal for all samples; a value with pixels stays. */
export const spreadOver = (builder: FieldBuilder, value: Lowered, samples: number): Lowered => {
  if (onGrid(value.layout)) return value;
  const layout = forSamples(value.layout, samples);
  return { node: builder.add({ op: 'spread' }, [value.node], extentOf(layout)), layout };
};
