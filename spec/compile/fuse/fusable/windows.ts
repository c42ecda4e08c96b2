/** Instructions that leave the grid and come back: strides, pools, margins and other grids between. */

import { padded } from '../../../../src/dsl/functions/pad.js';
import { resampled } from '../../../../src/dsl/functions/resample.js';
import {
  add,
  type Boundary,
  data,
  layer,
  mean,
  type PadBoundary,
  parameterOf,
  reshape,
  shapeOf,
  slice,
  type Tensor,
  transpose,
} from '../../../../src/dsl/index.js';
import { type Shape, volume } from '../../../../src/dsl/shape.js';
import { apply } from '../../../../src/dsl/tensor.js';
import { type Entry, entry, numbers } from '../../../../src/laws/arbitraries/program/workshop.js';
import { channelsOf, mayBe, pickOf, type Shop } from './shop.js';

type Make = (shop: Shop, pick: readonly number[]) => readonly Entry[];

const boundaries: readonly Boundary[] = ['zero', 'circular', 'reflect', { fixed: -0.5 }, 'none'];

const weight = (kind: string, shape: Shape, fan: number): Tensor =>
  parameterOf(layer(kind), 'weight', shape, { init: { uniform: 1 / Math.sqrt(fan) }, fanIn: fan });

/** The widest window that an axis of n takes, with taps this far apart. */
const widest = (n: number, boundary: Boundary, apart: number): number => {
  const span =
    boundary === 'reflect' ? Math.max(1, n - 1) : boundary === 'zero' || typeof boundary === 'object' ? 5 : n;
  return Math.max(1, Math.min(5, Math.floor((span - 1) / apart) + 1));
};

/** A convolution with a stride, dilation and groups, over any sites. */
const convolved = (x: Tensor, [b, c, d, e, f]: readonly number[], strides: readonly number[]): Tensor => {
  const shape = shapeOf(x);
  const sites = shape.slice(0, -1);
  const boundary = boundaries[b % 5];
  const from = channelsOf(x);
  const depthwise = f % 4 === 0;
  const groups = !depthwise && from % 2 === 0 && f % 2 === 0 ? 2 : 1;
  const dilation = sites.map((_, axis) => 1 + ((c + axis) % 3 === 0 ? d % 3 : 0));
  const kernel = sites.map((n, axis) => 1 + ((c + axis * (d + 1)) % widest(n, boundary, dilation[axis])));
  const to = groups * (1 + (e % 3));
  const fan = (volume(kernel) * (depthwise ? 1 : from)) / groups;
  const op = {
    op: 'conv',
    boundary,
    stride: sites.map((_, axis) => strides[axis % strides.length]),
    depthwise,
    ...(dilation.every((apart) => apart === 1) ? {} : { dilation }),
    ...(groups === 1 ? {} : { groups }),
  } as const;
  return apply('conv', op, x, weight('conv', [...kernel, depthwise ? from : from / groups, to], fan));
};

/** The maximum or mean of windows; ties of what is only rounded are broken first. */
const pooled = (shop: Shop, x: Tensor, [b, c, d]: readonly number[]): Tensor => {
  const shape = shapeOf(x);
  const sites = shape.slice(0, -1);
  const size = sites.map((n, axis) => 1 + ((b + axis) % Math.min(3, n)));
  const stride = sites.map((_, axis) => 1 + ((c + axis) % 3));
  const fn = shop.smooth || d % 2 === 0 ? 'mean' : 'max';
  const apart: Tensor = fn === 'mean' ? x : add(x, data(numbers(shop, volume(shape), d), ...shape));
  return apply('pool', { op: 'pool', fn, size, stride }, apart);
};

/** Sites that are as many as the grid's, whatever they were: cut, and a margin added. */
const asGrid = (x: Tensor, grid: Shape, n: number): Tensor => {
  const shape = shapeOf(x);
  const sites = shape.slice(0, -1);
  const cut = sites.map((size, axis) => Math.min(size, grid[axis]));
  const begin = sites.map((size, axis) => n % (size - cut[axis] + 1));
  const inside: Tensor = sites.every((size, axis) => size === cut[axis])
    ? x
    : slice(x, [...begin, 0], [...cut, shape[shape.length - 1]]);
  const boundary: PadBoundary = (['zero', 'replicate', { fixed: 0.25 }] as const)[n % 3];
  return padded(
    'pad',
    grid.map((size, axis) => [0, size - cut[axis]] as const),
    boundary,
    inside,
  );
};

/** Back to the grid: by a transposed convolution, by resampling, or by a margin. */
const back = (x: Tensor, grid: Shape, [a, b, c]: readonly number[]): Tensor => {
  const from = channelsOf(x);
  const sites = shapeOf(x).slice(0, -1);
  if (a % 3 === 0) return resampled(x, grid, b % 2 === 0 ? 'linear' : 'nearest');
  if (a % 3 === 1) return asGrid(x, grid, b);
  const stride = sites.map((_, axis) => 1 + ((b + axis) % 3));
  const kernel = sites.map((_, axis) => 1 + ((c + axis) % 3));
  const to = 1 + (c % 3);
  const w = weight('convTranspose', [...kernel, to, from], volume(kernel) * from);
  return asGrid(apply('convTranspose', { op: 'convTranspose', stride }, x, w), grid, c);
};

const rooted = (bound: number, x: Tensor): readonly Entry[] => [entry(x, 8 * Math.max(bound, 1))];

/** Down to another grid by a convolution or a pool, and back. */
export const coarse: Make = (shop, pick) => {
  const [a, b, c, d, e, f] = pick;
  const chosen = pickOf(shop.pool, a);
  if (chosen === undefined || !mayBe(...shop.grid, 3 * channelsOf(chosen.x))) return [];
  const down =
    b % 2 === 0
      ? convolved(chosen.x, [c, d, e, f, a], [1 + (b % 3), 1 + (c % 3)])
      : pooled(shop, chosen.x, [c, d, e]);
  return rooted(chosen.bound, back(down, shop.grid, [d, e, f]));
};

/** A margin, and a window that takes it away again. */
export const margin: Make = (shop, pick) => {
  const [a, b, c, d, e, f] = pick;
  const chosen = pickOf(shop.pool, a);
  if (chosen === undefined || !mayBe(...shop.grid, 3 * channelsOf(chosen.x))) return [];
  const boundary: PadBoundary = (['zero', 'circular', 'reflect', 'replicate', { fixed: 1 }] as const)[b % 5];
  const margins = shop.grid.map((n, axis) => {
    const most = boundary === 'reflect' ? Math.max(0, n - 1) : boundary === 'circular' ? n : 3;
    return [(c + axis) % Math.min(3, most + 1), (d + axis) % Math.min(3, most + 1)] as const;
  });
  const wide = padded('pad', margins, boundary, chosen.x);
  const seen = e % 2 === 0 ? convolved(wide, [4, c, d, e, f], [1]) : pooled(shop, wide, [e, 0, f]);
  return rooted(chosen.bound, asGrid(seen, shop.grid, f));
};

/** The channels as planes of a volume, spread by a transposed convolution, and added up along the depth again. */
export const deep: Make = (shop, pick) => {
  const [a, b, c, d, , f] = pick;
  const chosen = pickOf(shop.pool, a);
  if (chosen === undefined || shop.grid.length < 2) return [];
  const depth = channelsOf(chosen.x);
  const [kernel, stride] = [b, c].map((n) => [0, 1, 2].map((axis) => 1 + ((n + axis * (d + 1)) % 3)));
  const after = [depth, ...shop.grid].map((n, axis) => (n - 1) * stride[axis] + kernel[axis]);
  const to = 1 + (d % 2);
  if (!mayBe(...after, to)) return [];
  const volumes = reshape(depth, ...shop.grid, 1)(transpose(2, 0, 1)(chosen.x));
  const w = weight('convTranspose', [...kernel, to, 1], volume(kernel));
  const spread: Tensor = apply('convTranspose', { op: 'convTranspose', stride }, volumes, w);
  return rooted(chosen.bound, asGrid(mean(0)(spread), shop.grid, f));
};
