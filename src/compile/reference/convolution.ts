/** Convolutions, pooling and dense layers of the reference interpreter. */

import type { Boundary, OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { build, get, type NdArray, type Position, positions } from './array.js';

/** The element at a position that may lie beyond the spatial edges; the last index is the channel. */
const beyond = (x: NdArray, boundary: Boundary, position: Position): number => {
  const spatial = x.shape.length - 1;
  const outside = position.some((i, axis) => axis < spatial && (i < 0 || i >= x.shape[axis]));
  if (!outside) return get(x, position);
  const within = (turn: (i: number, n: number) => number): number =>
    get(
      x,
      position.map((i, axis) => (axis < spatial ? turn(i, x.shape[axis]) : i)),
    );
  if (boundary === 'circular') return within((i, n) => ((i % n) + n) % n);
  if (boundary === 'reflect') return within((i, n) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i));
  return typeof boundary === 'object' ? boundary.fixed : 0;
};

/**
 * out[i, o] = bias[o] + sum over k, c of x[i stride + k - floor((K - 1) / 2), c] w[k, c, o]; with the boundary `none`
 * nothing is subtracted. Depthwise, out channel c mult + m sees channel c alone, through w[k, c, m].
 */
export const conv = (
  op: OpOf<'conv'>,
  x: NdArray,
  w: NdArray,
  bias: NdArray | undefined,
  out: Shape,
): NdArray => {
  const kernel = w.shape.slice(0, -2);
  const [inputs, last] = w.shape.slice(-2);
  const taps = positions(kernel);
  const before = kernel.map((size) => (op.boundary === 'none' ? 0 : Math.floor((size - 1) / 2)));
  return build(out, (position) => {
    const site = position.slice(0, -1);
    const o = position[site.length];
    let sum = bias?.data[o] ?? 0;
    for (const tap of taps) {
      const source = site.map((i, axis) => i * op.stride[axis] + tap[axis] - before[axis]);
      if (op.depthwise) {
        const c = Math.floor(o / last);
        sum += beyond(x, op.boundary, [...source, c]) * get(w, [...tap, c, o % last]);
      } else {
        for (let c = 0; c < inputs; c++)
          sum += beyond(x, op.boundary, [...source, c]) * get(w, [...tap, c, o]);
      }
    }
    return sum;
  });
};

/** out[i stride + k, o] += x[i, c] w[k, o, c], from the bias. */
export const convTranspose = (
  op: OpOf<'convTranspose'>,
  x: NdArray,
  w: NdArray,
  bias: NdArray | undefined,
  out: Shape,
): NdArray => {
  const spatial = x.shape.slice(0, -1);
  const [outputs, inputs] = w.shape.slice(-2);
  const data = build(out, (position) => bias?.data[position[position.length - 1]] ?? 0).data;
  const taps = positions(w.shape.slice(0, -2));
  for (const site of positions(spatial))
    for (const tap of taps) {
      const target = site.map((i, axis) => i * op.stride[axis] + tap[axis]);
      const base = target.reduce((offset, i, axis) => offset * out[axis] + i, 0) * outputs;
      for (let o = 0; o < outputs; o++)
        for (let c = 0; c < inputs; c++) data[base + o] += get(x, [...site, c]) * get(w, [...tap, o, c]);
    }
  return { shape: out, data };
};

/** out[..., f] = bias[f] + sum over i of x[..., i] w[i, f]. */
export const dense = (x: NdArray, w: NdArray, bias: NdArray | undefined, out: Shape): NdArray => {
  const [inputs, features] = w.shape;
  const rows = volume(out) / features;
  const data = new Float64Array(volume(out));
  for (let row = 0; row < rows; row++)
    for (let f = 0; f < features; f++) {
      let sum = bias?.data[f] ?? 0;
      for (let i = 0; i < inputs; i++) sum += x.data[row * inputs + i] * w.data[i * features + f];
      data[row * features + f] = sum;
    }
  return { shape: out, data };
};

/** The largest or the mean of each window, which starts at i stride. */
export const pool = (op: OpOf<'pool'>, x: NdArray, out: Shape): NdArray => {
  const taps = positions(op.size);
  return build(out, (position) => {
    const channel = position[position.length - 1];
    const window = taps.map((tap) =>
      get(x, [...tap.map((k, axis) => position[axis] * op.stride[axis] + k), channel]),
    );
    return op.fn === 'max' ? Math.max(...window) : window.reduce((a, b) => a + b, 0) / window.length;
  });
};
