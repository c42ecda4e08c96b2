/** Joining, cutting, turning and repeating in the reference interpreter: each element says where it comes from. */

import type { OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
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

/** Sizes before an axis, of it and after it. */
const around = (shape: Shape, axis: number): readonly [number, number, number] => [
  volume(shape.slice(0, axis)),
  shape[axis],
  volume(shape.slice(axis + 1)),
];

export const gather = ({ axis, indices }: OpOf<'gather'>, x: NdArray, shape: Shape): NdArray => {
  const [outer, count, inner] = around(shape, axis);
  const from = x.shape[axis];
  const data = new Float64Array(volume(shape));
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++)
      for (let k = 0; k < inner; k++)
        data[(o * count + i) * inner + k] = x.data[(o * from + indices[i]) * inner + k];
  return { shape, data };
};

export const scatter = ({ axis, indices }: OpOf<'scatter'>, x: NdArray, shape: Shape): NdArray => {
  const [outer, count, inner] = around(x.shape, axis);
  const to = shape[axis];
  const data = new Float64Array(volume(shape));
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++)
      for (let k = 0; k < inner; k++)
        data[(o * to + indices[i]) * inner + k] += x.data[(o * count + i) * inner + k];
  return { shape, data };
};
