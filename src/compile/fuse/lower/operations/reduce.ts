/** Lowering of reductions: over planes, and the sum over all pixels. */

import type { OpOf } from '../../../../dsl/op.js';
import { volume } from '../../../../dsl/shape.js';
import type { FieldBuilder } from '../../ir/builder.js';
import { along, planesOf, without } from '../../ir/layout.js';
import { extentOf, type Lowered, notFused, type Result } from '../value.js';

export const lowerReduce = (b: FieldBuilder, op: OpOf<'reduce'>, x: Lowered): Result => {
  const grid = x.layout.pixels;
  const pixels = op.axes.filter((axis) => x.layout.axes[axis] === 'pixel');
  if (pixels.length > 0 && (pixels.length < grid.length || (op.fn !== 'sum' && op.fn !== 'mean')))
    return notFused('a reduction over pixels other than the sum or mean over all');
  let value = x;
  // later axes first, so that the indices of the others stay valid
  for (const axis of [...op.axes].sort((a, c) => c - a)) {
    const middle = along(value.layout, axis);
    if (middle === undefined) continue;
    const layout = without(value.layout, axis);
    const reduce = (fn: 'sum' | 'max', of: number): number =>
      b.add({ op: 'reducePlanes', fn, ...middle }, [of], extentOf(layout));
    const node =
      op.fn === 'max'
        ? reduce('max', value.node)
        : op.fn === 'min'
          ? b.affine(reduce('max', b.affine(value.node, -1)), -1)
          : b.affine(reduce('sum', value.node), op.fn === 'mean' ? 1 / middle.count : 1);
    value = { node, layout };
  }
  if (pixels.length === 0) return value;
  const planes = planesOf(value.layout);
  const scale = op.fn === 'mean' ? 1 / volume(grid) : 1;
  return {
    node: b.add({ op: 'sumPixels', scale }, [value.node], { planes, grid: undefined }),
    layout: { ...value.layout, axes: value.layout.axes.filter((axis) => axis !== 'pixel'), pixels: [] },
  };
};
