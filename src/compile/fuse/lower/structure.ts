/** Lowering of operations that only move numbers: most change the layout alone, the others copy planes. */

import type { OpOf } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import type { FieldBuilder } from '../ir/builder.js';
import {
  along,
  type Layout,
  onGrid,
  reshaped,
  resized,
  sameLayout,
  transposed,
  without,
} from '../ir/layout.js';
import { extentOf, inAxisOrder, isRefusal, type Lowered, notFused, type Result } from './value.js';

export const lowerTranspose = (op: OpOf<'transpose'>, x: Lowered): Result => {
  const layout = transposed(x.layout, op.axes);
  return layout === undefined ? notFused('it exchanges pixels') : { node: x.node, layout };
};

export const lowerReshape = (b: FieldBuilder, op: OpOf<'reshape'>, x: Lowered, from: Shape): Result => {
  const still = reshaped(x.layout, from, op.shape);
  const moved = still === undefined ? inAxisOrder(b, x) : x;
  const layout = still ?? reshaped(moved.layout, from, op.shape);
  return layout === undefined ? notFused('it reshapes pixels') : { node: moved.node, layout };
};

export const lowerSlice = (b: FieldBuilder, op: OpOf<'slice'>, x: Lowered, shape: Shape): Result => {
  let value = x;
  for (const [axis, size] of op.size.entries()) {
    if (size === shape[axis]) continue;
    const middle = along(value.layout, axis);
    if (middle === undefined) return notFused('it takes some of the pixels');
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
export const lowerReverse = (b: FieldBuilder, op: OpOf<'reverse'>, x: Lowered): Result => {
  let value = x;
  for (const axis of op.axes) {
    const middle = along(value.layout, axis);
    if (middle === undefined) return notFused('it mirrors pixels');
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
  const whole = ({ layout }: Lowered) => resized(layout, op.axis, size);
  const alike = inputs.every((input) => sameLayout(whole(input), whole(inputs[0])));
  const parts = alike ? inputs : inputs.map((input) => inAxisOrder(b, input));
  const layout = whole(parts[0]);
  const middles = parts.map((part) => along(part.layout, op.axis));
  const [first] = middles;
  if (first === undefined) return notFused('it joins pixels');
  if (!parts.every((part) => sameLayout(whole(part), layout)))
    return notFused('it joins fields and lists of numbers');
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
    if (middle === undefined) return notFused('it repeats pixels');
    const layout = resized(value.layout, axis, count);
    value = {
      node: b.add({ op: 'repeatPlanes', ...middle, count }, [value.node], extentOf(layout)),
      layout,
    };
  }
  return value;
};

/** `target`: the layout of the result. A list is repeated along its dimensions, then over all pixels. */
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
  const layout = { dims: full.layout.dims, axes: target.axes };
  return { node: b.add({ op: 'spread' }, [full.node], extentOf(layout)), layout };
};
