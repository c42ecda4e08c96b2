/** Lowered values, or the reason why a value cannot be fused. */

import type { FieldBuilder } from '../ir/builder.js';
import { type Extent, isIdentity } from '../ir/field.js';
import { type Layout, onGrid, planesOf } from '../ir/layout.js';

/** A value in a field graph, with the layout of the program's value. */
export interface Lowered {
  readonly node: number;
  readonly layout: Layout;
}

/** Why a node cannot be fused. */
export interface Refusal {
  readonly why: string;
}

/** A lowered value, or why there is none. */
export type Result = Lowered | Refusal;

export const isRefusal = (result: object): result is Refusal => 'why' in result;

export const notFused = (why: string): Refusal => ({ why });

export const extentOf = (layout: Layout): Extent => ({ planes: planesOf(layout), grid: onGrid(layout) });

/**
 * The value with its planes in the order of its axes, as it would come from outside. Nothing moves where only axes of
 * size 1 stand elsewhere.
 */
export const inAxisOrder = (builder: FieldBuilder, { node, layout }: Lowered): Lowered => {
  const dims = layout.axes.flatMap((dim) => (dim === 'pixel' ? [] : [dim]));
  let next = 0;
  const plain: Layout = {
    dims: dims.map((dim) => layout.dims[dim]),
    axes: layout.axes.map((dim) => (dim === 'pixel' ? dim : next++)),
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
