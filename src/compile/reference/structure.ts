/** Joining, cutting, turning and repeating in the reference interpreter: each element says where it comes from. */

import type { OpOf } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { build, get, type NdArray } from './array.js';

export const concat = ({ axis }: OpOf<'concat'>, parts: readonly NdArray[], out: Shape): NdArray => {
  // One entry for each index along the axis: which part it lies in, and at which index of that part.
  const sources = parts.flatMap((part) =>
    Array.from({ length: part.shape[axis] }, (_, index) => ({ part, index })),
  );
  return build(out, (position) => {
    const { part, index } = sources[position[axis]];
    return get(part, position.with(axis, index));
  });
};

export const slice = ({ begin, size }: OpOf<'slice'>, x: NdArray): NdArray =>
  build(size, (position) =>
    get(
      x,
      position.map((i, axis) => begin[axis] + i),
    ),
  );

export const reshape = ({ shape }: OpOf<'reshape'>, x: NdArray): NdArray => ({ shape, data: x.data });

/** Axis i of the result is axis axes[i] of x. */
export const transpose = ({ axes }: OpOf<'transpose'>, x: NdArray, out: Shape): NdArray =>
  build(out, (position) =>
    get(
      x,
      x.shape.map((_, axis) => position[axes.indexOf(axis)]),
    ),
  );

export const reverse = ({ axes }: OpOf<'reverse'>, x: NdArray): NdArray =>
  build(x.shape, (position) =>
    get(
      x,
      position.map((i, axis) => (axes.includes(axis) ? x.shape[axis] - 1 - i : i)),
    ),
  );

export const broadcast = ({ shape }: OpOf<'broadcast'>, x: NdArray): NdArray =>
  build(shape, (position) =>
    get(
      x,
      position.map((i, axis) => (x.shape[axis] === 1 ? 0 : i)),
    ),
  );
