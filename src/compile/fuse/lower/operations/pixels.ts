/** Lowering of operations that move, join or pool pixels. */

import type { OpOf } from '../../../../dsl/op.js';
import type { Shape } from '../../../../dsl/shape.js';
import type { FieldBuilder } from '../../ir/builder.js';
import type { PoolWindow } from '../../ir/field.js';
import { along, type Layout, plain, resized, shapeOf } from '../../ir/layout.js';
import { extentOf, inAxisOrder, type Lowered, storedAs } from '../value.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The number of an axis among the pixel axes; with two of them, 0 is rows. */
const pixelAxis = ({ axes }: Layout, axis: number): number =>
  axes.slice(0, axis).filter((kind) => kind === 'pixel').length;

/** The layout with another size along a pixel axis. */
export const resizedPixels = (layout: Layout, axis: number, size: number): Layout => ({
  ...layout,
  pixels: layout.pixels.map((old, at) => (at === pixelAxis(layout, axis) ? size : old)),
});

/** Takes entries along a pixel axis. */
export const movePixels = (
  b: FieldBuilder,
  { node, layout }: Lowered,
  axis: number,
  indices: readonly number[],
): Lowered => {
  const { pixels } = layout;
  const tables = pixels.map((size, at) => (at === pixelAxis(layout, axis) ? indices : upTo(size)));
  const [rows, columns] = tables.length === 1 ? [[0], tables[0]] : tables;
  const moved = resizedPixels(layout, axis, indices.length);
  return { node: b.add({ op: 'gatherPixels', rows, columns }, [node], extentOf(moved)), layout: moved };
};

/** Joins fields along a pixel axis. */
export const joinPixels = (b: FieldBuilder, parts: readonly Lowered[], axis: number): Lowered => {
  const [{ layout }] = parts;
  const at = pixelAxis(layout, axis);
  const sizes = parts.map((part) => part.layout.pixels[at]);
  const joined = resizedPixels(
    layout,
    axis,
    sizes.reduce((a, c) => a + c, 0),
  );
  const rows = layout.pixels.length === 2 && at === 0;
  return {
    node: b.add(
      { op: 'concatPixels', axis: rows ? 'rows' : 'columns', sizes },
      parts.map(({ node }) => node),
      extentOf(joined),
    ),
    layout: joined,
  };
};

/** A field in the layout that windows over this many axes need: [sites..., channels]. Another layout is converted. */
export const asWindowed = (b: FieldBuilder, x: Lowered, count: number): Lowered => {
  const shape = shapeOf(x.layout);
  const [depth, height, width, channels] = shape;
  const expected: Layout =
    count === 3
      ? { dims: [depth, channels], axes: [0, 'pixel', 'pixel', 1], pixels: [height, width] }
      : plain(shape, count);
  const field = inAxisOrder(b, x);
  return field.layout.axes.join() === expected.axes.join() ? field : storedAs(b, x, expected);
};

/** The pair of a window's sizes along rows and columns; a line is one row. */
export const pairOf = (sizes: Shape): readonly [number, number] =>
  sizes.length === 1 ? [1, sizes[0]] : [sizes[sizes.length - 2], sizes[sizes.length - 1]];

/** Planes of a volume [D, H, W, C] at equal distances along the depth. */
export const depthSlice = (
  b: FieldBuilder,
  x: Lowered,
  begin: number,
  count: number,
  step: number,
): Lowered => {
  const all = along(x.layout, 0);
  if (all === undefined) return x;
  const slice = (from: number, size: number): number =>
    b.add({ op: 'slicePlanes', ...all, begin: from, size }, [x.node], extentOf(resized(x.layout, 0, size)));
  const layout = resized(x.layout, 0, count);
  if (step === 1) return count === all.count ? x : { node: slice(begin, count), layout };
  const parts = upTo(count).map((i) => slice(begin + i * step, 1));
  const joined = {
    op: 'concatPlanes',
    outer: all.outer,
    inner: all.inner,
    sizes: parts.map(() => 1),
  } as const;
  return { node: parts.length === 1 ? parts[0] : b.add(joined, parts, extentOf(layout)), layout };
};

/** Lowering of pools; a volume is pooled first in planes, then along its depth. */
export const lowerPool = (b: FieldBuilder, op: OpOf<'pool'>, x: Lowered, result: Shape): Lowered => {
  const count = op.size.length;
  const field = asWindowed(b, x, count);
  const [height, width] = pairOf(op.size);
  const window: PoolWindow = { fn: op.fn, height, width, stride: pairOf(op.stride) };
  const pixels = result.slice(count === 3 ? 1 : 0, -1);
  const layout = { ...field.layout, pixels };
  const planes = { node: b.add({ op: 'pool', ...window }, [field.node], extentOf(layout)), layout };
  if (count < 3) return planes;
  const parts = upTo(op.size[0]).map((tap) => depthSlice(b, planes, tap, result[0], op.stride[0]));
  const node = parts
    .map((part) => part.node)
    .reduce((sum, part) => b.zip(op.fn === 'max' ? 'max' : 'add', sum, part));
  return {
    node: op.fn === 'max' ? node : b.affine(node, 1 / op.size[0]),
    layout: resized(layout, 0, result[0]),
  };
};
