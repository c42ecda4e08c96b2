/** Instructions between fields. */

import {
  add,
  type Boundary,
  broadcast,
  concatAlong,
  data,
  fill,
  layer,
  mean,
  mul,
  parameterOf,
  reshape,
  roll,
  scale,
  shapeOf,
  slice,
  softmax,
  type Tensor,
  tanh,
  transpose,
} from '../../../../src/dsl/index.js';
import { type Shape, sameShape, volume } from '../../../../src/dsl/shape.js';
import { apply } from '../../../../src/dsl/tensor.js';
import * as pointwise from '../../../../src/laws/arbitraries/program/pointwise.js';
import { type Entry, entry, numbers } from '../../../../src/laws/arbitraries/program/workshop.js';
import type { FieldKind } from './recipe.js';
import { channelsOf, mayBe, pickOf, type Shop } from './shop.js';
import { coarse, deep, margin } from './windows.js';

type Make = (shop: Shop, pick: readonly number[]) => readonly Entry[];

const nothing: readonly Entry[] = [];

const field = ({ pool }: Shop, n: number): Entry | undefined => pickOf(pool, n);

/** Weights in one of the ways in which weights are made: trained, or computed from what is trained. */
export const weightsOf = (shop: Shop, kind: string, shape: Shape, fan: number, n: number): Tensor => {
  const self = layer(kind);
  const make = (role: string, of: Shape = shape): Tensor =>
    parameterOf(self, role, of, { init: { uniform: 1 / Math.sqrt(fan) }, fanIn: fan });
  const [a, b] = shape.slice(-2);
  switch (n % 9) {
    case 0:
      return apply(kind, {
        op: 'constant',
        shape,
        value: numbers(shop, volume(shape), n).map((v) => v / fan),
      });
    case 1:
      return scale(1 / Math.sqrt(fan), tanh(make('weight')));
    case 2:
      return mul(make('weight'), parameterOf(layer('gain'), 'weight', [], { init: { constant: 0.5 } }));
    case 3: {
      // a kernel and its mirror image: from in to out as from out to in
      if (a !== b) return make('weight');
      const raw = make('weight');
      const axes = shape.map((_, axis) => axis);
      const turned = transpose(...axes.slice(0, -2), axes.length - 1, axes.length - 2)(raw);
      return n % 2 === 0 ? scale(0.5, add(raw, add(turned, fill(0, ...shape)))) : reshape(...shape)(raw);
    }
    case 4:
      return b < 2
        ? make('weight')
        : concatAlong(
            shape.length - 1,
            make('left', [...shape.slice(0, -1), 1]),
            make('right', [...shape.slice(0, -1), b - 1]),
          );
    case 5:
      return slice(
        make('wide', [...shape.slice(0, -1), b + 2]),
        shape.map((_, i) => (i === shape.length - 1 ? 1 : 0)),
        shape,
      );
    case 6:
      // the clock of a step, or nothing of it outside
      return shop.clock === undefined || n % 2 === 0
        ? make('weight')
        : mul(make('weight'), tanh(scale(0.3, shop.clock.index)));
    default:
      return make('weight');
  }
};

const biasOf = (kind: string, channels: number, n: number): readonly Tensor[] =>
  n % 3 === 0 ? [] : [parameterOf(layer(kind), 'bias', [channels], { init: { normal: 0.3 } })];

const boundaries: readonly Exclude<Boundary, 'none'>[] = ['zero', 'circular', 'reflect', { fixed: -0.5 }];

const convolution =
  (depthwise: boolean): Make =>
  (shop, [a, b, c, d, e, f]) => {
    const chosen = field(shop, a);
    if (chosen === undefined) return nothing;
    const boundary = boundaries[b % 4];
    const from = channelsOf(chosen.x);
    const widest = (n: number): number =>
      boundary === 'reflect' ? Math.max(1, n - 1) : boundary === 'circular' ? n : 5;
    const kernel = shop.grid.map((n, axis) => 1 + ((c + axis * (d + 1)) % Math.min(5, widest(n))));
    const to = 1 + (e % (depthwise ? 3 : 5));
    const out = depthwise ? from * to : to;
    if (!mayBe(...shop.grid, out)) return nothing;
    const fan = volume(kernel) * (depthwise ? 1 : from);
    const w = weightsOf(shop, 'conv', [...kernel, from, to], fan, f);
    const op = { op: 'conv', boundary, stride: shop.grid.map(() => 1), depthwise } as const;
    const x: Tensor = apply('conv', op, chosen.x, w, ...biasOf('conv', out, d));
    return [entry(x, Math.sqrt(fan) * Math.max(chosen.bound, 0.5) + 1)];
  };

const makers: Readonly<Record<FieldKind, Make>> = {
  map: pointwise.map,
  guarded: pointwise.guarded,
  affine: pointwise.affine,
  zip: pointwise.zip,
  quotient: pointwise.quotient,
  clamp: pointwise.clamped,
  conv: convolution(false),
  depthwise: convolution(true),
  dense: (shop, [a, b, c, d]) => {
    const chosen = field(shop, a);
    if (chosen === undefined) return nothing;
    const from = channelsOf(chosen.x);
    const to = 1 + (b % 11);
    if (!mayBe(...shop.grid, to)) return nothing;
    const w = weightsOf(shop, 'dense', [from, to], from, c);
    const x: Tensor = apply('dense', { op: 'dense' }, chosen.x, w, ...biasOf('dense', to, d));
    return [entry(x, Math.sqrt(from) * chosen.bound + 1)];
  },
  cut: (shop, [a, b, c]) => {
    const chosen = field(shop, a);
    if (chosen === undefined) return nothing;
    const shape = shapeOf(chosen.x);
    const channels = channelsOf(chosen.x);
    const size = 1 + (b % channels);
    const begin = c % (channels - size + 1);
    const place = (last: number, others: (n: number) => number): number[] =>
      shape.map((n, axis) => (axis === shape.length - 1 ? last : others(n)));
    return [
      entry(
        slice(
          chosen.x,
          place(begin, () => 0),
          place(size, (n) => n),
        ),
        chosen.bound,
      ),
    ];
  },
  join: (shop, [a, b]) => {
    const parts = [field(shop, a), field(shop, b)].filter((part) => part !== undefined);
    if (parts.length < 2 || !mayBe(...shop.grid, channelsOf(parts[0].x) + channelsOf(parts[1].x)))
      return nothing;
    const x: Tensor = concatAlong(shop.grid.length, ...parts.map(({ x }) => x));
    return [entry(x, Math.max(...parts.map(({ bound }) => bound)))];
  },
  softmax: (shop, [a]) => {
    const chosen = field(shop, a);
    return chosen === undefined ? nothing : [entry(softmax()(chosen.x), 1)];
  },
  spread: (shop, [a]) => {
    const list = pickOf(shop.lists, a);
    if (list === undefined) return nothing;
    const [n] = shapeOf(list);
    return [entry(broadcast(...shop.grid, n)(reshape(...shop.grid.map(() => 1), n)(list)), 1)];
  },
  // the mean over all places, everywhere
  level: (shop, [a]) => {
    const chosen = field(shop, a);
    if (chosen === undefined) return nothing;
    const channels = channelsOf(chosen.x);
    const level = mean(...shop.grid.map((_, axis) => axis))(chosen.x);
    return [
      entry(
        broadcast(...shop.grid, channels)(reshape(...shop.grid.map(() => 1), channels)(level)),
        chosen.bound,
      ),
    ];
  },
  // around the ring by up to four sites, along a line or a column
  roll: (shop, [a, b, c]) => {
    const chosen = field(shop, a);
    return chosen === undefined
      ? nothing
      : [entry(roll(b % shop.grid.length, (c % 9) - 4)(chosen.x), chosen.bound)];
  },
  coarse,
  margin,
  deep,
  constant: (shop, [a, b, c]) => {
    const like = field(shop, a);
    if (like === undefined) return nothing;
    const shape = shapeOf(like.x);
    const x: Tensor =
      b % 2 === 0 ? fill((c - 50) / 64, ...shape) : data(numbers(shop, volume(shape), c), ...shape);
    return [entry(x, 1)];
  },
  fieldParameter: (shop, [a]) => {
    const like = field(shop, a);
    if (like === undefined) return nothing;
    return [entry(parameterOf(layer('place'), 'weight', shapeOf(like.x), { init: { normal: 0.5 } }), 2)];
  },
};

export const makeField = (shop: Shop, kind: FieldKind, pick: readonly number[]): readonly Entry[] =>
  makers[kind](shop, pick).filter(({ x }) => sameShape(shapeOf(x).slice(0, -1), shop.grid));
