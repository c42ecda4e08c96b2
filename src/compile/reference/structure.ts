/** Joining, cutting, transposing and repeating in the reference interpreter, by the source of each element. */

import type { OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { build, get, type NdArray, offsetOf, strided, stridesOf } from './array.js';

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
  strided(x, size, stridesOf(x.shape), offsetOf(begin, x.shape));

export const reshape = ({ shape }: OpOf<'reshape'>, x: NdArray): NdArray => ({ shape, data: x.data });

/** Axis i of the result is axis axes[i] of x. */
export const transpose = ({ axes }: OpOf<'transpose'>, x: NdArray, out: Shape): NdArray => {
  const steps = stridesOf(x.shape);
  return strided(
    x,
    out,
    axes.map((axis) => steps[axis]),
  );
};

export const reverse = ({ axes }: OpOf<'reverse'>, x: NdArray): NdArray => {
  const last = x.shape.map((n, axis) => (axes.includes(axis) ? n - 1 : 0));
  const steps = stridesOf(x.shape).map((step, axis) => (axes.includes(axis) ? -step : step));
  return strided(x, x.shape, steps, offsetOf(last, x.shape));
};

export const broadcast = ({ shape }: OpOf<'broadcast'>, x: NdArray): NdArray => {
  const steps = stridesOf(x.shape).map((step, axis) => (x.shape[axis] === 1 ? 0 : step));
  return strided(x, shape, steps);
};

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
