/**
 * The functions of one number in plain loops, with the polynomials and the order of operations of
 * `kernels/functions.ts`.
 */

import { erfEnd, erfRatio } from '../../erf.js';
import type { FieldMap } from '../ir/field.js';
import { add, bitsOf, div, fround, mul, nearest, ofBits, sub, toInteger } from './single.js';

export const horner = (x: number, coefficients: readonly number[]): number => {
  let sum = fround(coefficients[0]);
  for (let i = 1; i < coefficients.length; i++) sum = add(mul(sum, x), fround(coefficients[i]));
  return sum;
};

/** From here on floats are whole numbers, one apart. */
const wholeFloats = 1.5 * 2 ** 23;

/** The nearest whole number for |x| < 2^22, ties to even; never -0. */
const rounded = (x: number): number => sub(add(x, wholeFloats), wholeFloats);

const tanh = (value: number): number => {
  const x = Math.min(Math.max(value, -9), 9);
  const square = mul(x, x);
  const p = horner(
    square,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8,
      1.48572235717979e-5, 6.37261928875436e-4, 4.89352455891786e-3,
    ],
  );
  const q = horner(
    square,
    [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3],
  );
  return div(mul(x, p), q);
};

export const exp = (value: number): number => {
  const x = Math.min(Math.max(value, -104), fround(88.73));
  const n = rounded(mul(x, fround(Math.LOG2E)));
  const r = sub(sub(x, mul(n, fround(0.693359375))), mul(n, fround(-2.1219444e-4)));
  const p = horner(
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  const small = add(add(mul(mul(r, r), p), r), 1);
  const whole = toInteger(n);
  const half = whole >> 1;
  const power = (of: number): number => ofBits((of + 127) << 23);
  return mul(mul(small, power(half)), power(whole - half));
};

export const log = (given: number): number => {
  if (Number.isNaN(given)) return given;
  if (given < 0) return NaN;
  if (given === 0) return -Infinity;
  if (given === Infinity) return given;
  const tiny = given < fround(1.17549435e-38);
  const bits = (bitsOf(tiny ? mul(given, 8388608) : given) - 0x3f3504f3) | 0;
  const e = bits >> 23;
  const m = sub(ofBits(((bits & 0x007fffff) + 0x3f3504f3) | 0), 1);
  const exponent = sub(fround(e), tiny ? 23 : 0);
  const z = mul(m, m);
  const p = horner(
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  const tail = add(sub(mul(mul(m, z), p), mul(z, 0.5)), mul(exponent, fround(-2.1219444e-4)));
  return add(add(m, tail), mul(exponent, fround(0.693359375)));
};

/** pi/2 in three parts, for double precision. */
const quarterTurn = [1.570796012878418, 3.139164164167596e-7, 6.223372171896613e-14] as const;

const reducedFast = (x: number): readonly [angle: number, turns: number] => {
  const n = rounded(mul(x, fround(2 / Math.PI)));
  let angle = x;
  for (const part of [1.5703125, 4.837512969970703e-4, 7.549789948768648e-8])
    angle = sub(angle, mul(n, fround(part)));
  return [angle, toInteger(n)];
};

const reducedFar = (x: number): readonly [angle: number, turns: number] => {
  const n = nearest(x * (2 / Math.PI));
  let angle = x;
  for (const part of quarterTurn) angle -= n * part;
  const turns = n - nearest(n * 0.25) * 4;
  const [low, high] = [fround(-0.8), fround(0.8)];
  return [Math.min(Math.max(fround(angle), low), high), toInteger(fround(turns))];
};

/** Sine of x + quarters turns of pi/2. */
const wave =
  (quarters: number) =>
  (x: number): number => {
    const [r, turns] = Math.abs(x) > 8192 ? reducedFar(x) : reducedFast(x);
    const square = mul(r, r);
    const turn = (turns + quarters) | 0;
    const odd = (turn & 1) !== 0;
    const s = horner(square, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
    const c = horner(square, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
    const value = odd
      ? add(sub(1, mul(square, 0.5)), mul(mul(square, square), c))
      : add(r, mul(mul(r, square), s));
    return (turn & 2) !== 0 ? -value : value;
  };

const [pErf, qErf] = [[...erfRatio.p].reverse(), [...erfRatio.q].reverse()];

const erf = (value: number): number => {
  const x = Math.min(Math.max(value, fround(-erfEnd)), fround(erfEnd));
  const square = mul(x, x);
  return Math.min(Math.max(div(mul(x, horner(square, pErf)), horner(square, qErf)), -1), 1);
};

const softplus = (x: number): number => {
  const e = exp(-Math.abs(x));
  const u = add(1, e);
  const d = sub(u, 1);
  const right = d === 0 ? e : div(mul(log(u), e), d);
  return add(Math.max(x, 0), right);
};

/** Each function. */
export const functions: Readonly<Record<FieldMap, (x: number) => number>> = {
  tanh,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => div(1, add(1, exp(-x))),
  softplus,
  sin: wave(0),
  cos: wave(1),
  exp,
  log,
  sqrt: (x) => fround(Math.sqrt(x)),
  square: (x) => mul(x, x),
  abs: Math.abs,
  reciprocal: (x) => div(1, x),
  sign: (x) => (Number.isNaN(x) ? x : (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0)),
  floor: Math.floor,
  erf,
  stopGradient: (x) => x,
};
