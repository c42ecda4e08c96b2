/** Convolutions, pooling and dense layers of the reference interpreter. */

import { dilationOf, extentsOf, leadOf, sidesOf } from '../../dsl/kernel.js';
import type { Boundary, OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { build, get, type NdArray, type Position, positions } from './array.js';

/** The index along an axis that is read for an index beyond its ends; undefined if the boundary is a number. */
const turned = (boundary: Boundary, i: number, n: number): number | undefined => {
  if (i >= 0 && i < n) return i;
  if (boundary === 'circular') return ((i % n) + n) % n;
  return boundary === 'reflect' ? (i < 0 ? -i : 2 * (n - 1) - i) : undefined;
};

/** The row-major number of the site that a tap reads; undefined if it is beyond an edge with a fixed number. */
const siteRead = (boundary: Boundary, position: Position, space: Shape): number | undefined => {
  let site = 0;
  for (const [axis, i] of position.entries()) {
    const within = turned(boundary, i, space[axis]);
    if (within === undefined) return undefined;
    site = site * space[axis] + within;
  }
  return site;
};

/**
 * out[i, o] = bias[o] + sum over k, c of x[i stride + k dilation - floor((e - 1) / 2), c] w[k, c, o], e the kernel's extent;
 * with the boundary `none` nothing is subtracted. Depthwise, out channel c mult + m sees channel c alone, through
 * w[k, c, m]. In groups, out channel o sees the channels of its own group alone.
 */
export const conv = (
  op: OpOf<'conv'>,
  x: NdArray,
  w: NdArray,
  bias: NdArray | undefined,
  out: Shape,
): NdArray => {
  const kernel = sidesOf(w.shape);
  const [inputs, last] = w.shape.slice(-2);
  const [space, channels] = [x.shape.slice(0, -1), x.shape[x.shape.length - 1]];
  const outputs = out[out.length - 1];
  const taps = positions(kernel);
  const dilation = dilationOf(op);
  const before = extentsOf(op, kernel).map((extent) => leadOf(op.boundary, extent));
  const outside = typeof op.boundary === 'object' ? op.boundary.fixed : 0;
  const data = new Float64Array(volume(out));
  for (const [site, at] of positions(out.slice(0, -1)).entries()) {
    // Which sites are read does not depend on the channels.
    const read = taps.map((tap) =>
      siteRead(
        op.boundary,
        at.map((i, axis) => i * op.stride[axis] + tap[axis] * dilation[axis] - before[axis]),
        space,
      ),
    );
    const element = (tap: number, c: number): number => {
      const from = read[tap];
      return from === undefined ? outside : x.data[from * channels + c];
    };
    for (let o = 0; o < outputs; o++) {
      let sum = bias?.data[o] ?? 0;
      if (op.depthwise) {
        const c = Math.floor(o / last);
        for (let tap = 0; tap < taps.length; tap++)
          sum += element(tap, c) * w.data[(tap * inputs + c) * last + (o % last)];
      } else {
        const first = Math.floor(o / (outputs / (op.groups ?? 1))) * inputs;
        for (let tap = 0; tap < taps.length; tap++)
          for (let c = 0; c < inputs; c++)
            sum += element(tap, first + c) * w.data[(tap * inputs + c) * last + o];
      }
      data[site * outputs + o] = sum;
    }
  }
  return { shape: out, data };
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
    return op.fn === 'max'
      ? window.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
      : window.reduce((a, b) => a + b, 0) / window.length;
  });
};
