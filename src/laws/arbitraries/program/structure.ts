/** Instructions that only rearrange values, and reductions. */

import { resampled } from '../../../dsl/functions/resample.js';
import {
  broadcast,
  concatAlong,
  max,
  mean,
  min,
  type Padding,
  pad,
  reshape,
  reverse,
  roll,
  shapeOf,
  slice,
  stack,
  sum,
  type Tensor,
  transpose,
} from '../../../dsl/index.js';
import { type Shape, sameShape, volume } from '../../../dsl/shape.js';
import { apply } from '../../../dsl/tensor.js';
import {
  atLeastRank,
  type Builder,
  choose,
  type Entry,
  entry,
  fits,
  from,
  isField,
  nothing,
  rank,
} from './workshop.js';

/** The same values, rearranged: raw values stay raw. */
const moved = ({ bound, raw }: Entry, x: Tensor): readonly Entry[] => [{ x, bound, raw }];

/** Some of the axes, at least one. */
const axesOf = (x: Tensor, n: number): readonly number[] => {
  const all = shapeOf(x).map((_, axis) => axis);
  const some = all.filter((axis) => (n >> axis) % 2 === 1);
  return some.length === 0 ? all.slice(-1) : some;
};

export const pool: Builder = (shop, [a, b, c, d]) => {
  const chosen = from(shop, a, isField);
  if (chosen === undefined) return nothing;
  const spatial = shapeOf(chosen.x).slice(0, -1);
  const size = spatial.map((n, axis) => 1 + ((b + axis * c) % Math.min(n, 3)));
  const stride = spatial.map((_, axis) => 1 + ((c + axis * d) % 2));
  const fn = shop.smooth || d % 2 === 0 ? 'mean' : 'max';
  return [entry(apply('pool', { op: 'pool', fn, size, stride }, chosen.x), chosen.bound)];
};

const without = (shape: Shape, axis: number): Shape => shape.filter((_, i) => i !== axis);

export const concat: Builder = (shop, [a, b, c, d]) => {
  const first = from(shop, a, atLeastRank(1));
  if (first === undefined) return nothing;
  const axis = b % rank(first.x);
  const joins = (y: Tensor): boolean =>
    rank(y) === rank(first.x) && sameShape(without(shapeOf(y), axis), without(shapeOf(first.x), axis));
  const second = from(shop, c, joins);
  if (second === undefined) return nothing;
  const bound = Math.max(first.bound, second.bound);
  const size = shapeOf(first.x)[axis] + shapeOf(second.x)[axis];
  if (!fits(shapeOf(first.x).map((n, i) => (i === axis ? size : n)))) return nothing;
  if (d % 3 === 0 && sameShape(shapeOf(first.x), shapeOf(second.x)))
    return [{ x: stack(first.x, second.x), bound, raw: false }];
  return [entry(concatAlong(axis, first.x, second.x), bound)];
};

export const sliced: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a);
  if (chosen === undefined) return nothing;
  const shape = shapeOf(chosen.x);
  const size = shape.map((n, axis) => n - ((b + axis) % Math.min(n, 3)));
  const begin = shape.map((n, axis) => (c + axis) % (n - size[axis] + 1));
  return moved(chosen, slice(chosen.x, begin, size));
};

/** Another shape of the same volume. */
const reshaped = (shape: Shape, n: number): Shape => {
  const total = volume(shape);
  const divisor = [2, 3, 5].find((d) => total % d === 0) ?? total;
  const shapes = [
    [total],
    [1, ...shape],
    [...shape, 1],
    [...shape].reverse(),
    [divisor, total / divisor],
    shape,
  ];
  return shapes[n % shapes.length];
};

export const reshape_: Builder = (shop, [a, b]) => {
  const chosen = from(shop, a);
  return chosen === undefined ? nothing : moved(chosen, reshape(...reshaped(shapeOf(chosen.x), b))(chosen.x));
};

export const transposed: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a);
  if (chosen === undefined) return nothing;
  const axes = shapeOf(chosen.x).map((_, axis) => axis);
  const cut = axes.length === 0 ? 0 : b % axes.length;
  const turned = [...axes.slice(cut), ...axes.slice(0, cut)];
  return moved(chosen, transpose(...(c % 2 === 0 ? turned : [...turned].reverse()))(chosen.x));
};

export const reversed: Builder = (shop, [a, b]) => {
  const chosen = from(shop, a, atLeastRank(1));
  return chosen === undefined ? nothing : moved(chosen, reverse(...axesOf(chosen.x, b))(chosen.x));
};

export const rolled: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a, atLeastRank(1));
  return chosen === undefined ? nothing : moved(chosen, roll(b % rank(chosen.x), (c % 7) - 3)(chosen.x));
};

export const broadcast_: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a, (x) => fits([...shapeOf(x), 2]));
  if (chosen === undefined) return nothing;
  const shape = shapeOf(chosen.x);
  const axis = b % (shape.length + 1);
  const spread = (n: number): Shape => [...shape.slice(0, axis), n, ...shape.slice(axis)];
  const many = c % 2 === 0 || !fits(spread(3)) ? spread(2) : spread(3);
  return moved(chosen, broadcast(...many)(reshape(...spread(1))(chosen.x)));
};

export const reduce: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const axes = axesOf(chosen.x, b);
  const count = volume(axes.map((axis) => shapeOf(chosen.x)[axis]));
  const [f, factor] = (
    [
      [mean, 1],
      [sum, count],
      [max, 1],
      [min, 1],
    ] as const
  )[c % (shop.smooth ? 2 : 4)];
  return [entry(f(...axes)(chosen.x), factor * chosen.bound)];
};

/** Entries of an axis by number, some of them several times. */
const numbersFor = (count: number, size: number, [c, d]: readonly number[]): readonly number[] =>
  Array.from({ length: count }, (_, i) => (i * (1 + (c % 3)) + d) % size);

export const gathered: Builder = (shop, [a, b, c, d, e]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const axis = b % rank(chosen.x);
  const size = shapeOf(chosen.x)[axis];
  const indices = numbersFor(1 + (e % (size + 2)), size, [c, d]);
  return [entry(apply('gather', { op: 'gather', axis, indices }, chosen.x), chosen.bound)];
};

export const scattered: Builder = (shop, [a, b, c, d, e]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const axis = b % rank(chosen.x);
  const count = shapeOf(chosen.x)[axis];
  const size = 1 + (e % (count + 2));
  const indices = numbersFor(count, size, [c, d]);
  return [entry(apply('scatter', { op: 'scatter', axis, indices, size }, chosen.x), chosen.bound * count)];
};

/** Entries added around, along one axis or two. */
export const padded_: Builder = (shop, [a, b, c, d, e]) => {
  const chosen = from(shop, a, atLeastRank(1));
  if (chosen === undefined) return nothing;
  const boundary =
    choose(['zero', 'circular', 'reflect', 'replicate', { fixed: (e - 50) / 64 }] as const, c) ?? 'zero';
  const margins = shapeOf(chosen.x)
    .slice(0, 1 + (e % 2))
    .map((n, axis): Padding => {
      const most = Math.min(2, boundary === 'reflect' ? n - 1 : n);
      return [(b + axis) % (most + 1), (d + axis) % (most + 1)];
    });
  return [entry(pad(margins, boundary)(chosen.x), Math.max(chosen.bound, 1))];
};

/** A line or a field at other sizes. */
export const resampled_: Builder = (shop, [a, b, c, d]) => {
  const chosen = from(shop, a, isField);
  if (chosen === undefined) return nothing;
  const sizes = shapeOf(chosen.x)
    .slice(0, -1)
    .map((n, axis) => 1 + ((b + axis * c) % (n + 3)));
  return [entry(resampled(chosen.x, sizes, d % 3 === 0 ? 'nearest' : 'linear'), chosen.bound)];
};
