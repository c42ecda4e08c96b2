/**
 * Edges of arithmetic: zeros of both signs, the smallest and the largest numbers, infinities, NaN, ties. For each operation
 * of the language there are small programs at such points, with the values and gradients that every interpreter must give,
 * as formulas in float64 or written by hand.
 *
 * Interpreters may differ in the sign of a zero, in results below 2^-126, which an engine may flush to 0, and in sine and
 * cosine from 2^31 on, where neighbouring floats lie many turns apart (such points are left out).
 */

import { erf } from '../../src/compile/reference/erf.js';
import {
  clamp,
  conv,
  fill,
  fourier,
  linearRecurrence,
  matrixRecurrence,
  max,
  maxPool,
  maxPool3d,
  mean,
  meanPool,
  meanPool3d,
  min,
  modulus,
  type Program,
  program,
  sin,
  softmax,
  spectrum,
  sqrt,
  sum,
  where,
} from '../../src/dsl/index.js';
import type { MapFunction, ZipFunction } from '../../src/dsl/op.js';
import { apply } from '../../src/dsl/tensor.js';

/** A program, what it is given, and what it owes: its output `y`, and the gradients of the sum of `y` by inputs. */
export interface Edge {
  readonly name: string;
  readonly program: Program;
  /** One sample, row-major. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly value: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  /** What a result may be off by beside 2e-6 of itself. */
  readonly within?: number;
}

/** Results smaller than this may be taken for 0. */
export const least = 2 ** -126;

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const both = (...values: readonly number[]): readonly number[] => values.flatMap((value) => [value, -value]);

/** Arguments of functions of one. */
const points = [
  ...both(0, 1e-45, 1e-40, 1e-38, 1e-30, 1e-20, 1e-12, 1e-8, 1e-4, 0.5, 1, 8, 20, 87, 89, 104),
  ...both(1e4, 1e9, 1e19, 1e20, 1e30, 3e38, inf),
  nan,
].map(Math.fround);

/** A function, its derivative, and where it is not asked. */
interface Smooth {
  readonly f: (x: number) => number;
  readonly slope: (x: number) => number;
  readonly asked?: (x: number) => boolean;
  readonly within?: number;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const known = (f: (x: number) => number) => (x: number) => (Number.isNaN(x) ? nan : f(x));

const smooth: Readonly<Record<MapFunction, Smooth>> = {
  tanh: { f: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2, within: 3e-7 },
  relu: { f: (x) => Math.max(x, 0), slope: known((x) => (x > 0 ? 1 : 0)) },
  sigmoid: { f: logistic, slope: (x) => logistic(x) * logistic(-x), within: 2e-7 },
  softplus: { f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: logistic },
  sin: { f: Math.sin, slope: Math.cos, asked: (x) => !(Math.abs(x) >= 2 ** 31), within: 1e-6 },
  cos: { f: Math.cos, slope: (x) => -Math.sin(x), asked: (x) => !(Math.abs(x) >= 2 ** 31), within: 1e-6 },
  exp: { f: Math.exp, slope: Math.exp },
  log: { f: Math.log, slope: (x) => 1 / x, asked: (x) => !Object.is(x, -0) },
  sqrt: { f: Math.sqrt, slope: (x) => 0.5 / Math.sqrt(x), asked: (x) => !Object.is(x, -0) },
  square: { f: (x) => x * x, slope: (x) => 2 * x },
  abs: { f: Math.abs, slope: Math.sign },
  reciprocal: { f: (x) => 1 / x, slope: (x) => -1 / x / x, asked: (x) => !Object.is(x, -0) },
  sign: { f: Math.sign, slope: () => 0 },
  floor: { f: Math.floor, slope: () => 0 },
  erf: { f: erf, slope: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x), within: 2e-7 },
  stopGradient: { f: (x) => x, slope: () => 0 },
};

const ofOne = (fn: MapFunction): Edge => {
  const { f, slope, asked = () => true, within = 0 } = smooth[fn];
  const x = points.filter(asked);
  const row = [...x, ...x];
  return {
    name: fn,
    program: program({ x: [2, x.length, 1] }, (given) => ({ y: apply(fn, { op: 'map', fn }, given.x) })),
    inputs: { x: row },
    value: row.map(f),
    gradients: { x: row.map(slope) },
    within,
  };
};

/** Every pair of these; division and products have no size at which they are asked no more. */
const some = [...both(0, 1e-40, 1e-30, 1e-20, 1, 3, 1e20, 1e30, inf), nan].map(Math.fround);

/** A function of two and its slopes. */
interface SmoothOfTwo {
  readonly f: (a: number, b: number) => number;
  readonly slopes: (a: number, b: number) => readonly [number, number];
  readonly asked?: (a: number, b: number) => boolean;
}

const { fround } = Math;
const ofTwoEach: Readonly<Record<ZipFunction, SmoothOfTwo>> = {
  add: { f: (a, b) => a + b, slopes: () => [1, 1] },
  sub: { f: (a, b) => a - b, slopes: () => [1, -1] },
  mul: { f: (a, b) => a * b, slopes: (a, b) => [b, a] },
  div: {
    f: (a, b) => a / b,
    // a slope is owed as far as the quotient itself is a float: (g a / b) / b
    slopes: (a, b) => [1 / b, -fround(a / b) / b],
    // of -0 nobody may ask from which side; a quotient below the normal floats has few digits
    asked: (a, b) => !Object.is(b, -0) && !(Math.abs(a / b) < least && a !== 0),
  },
  // Unless b is larger the gradient goes to a: where both are equal, and where one is no number.
  max: { f: Math.max, slopes: (a, b) => (b > a ? [0, 1] : [1, 0]) },
  min: { f: Math.min, slopes: (a, b) => (b < a ? [0, 1] : [1, 0]) },
  greater: { f: (a, b) => (a > b ? 1 : 0), slopes: () => [0, 0] },
  greaterEqual: { f: (a, b) => (a >= b ? 1 : 0), slopes: () => [0, 0] },
  atan2: {
    f: Math.atan2,
    slopes: (a, b) => {
      const unit = Math.max(Math.abs(a), Math.abs(b));
      if (unit === 0) return [0, 0];
      const total = (a / unit) ** 2 + (b / unit) ** 2;
      return [b / unit / total / unit, -(a / unit / total / unit)];
    },
    // from which side zero is approached, nobody may ask
    asked: (a, b) => !Object.is(a, -0) && !Object.is(b, -0),
  },
};

const ofTwo = (fn: ZipFunction): Edge => {
  const { f, slopes, asked = () => true } = ofTwoEach[fn];
  const pairs = some.flatMap((a) => some.map((b) => [a, b] as const)).filter(([a, b]) => asked(a, b));
  return {
    name: fn,
    program: program({ a: [1, pairs.length, 1], b: [1, pairs.length, 1] }, ({ a, b }) => ({
      y: apply(fn, { op: 'zip', fn }, a, b),
    })),
    inputs: { a: pairs.map(([a]) => a), b: pairs.map(([, b]) => b) },
    value: pairs.map(([a, b]) => f(a, b)),
    gradients: {
      a: pairs.map(([a, b]) => slopes(a, b)[0]),
      b: pairs.map(([a, b]) => slopes(a, b)[1]),
    },
  };
};

/** What a scale does to a spectrum: everything to its value, nothing to its gradient. Of [1, -2, 0.5, 3]. */
const spectrumAt = (scale: number): Edge => ({
  name: `spectrum of ${scale}`,
  program: program({ x: [4, 2, 2, 1] }, ({ x }) => ({ y: spectrum(x) })),
  inputs: { x: [1, -2, 0.5, 3].flatMap((value) => new Array<number>(4).fill(value * scale)) },
  value: [2.5, Math.hypot(0.5, 5), 0.5].flatMap((value) => new Array<number>(4).fill(value * scale)),
  // bin 0 gives 1, bin 1 its own direction (0.5, 5), bin 2 its sign
  gradients: {
    x: [0, 1, 2, 3].flatMap((t) => {
      const turn = (Math.PI * t) / 2;
      const along = (0.5 * Math.cos(turn) - 5 * Math.sin(turn)) / Math.hypot(0.5, 5);
      return new Array<number>(4).fill(1 + along + (t % 2 === 0 ? 1 : -1));
    }),
  },
  within: 3e-6,
});

/** The same of all four modes, by their modulus: bin 3 is the conjugate of bin 1. */
const modulusAt = (scale: number): Edge => ({
  ...spectrumAt(scale),
  name: `modulus of modes of ${scale}`,
  program: program({ x: [4, 2, 2, 1] }, ({ x }) => ({ y: modulus(fourier(0)(x)) })),
  value: [2.5, Math.hypot(0.5, 5), 0.5, Math.hypot(0.5, 5)].flatMap((value) =>
    new Array<number>(4).fill(value * scale),
  ),
  gradients: {
    x: [0, 1, 2, 3].flatMap((t) => {
      const turn = (Math.PI * t) / 2;
      const along = (0.5 * Math.cos(turn) - 5 * Math.sin(turn)) / Math.hypot(0.5, 5);
      return new Array<number>(4).fill(1 + 2 * along + (t % 2 === 0 ? 1 : -1));
    }),
  },
  within: 6e-6,
});

const repeated = (times: number, ...values: readonly number[]): readonly number[] =>
  values.flatMap((value) => new Array<number>(times).fill(value));

/** h[t] = factor h[t-1] + push[t] at 2 x 2 pixels, with the gradients of the sum of all h. */
const recurrenceOf = (name: string, factors: readonly number[], pushes: readonly number[]): Edge => {
  const steps = factors.length;
  const states: number[] = [];
  for (let t = 0; t < steps; t++) states.push(fround(factors[t] * (states[t - 1] ?? 0) + pushes[t]));
  const owed = new Array<number>(steps).fill(0);
  for (let t = steps - 1; t >= 0; t--)
    owed[t] = fround(1 + (t + 1 < steps ? factors[t + 1] * owed[t + 1] : 0));
  return {
    name,
    program: program({ a: [steps, 2, 2, 1], b: [steps, 2, 2, 1] }, ({ a, b }) => ({
      y: linearRecurrence(a, b),
    })),
    inputs: { a: repeated(4, ...factors), b: repeated(4, ...pushes) },
    value: repeated(4, ...states),
    gradients: {
      a: repeated(4, ...owed.map((amount, t) => amount * (states[t - 1] ?? 0))),
      b: repeated(4, ...owed),
    },
  };
};

const times = (steps: number, f: (t: number) => number): readonly number[] =>
  Array.from({ length: steps }, (_, t) => f(t));

/** A field of 4 x 4 with a NaN in its third and last row. */
const holed = [1, 2, 3, 4, -5, -6, -7, -8, nan, 1, 7, 7, 2, 3, 7, nan];

const small = [...both(1e-38, 1e-30, 1e-20, 1e-12, 1e-8, 1e-4, 1e-2, 0.0624, 0.0626)].map(fround);

const others: readonly Edge[] = [
  {
    name: 'sine near 0',
    program: program({ x: [1, small.length, 1] }, ({ x }) => ({ y: sin(x) })),
    inputs: { x: small },
    value: small.map(Math.sin),
    gradients: { x: small.map(Math.cos) },
  },
  {
    name: 'clamp',
    program: program({ x: [2, points.length, 1] }, ({ x }) => ({ y: clamp(-1, 1, x) })),
    inputs: { x: [...points, ...points] },
    value: [...points, ...points].map((x) => Math.min(Math.max(x, -1), 1)),
    // at its bounds the gradient is still that of x; of NaN too
    gradients: { x: [...points, ...points].map((x) => (x < -1 || x > 1 ? 0 : 1)) },
  },
  {
    name: 'where: what is not chosen may be anything',
    program: program({ c: [1, 8, 1], a: [1, 8, 1], b: [1, 8, 1] }, ({ c, a, b }) => ({ y: where(c, a, b) })),
    inputs: {
      c: [1, 0, nan, -inf, 1, 0, inf, -1],
      a: [1, nan, 3, inf, inf, -inf, 7, nan],
      b: [nan, 2, inf, 4, nan, nan, -inf, 8],
    },
    value: [1, 2, 3, 4, inf, nan, 7, 8],
    gradients: {
      c: repeated(8, 0),
      a: [1, 0, 1, 0, 1, 0, 1, 0],
      b: [0, 1, 0, 1, 0, 1, 0, 1],
    },
  },
  {
    name: 'where: the gradient that is not finite is not chosen',
    program: program({ x: [1, 4, 1] }, ({ x }) => ({
      y: where(x, sqrt(where(x, x, fill(1))), x),
    })),
    inputs: { x: [4, 0, -1, 1] },
    value: [2, 0, -1, 1],
    gradients: { x: [0.25, 1, 1, 0.5] },
  },
  {
    name: 'affine',
    program: program({ x: [2, points.length, 1] }, ({ x }) => ({
      y: apply('affine', { op: 'affine', scale: 4, shift: -3 }, x),
    })),
    inputs: { x: [...points, ...points] },
    value: [...points, ...points].map((x) => 4 * x - 3),
    gradients: { x: repeated(2 * points.length, 4) },
  },
  {
    name: 'max over channels, with ties and NaN',
    program: program({ x: [2, 2, 3] }, ({ x }) => ({ y: max(2)(x) })),
    inputs: { x: [1, 5, 5, -inf, -inf, -inf, 2, nan, 3, nan, nan, 1] },
    value: [5, -inf, nan, nan],
    gradients: { x: [0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0] },
  },
  {
    name: 'min over channels, with ties and NaN',
    program: program({ x: [2, 2, 3] }, ({ x }) => ({ y: min(2)(x) })),
    inputs: { x: [-1, -5, -5, inf, inf, inf, 2, nan, 3, nan, nan, -1] },
    value: [-5, inf, nan, nan],
    gradients: { x: [0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0] },
  },
  {
    name: 'max over pixels, one of them NaN',
    program: program({ x: [4, 4, 1] }, ({ x }) => ({ y: max(0, 1)(x) })),
    inputs: { x: holed },
    value: [nan],
    gradients: { x: times(16, (i) => (i === 8 ? 1 : 0)) },
  },
  {
    name: 'sum and mean over pixels, one of them NaN',
    program: program({ x: [4, 4, 1] }, ({ x }) => ({
      y: apply('add', { op: 'zip', fn: 'add' }, sum(0, 1)(x), mean(0, 1)(x)),
    })),
    inputs: { x: holed },
    value: [nan],
    gradients: { x: repeated(16, 17 / 16) },
  },
  {
    name: 'the mean of what is large and does not overflow',
    program: program({ x: [4, 4, 1] }, ({ x }) => ({ y: mean(0, 1)(x) })),
    inputs: { x: repeated(16, 1e37) },
    value: [1e37],
    gradients: { x: repeated(16, 1 / 16) },
  },
  {
    name: 'max pool, with ties, NaN and infinities',
    program: program({ x: [4, 4, 1] }, ({ x }) => ({ y: maxPool(2)(x) })),
    inputs: { x: holed },
    value: [2, 4, nan, nan],
    gradients: { x: [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1] },
  },
  {
    name: 'max pool of what is all negative or infinite',
    program: program({ x: [2, 4, 1] }, ({ x }) => ({ y: maxPool(2)(x) })),
    inputs: { x: [-3, -1, -inf, -inf, -1, -2, -inf, -inf] },
    value: [-1, -inf],
    gradients: { x: [0, 1, 1, 0, 0, 0, 0, 0] },
  },
  {
    name: 'mean pool, with NaN, infinities and large numbers',
    program: program({ x: [2, 6, 1] }, ({ x }) => ({ y: meanPool(2)(x) })),
    inputs: { x: [nan, 1, inf, 1, 1e37, 1e37, 2, 3, -1, 0, 1e37, 1e37] },
    value: [nan, inf, 1e37],
    gradients: { x: repeated(12, 0.25) },
  },
  {
    name: 'max pool of a volume, with ties, NaN and infinities',
    program: program({ x: [2, 2, 4, 1] }, ({ x }) => ({ y: maxPool3d(2)(x) })),
    inputs: { x: [0, 1, nan, 2, 1, 1, 3, nan, 1, 1, nan, inf, 0, -inf, 5, 5] },
    value: [1, nan],
    gradients: { x: [0, 1, 1, 0, ...repeated(12, 0)] },
  },
  {
    name: 'mean pool of a volume, with NaN, infinities and large numbers',
    program: program({ x: [2, 2, 6, 1] }, ({ x }) => ({ y: meanPool3d(2)(x) })),
    inputs: { x: [...[nan, 1, inf, 1, 1e37, 1e37], ...repeated(12, 1), ...[2, 2, -1, 0, 1e37, 1e37]] },
    value: [nan, inf, 5e36 + 0.5],
    gradients: { x: repeated(24, 1 / 8) },
  },
  {
    name: 'softmax far from 0',
    program: program({ x: [2, 2, 3] }, ({ x }) => ({ y: softmax()(x) })),
    inputs: { x: [1e30, 1e30, -1e30, -200, 0, 0, 1e-30, 0, -1e-30, 500, 500, 500] },
    value: [0.5, 0.5, 0, 0, 0.5, 0.5, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3, 1 / 3],
    gradients: { x: repeated(12, 0) },
    within: 1e-6,
  },
  {
    name: 'softmax of NaN, site by site',
    program: program({ x: [1, 2, 2] }, ({ x }) => ({ y: softmax()(x) })),
    inputs: { x: [nan, 1, 0, 0] },
    value: [nan, nan, 0.5, 0.5],
    gradients: { x: [nan, nan, 0, 0] },
    within: 1e-6,
  },
  ...[1e-38, 1e-30, 1e-24, 1e-20, 1, 1e15, 1e20, 1e30, 4e37].map(spectrumAt),
  ...[1e-38, 1e-30, 1e-20, 1, 1e15, 1e30, 4e37].map(modulusAt),
  {
    name: 'spectrum with NaN and infinity at two of its sites',
    program: program({ x: [2, 1, 3, 1] }, ({ x }) => ({ y: spectrum(x) })),
    inputs: { x: [nan, 3, inf, 1, 4, 1] },
    value: [nan, 7, nan, nan, 1, nan],
    gradients: { x: [nan, 0, nan, nan, 2, nan] },
  },
  {
    name: 'spectrum of silence',
    program: program({ x: [4, 2, 2, 1] }, ({ x }) => ({ y: spectrum(x) })),
    inputs: { x: repeated(16, 0) },
    value: repeated(12, 0),
    gradients: { x: repeated(16, 0) },
  },
  {
    ...recurrenceOf(
      'recurrence whose factors grow while nothing moves',
      times(256, () => 2),
      times(256, (t) => (t === 250 ? 1 : 0)),
    ),
    // what the first factors are owed is infinity times 0
    gradients: {},
  },
  recurrenceOf(
    'recurrence whose factors grow to the end of the floats',
    times(127, () => 2),
    times(127, (t) => (t === 120 ? 1 : 0)),
  ),
  recurrenceOf(
    'recurrence whose factors vanish and come again',
    times(96, (t) => (t % 24 === 0 ? 0 : t % 24 < 12 ? 1e-2 : 1e2)),
    times(96, (t) => (t % 5 === 0 ? 1 : 0)),
  ),
  recurrenceOf(
    'recurrence with a NaN, from there on',
    times(8, () => 0.5),
    times(8, (t) => (t === 5 ? nan : 1)),
  ),
  {
    name: 'recurrence with a NaN at one of its sites',
    program: program({ a: [3, 1, 2, 1], b: [3, 1, 2, 1] }, ({ a, b }) => ({ y: linearRecurrence(a, b) })),
    inputs: { a: [2, 2, nan, 2, 2, 2], b: [1, 1, 1, 1, 1, 1] },
    value: [1, 1, nan, 3, nan, 7],
    gradients: { a: [nan, 0, 3, 3, nan, 3], b: [nan, 7, 3, 3, 1, 1] },
  },
  {
    name: 'recurrence of matrices that grow while nothing moves',
    program: program({ a: [160, 1, 1, 2, 2], b: [160, 1, 1, 2] }, ({ a, b }) => ({
      y: matrixRecurrence(a, b),
    })),
    inputs: {
      a: times(160, () => 0).flatMap(() => [0, 2, 2, 0]),
      b: times(160, (t) => t).flatMap((t) => (t === 158 ? [1, 3] : [0, 0])),
    },
    value: times(160, (t) => t).flatMap((t) => (t === 158 ? [1, 3] : t === 159 ? [6, 2] : [0, 0])),
    gradients: {},
  },
  {
    name: 'convolution: a NaN stays within its window',
    program: program({ x: [1, 6, 1] }, ({ x }) => ({
      y: conv(1, { bias: false, init: { constant: 1 } })(x),
    })),
    inputs: { x: [nan, 1, 2, 3, 4, 5] },
    value: [nan, nan, 6, 9, 12, 9],
    gradients: { x: [2, 3, 3, 3, 3, 2] },
  },
];

/** All of them. */
export const edges: readonly Edge[] = [
  ...Object.keys(smooth).flatMap((fn) => (isMap(fn) ? [ofOne(fn)] : [])),
  ...Object.keys(ofTwoEach).flatMap((fn) => (isZip(fn) ? [ofTwo(fn)] : [])),
  ...others,
];

function isMap(name: string): name is MapFunction {
  return Object.hasOwn(smooth, name);
}
function isZip(name: string): name is ZipFunction {
  return Object.hasOwn(ofTwoEach, name);
}

/** Where a result is not what it should be: nothing where all are. */
export const strayed = (
  found: ArrayLike<number>,
  expected: readonly number[],
  within = 0,
): readonly string[] =>
  expected.flatMap((value, i) => {
    const right = fround(value);
    const is = found[i];
    const alike =
      Number.isNaN(right) || !Number.isFinite(right)
        ? Object.is(is, right)
        : Math.abs(is - right) <= Math.max(least, within, 2e-6 * Math.abs(right));
    return alike && found.length === expected.length ? [] : [`${i}: ${is} instead of ${right}`];
  });
