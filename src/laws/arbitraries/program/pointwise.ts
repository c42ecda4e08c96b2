/** Pointwise instructions. */

import {
  abs,
  add,
  atan2,
  clamp,
  complement,
  cos,
  data,
  div,
  erf,
  exp,
  fill,
  floor,
  greater,
  greaterEqual,
  log,
  maximum,
  minimum,
  mul,
  negate,
  offset,
  parameter,
  reciprocal,
  relu,
  scale,
  shapeOf,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  tanh,
  where,
} from '../../../dsl/index.js';
import { sameShape, volume } from '../../../dsl/shape.js';
import { type Builder, choose, type Entry, entry, from, nothing, numbers, within } from './workshop.js';

interface Curve {
  readonly f: (x: Tensor) => Tensor;
  readonly bound: (b: number) => number;
  readonly smooth: boolean;
}

const curves: readonly Curve[] = [
  { f: tanh, bound: () => 1, smooth: true },
  { f: sin, bound: () => 1, smooth: true },
  { f: cos, bound: () => 1, smooth: true },
  { f: sigmoid, bound: () => 1, smooth: true },
  { f: softplus, bound: (b) => b + 0.7, smooth: true },
  { f: square, bound: (b) => b * b, smooth: true },
  { f: exp, bound: Math.exp, smooth: true },
  { f: relu, bound: (b) => b, smooth: false },
  { f: abs, bound: (b) => b, smooth: false },
  { f: stopGradient, bound: (b) => b, smooth: false },
];

export const map: Builder = (shop, [a, b]) => {
  const chosen = from(shop, a);
  const curve = choose(
    curves.filter(({ smooth }) => smooth || !shop.smooth),
    b,
  );
  if (chosen === undefined || curve === undefined) return nothing;
  const { x, bound } = curve.f === exp ? within(2, chosen) : chosen;
  return [entry(curve.f(x), curve.bound(bound))];
};

/** Functions with a restricted domain: their arguments are above 1/2 by construction. */
export const guarded: Builder = (shop, [a, b]) => {
  const chosen = from(shop, a);
  if (chosen === undefined) return nothing;
  const above = offset(1.5, sin(chosen.x));
  return [entry([log, sqrt, reciprocal][b % 3](above), 2)];
};

/** Thresholds are even multiples of 2^-12, raw values are odd ones: never equal. */
export const decision: Builder = (shop, [a, b, c]) => {
  const chosen = shop.smooth
    ? undefined
    : choose(
        shop.pool.filter(({ raw }) => raw),
        a,
      );
  if (chosen === undefined) return nothing;
  const { x } = chosen;
  const threshold = ((b % 65) - 32) / 64;
  const field: Tensor = fill(threshold, ...shapeOf(x));
  const scalar: Tensor = fill(threshold);
  const decided = [
    sign(x),
    greater(x, field),
    greater(scalar, x),
    greater(x, scalar),
    greaterEqual(x, field),
    greaterEqual(scalar, x),
    floor(offset(threshold, x)),
    sign(offset(threshold, x)),
  ];
  return [entry(decided[c % decided.length], 2)];
};

export const affine: Builder = (shop, [a, b, c]) => {
  const chosen = from(shop, a);
  if (chosen === undefined) return nothing;
  const k = [0.5, -1.5, 0.25, 2, -0.75][c % 5];
  const { x, bound } = chosen;
  const made = [
    entry(scale(k, x), Math.abs(k) * bound),
    entry(offset(k, x), bound + 2),
    entry(negate(x), bound),
    entry(complement(k, x), bound + 2),
  ];
  return [made[b % 4]];
};

/** Another value that can be combined with this one. */
const beside =
  (a: Entry) =>
  (y: Tensor): boolean =>
    shapeOf(y).length === 0 || shapeOf(a.x).length === 0 || sameShape(shapeOf(a.x), shapeOf(y));

export const zip: Builder = (shop, [n, m, f]) => {
  const a = from(shop, n);
  const b = a === undefined ? undefined : from(shop, m, beside(a));
  if (a === undefined || b === undefined) return nothing;
  const largest = Math.max(a.bound, b.bound);
  const made = [
    () => entry(add(a.x, b.x), a.bound + b.bound),
    () => entry(sub(a.x, b.x), a.bound + b.bound),
    () => entry(mul(a.x, b.x), a.bound * b.bound),
    () => entry(maximum(a.x, b.x), largest),
    () => entry(minimum(a.x, b.x), largest),
  ];
  return [made[f % (shop.smooth ? 3 : 5)]()];
};

/** The error function, or the angle of a vector in a half plane without the origin, so that it does not cross the cut. */
export const special: Builder = (shop, [n, m, f]) => {
  const a = from(shop, n);
  const b = a === undefined ? undefined : from(shop, m, beside(a));
  if (a === undefined || b === undefined) return nothing;
  const above = offset(2, sin(b.x));
  return [entry([atan2(a.x, above), atan2(above, a.x), atan2(negate(above), a.x), erf(a.x)][f % 4], Math.PI)];
};

/** A choice by an input, or, where all must be smooth, by constants. */
export const choice: Builder = (shop, [n, m, f, g, h]) => {
  const a = from(shop, n);
  const b = a === undefined ? undefined : from(shop, m, beside(a));
  if (a === undefined || b === undefined) return nothing;
  const joined = shapeOf(a.x).length === 0 ? shapeOf(b.x) : shapeOf(a.x);
  const threshold: Tensor = fill(((g % 65) - 32) / 64);
  const raw = shop.smooth
    ? undefined
    : choose(
        shop.pool.filter(
          ({ x, raw: isRaw }) => isRaw && (sameShape(shapeOf(x), joined) || shapeOf(x).length === 0),
        ),
        f,
      );
  const condition: Tensor =
    raw !== undefined
      ? greater(raw.x, threshold)
      : h % 4 === 0
        ? fill(g % 2)
        : data(numbers(shop, volume(joined), g), ...joined);
  return [entry(where(condition, a.x, b.x), Math.max(a.bound, b.bound))];
};

export const quotient: Builder = (shop, [n, m]) => {
  const a = from(shop, n);
  const b = a === undefined ? undefined : from(shop, m, beside(a));
  return a === undefined || b === undefined ? nothing : [entry(div(a.x, offset(2, sin(b.x))), a.bound)];
};

export const clamped: Builder = (shop, [a, b]) => {
  const chosen = shop.smooth ? undefined : from(shop, a);
  return chosen === undefined ? nothing : [entry(clamp(-0.5 - (b % 3) / 4, 0.75, chosen.x), 1.25)];
};

export const constant: Builder = (shop, [a, b, c]) => {
  const like = from(shop, a);
  if (like === undefined) return nothing;
  const shape = shapeOf(like.x);
  const value: Tensor =
    b % 3 === 0 ? fill((c - 50) / 64, ...shape) : data(numbers(shop, volume(shape), c), ...shape);
  return [entry(value, 1)];
};

export const parameterLike: Builder = (shop, [a, b, c]) => {
  const like = from(shop, a);
  if (like === undefined) return nothing;
  const inits = [
    'pytorch',
    'glorot',
    'kaiming',
    'zeros',
    { constant: 0.5 },
    { uniform: 1 },
    { between: [-0.5, 1] },
    { normal: 0.5 },
  ] as const;
  // Two instructions with the same last number share one parameter if its shape fits both.
  const shape = shapeOf(like.x);
  const name = `p${c % 5}-${shape.join('x')}-${b % inits.length}`;
  const made =
    shop.shared.get(name) ??
    parameter(name, shape, { init: inits[b % inits.length], trainable: c % 3 !== 0 });
  shop.shared.set(name, made);
  return [entry(made, 2)];
};
