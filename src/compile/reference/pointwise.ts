/** Pointwise operations of the reference interpreter. */

import type { MapFunction, OpOf, ZipFunction } from '../../dsl/op.js';
import type { NdArray } from './array.js';
import { erf } from './erf.js';

const maps: Readonly<Record<MapFunction, (x: number) => number>> = {
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  // log(1 + exp(x)) itself would overflow from x = 710 on.
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sin: Math.sin,
  cos: Math.cos,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
  sign: Math.sign,
  floor: Math.floor,
  erf,
  stopGradient: (x) => x,
};

const zips: Readonly<Record<ZipFunction, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  greater: (a, b) => (a > b ? 1 : 0),
  greaterEqual: (a, b) => (a >= b ? 1 : 0),
  atan2: Math.atan2,
};

export const map = ({ fn }: OpOf<'map'>, x: NdArray): NdArray => ({
  shape: x.shape,
  data: x.data.map((value) => maps[fn](value)),
});

export const affine = ({ scale, shift }: OpOf<'affine'>, x: NdArray): NdArray => ({
  shape: x.shape,
  data: x.data.map((value) => scale * value + shift),
});

/** Shapes are equal, or one is a scalar, which is repeated at every site. */
export const zip = ({ fn }: OpOf<'zip'>, a: NdArray, b: NdArray): NdArray => {
  const whole = a.shape.length === 0 ? b : a;
  return { shape: whole.shape, data: whole.data.map((_, i) => zips[fn](at(a, i), at(b, i))) };
};

/** b where the condition is at most 0, else a. */
export const where = (condition: NdArray, a: NdArray, b: NdArray): NdArray => {
  const whole = [condition, a, b].find(({ shape }) => shape.length > 0) ?? a;
  return {
    shape: whole.shape,
    data: whole.data.map((_, i) => (at(condition, i) <= 0 ? at(b, i) : at(a, i))),
  };
};

/** Element i; of a scalar its only one. */
const at = ({ shape, data }: NdArray, i: number): number => data[shape.length === 0 ? 0 : i];
