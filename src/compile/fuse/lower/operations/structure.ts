/** Lowering of operations that only move numbers: most change only the layout, the others copy planes. */

import type { OpOf } from '../../../../dsl/op.js';
import { type Shape, volume } from '../../../../dsl/shape.js';
import type { FieldBuilder } from '../../ir/builder.js';
import {
  along,
  type Layout,
  ofSamples,
  onGrid,
  reshaped,
  resized,
  sameLayout,
  transposed,
  without,
} from '../../ir/layout.js';
import {
  extentOf,
  inAxisOrder,
  isRefusal,
  type Lowered,
  notFused,
  type Result,
  spreadOver,
} from '../value.js';
import { joinPixels, movePixels, resizedPixels } from './pixels.js';

export const lowerTranspose = (op: OpOf<'transpose'>, x: Lowered): Result => {
  const layout = transposed(x.layout, op.axes);
  return layout === undefined ? notFused('it exchanges pixels') : { node: x.node, layout };
};

export const lowerReshape = (b: FieldBuilder, op: OpOf<'reshape'>, x: Lowered, from: Shape): Result => {
  const still = reshaped(x.layout, from, op.shape);
  const moved = still === undefined ? inAxisOrder(b, x) : x;
  const layout = still ?? reshaped(moved.layout, from, op.shape);
  if (layout !== undefined) return { node: moved.node, layout };
  const line = regridded(moved.layout, op.shape);
  return line === undefined
    ? notFused('it reshapes pixels')
    : { node: b.add({ op: 'sites' }, [moved.node], extentOf(line)), layout: line };
};

/**
 * The layout of the same planes on another grid with as many pixels and adjacent axes; undefined if there is none.
 */
const regridded = ({ axes, dims, pixels }: Layout, to: Shape): Layout | undefined => {
  const first = axes.indexOf('pixel');
  const together = axes.slice(first, first + pixels.length).every((axis) => axis === 'pixel');
  if (first < 0 || !together) return undefined;
  const before = volume(dims.slice(0, first));
  for (let begin = 0; begin <= to.length; begin++)
    for (const count of [2, 1]) {
      const sites = to.slice(begin, begin + count);
      if (sites.length < count || volume(sites) !== volume(pixels)) continue;
      if (volume(to.slice(0, begin)) !== before || (count === 2 && sites.includes(1))) continue;
      const rest = [...to.slice(0, begin), ...to.slice(begin + count)];
      return {
        pixels: sites,
        dims: rest,
        axes: to.map((_, axis) =>
          axis < begin ? axis : axis < begin + count ? ('pixel' as const) : axis - count,
        ),
      };
    }
  return undefined;
};

/** Entries of an axis in any order and any number of times, or added up by number. */
export const lowerEntries = (
  b: FieldBuilder,
  axis: number,
  from: readonly (readonly number[])[],
  x: Lowered,
): Result => {
  const middle = along(x.layout, axis);
  if (middle === undefined)
    return from.every((each) => each.length === 1)
      ? movePixels(
          b,
          x,
          axis,
          from.map((each) => each[0]),
        )
      : notFused('it adds up pixels by number');
  const layout = resized(x.layout, axis, from.length);
  const { outer, count, inner } = middle;
  const names = from.map((each) => each[0]);
  const isPermutation =
    from.length === count && from.every((each) => each.length === 1) && new Set(names).size === count;
  if (!isPermutation)
    return { node: b.add({ op: 'entries', ...middle, from }, [x.node], extentOf(layout)), layout };
  const order = Array.from({ length: outer * count * inner }, (_, plane) => {
    const [o, i] = [Math.floor(plane / (count * inner)), plane % inner];
    return (o * count + names[Math.floor(plane / inner) % count]) * inner + i;
  });
  return { node: b.add({ op: 'rearrange', order }, [x.node], extentOf(layout)), layout };
};

export const lowerSlice = (b: FieldBuilder, op: OpOf<'slice'>, x: Lowered, shape: Shape): Result => {
  let value = x;
  for (const [axis, size] of op.size.entries()) {
    if (size === shape[axis]) continue;
    const middle = along(value.layout, axis);
    if (middle === undefined) {
      const indices = Array.from({ length: size }, (_, i) => op.begin[axis] + i);
      value = movePixels(b, value, axis, indices);
      continue;
    }
    const layout = resized(value.layout, axis, size);
    value = {
      node: b.add(
        { op: 'slicePlanes', ...middle, begin: op.begin[axis], size },
        [value.node],
        extentOf(layout),
      ),
      layout,
    };
  }
  return value;
};

/** Planes in reverse order along some axes. */
export const lowerReverse = (b: FieldBuilder, op: OpOf<'reverse'>, x: Lowered, shape: Shape): Result => {
  let value = x;
  for (const axis of op.axes) {
    const middle = along(value.layout, axis);
    if (middle === undefined) {
      const size = shape[axis];
      const indices = Array.from({ length: size }, (_, i) => size - 1 - i);
      value = movePixels(b, value, axis, indices);
      continue;
    }
    const { outer, count, inner } = middle;
    const order = Array.from({ length: outer * count * inner }, (_, plane) => {
      const [o, i] = [Math.floor(plane / (count * inner)), plane % inner];
      const position = Math.floor(plane / inner) % count;
      return (o * count + count - 1 - position) * inner + i;
    });
    value = { ...value, node: b.add({ op: 'rearrange', order }, [value.node], extentOf(value.layout)) };
  }
  return value;
};

export const lowerConcat = (
  b: FieldBuilder,
  op: OpOf<'concat'>,
  inputs: readonly Lowered[],
  size: number,
): Result => {
  const whole = ({ layout }: Lowered): Layout =>
    layout.axes[op.axis] === 'pixel' ? resizedPixels(layout, op.axis, size) : resized(layout, op.axis, size);
  const samples = inputs.find(({ layout }) => ofSamples(layout))?.layout.pixels[0];
  const given = samples === undefined ? inputs : inputs.map((input) => spreadOver(b, input, samples));
  const alike = given.every((input) => sameLayout(whole(input), whole(given[0])));
  const parts = alike ? given : given.map((input) => inAxisOrder(b, input));
  const layout = whole(parts[0]);
  if (!parts.every((part) => sameLayout(whole(part), layout)))
    return notFused('it joins fields and lists of numbers');
  const middles = parts.map((part) => along(part.layout, op.axis));
  const [first] = middles;
  if (first === undefined) return joinPixels(b, parts, op.axis);
  const sizes = middles.map((part) => part?.count ?? 0);
  return {
    node: b.add(
      { op: 'concatPlanes', outer: first.outer, inner: first.inner, sizes },
      parts.map((part) => part.node),
      extentOf(layout),
    ),
    layout,
  };
};

/** Repeats along axes of planes wherever the sizes differ. */
const repeated = (b: FieldBuilder, x: Lowered, from: Shape, to: Shape): Result => {
  let value = x;
  for (const [axis, count] of to.entries()) {
    if (count === from[axis]) continue;
    const middle = along(value.layout, axis);
    if (middle === undefined) {
      // an axis of one pixel
      value = movePixels(b, value, axis, new Array<number>(count).fill(0));
      continue;
    }
    const layout = resized(value.layout, axis, count);
    value = {
      node: b.add({ op: 'repeatPlanes', ...middle, count }, [value.node], extentOf(layout)),
      layout,
    };
  }
  return value;
};

/** `target` is the layout of the result. A list is repeated along its dimensions, then over all pixels. */
export const lowerBroadcast = (
  b: FieldBuilder,
  x: Lowered,
  from: Shape,
  to: Shape,
  target: Layout,
): Result => {
  if (onGrid(x.layout) || !onGrid(target)) return repeated(b, x, from, to);
  const isPixel = (_: unknown, axis: number): boolean => target.axes[axis] === 'pixel';
  const others = (shape: Shape): Shape => shape.filter((size, axis) => !isPixel(size, axis));
  if (from.filter(isPixel).some((size) => size !== 1)) return notFused('it repeats lines of pixels');
  const list = [...target.axes.keys()]
    .filter((axis) => target.axes[axis] === 'pixel')
    .sort((a, c) => c - a)
    .reduce<Lowered>(
      ({ node, layout }, axis) => ({ node, layout: without(layout, axis) }),
      inAxisOrder(b, x),
    );
  const full = repeated(b, list, others(from), others(to));
  if (isRefusal(full)) return full;
  const layout = { ...target, dims: full.layout.dims };
  return { node: b.add({ op: 'spread' }, [full.node], extentOf(layout)), layout };
};
