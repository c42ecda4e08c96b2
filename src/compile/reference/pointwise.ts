/** Pointwise operations of the reference interpreter. */

import type { MapFunction, OpOf, ZipFunction } from '../../dsl/op.js';
import type { NdArray } from './array.js';

const maps: Readonly<Record<MapFunction, (x: number) => number>> = {
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  // log(1 + exp(x)) as it stands overflows from x = 710 on.
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
};

export const map = ({ fn }: OpOf<'map'>, x: NdArray): NdArray => ({
  shape: x.shape,
  data: x.data.map((value) => maps[fn](value)),
});

export const affine = ({ scale, shift }: OpOf<'affine'>, x: NdArray): NdArray => ({
  shape: x.shape,
  data: x.data.map((value) => scale * value + shift),
});

/** Shapes are equal, or one is a scalar, which then stands at every site. */
export const zip = ({ fn }: OpOf<'zip'>, a: NdArray, b: NdArray): NdArray => {
  const whole = a.shape.length === 0 ? b : a;
  const left = (i: number): number => a.data[a.shape.length === 0 ? 0 : i];
  const right = (i: number): number => b.data[b.shape.length === 0 ? 0 : i];
  return { shape: whole.shape, data: whole.data.map((_, i) => zips[fn](left(i), right(i))) };
};
