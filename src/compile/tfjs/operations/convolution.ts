/** Convolutions, pooling and dense layers in TensorFlow.js. */

import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Boundary, OpOf } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import { ceilDiv, volume } from '../../../dsl/shape.js';
import { dense as denseWhole, type TensorFlow } from '../../../engine/index.js';
import { batched, type Context, type Value } from './context.js';
import { maxPool } from './max-pool.js';

/** A field as [B, H, W, C]; a line [L, C] is a field of height 1. */
const plane = (tf: TensorFlow, value: Value): Tensor4D => {
  const x = batched(tf, value);
  const [b, ...field] = x.shape;
  return field.length === 2
    ? tf.reshape(x, [b, 1, field[0], field[1]])
    : tf.reshape(x, [b, field[0], field[1], field[2]]);
};

/** A kernel as [kh, kw, a, b]. */
const kernelPlane = (tf: TensorFlow, { tensor }: Value): Tensor4D => {
  const shape = tensor.shape;
  const [kh, kw, a, b] = shape.length === 3 ? [1, ...shape] : shape;
  return tf.reshape(tensor, [kh, kw, a, b]);
};

const pair = (sizes: Shape): [number, number] => (sizes.length === 1 ? [1, sizes[0]] : [sizes[0], sizes[1]]);

/** Back to the value's own number of axes, with a batch axis if x has one. */
const unplane = (tf: TensorFlow, y: Tensor, x: Value): Tensor => {
  const [b, h, w, c] = y.shape;
  const field = x.facts.shape.length === 2 ? [w, c] : [h, w, c];
  return tf.reshape(y, x.facts.perSample ? [b, ...field] : field);
};

/** What is added before and after each of the two axes, so that ceil(n / stride) windows fit. */
const margins = (n: readonly [number, number], k: readonly [number, number], s: readonly [number, number]) =>
  [0, 1].map((axis): readonly [number, number] => {
    const before = Math.floor((k[axis] - 1) / 2);
    const out = ceilDiv(n[axis], s[axis]);
    return [before, Math.max(0, (out - 1) * s[axis] + k[axis] - n[axis] - before)];
  });

/** The field with what lies beyond its edge written around it. */
const withBoundary = (
  tf: TensorFlow,
  x: Tensor4D,
  boundary: Exclude<Boundary, 'none'>,
  [rows, columns]: readonly (readonly [number, number])[],
): Tensor4D => {
  if (boundary === 'circular' || boundary === 'reflect')
    return continued(tf, continued(tf, x, 1, rows, boundary), 2, columns, boundary);
  const around: [number, number][] = [[0, 0], [...rows], [...columns], [0, 0]];
  return tf.pad(x, around, boundary === 'zero' ? 0 : boundary.fixed);
};

/**
 * What lies before and after an axis written out: on a ring the opposite end, at a mirror the entries next to the
 * edge in reverse. By slices, since TensorFlow.js has no right gradient for its own mirror.
 */
const continued = (
  tf: TensorFlow,
  x: Tensor4D,
  axis: 1 | 2,
  [before, after]: readonly [number, number],
  boundary: 'circular' | 'reflect',
): Tensor4D => {
  const n = x.shape[axis];
  const part = (begin: number, size: number): readonly Tensor4D[] => {
    if (size === 0) return [];
    const from: [number, number, number, number] = [0, 0, 0, 0];
    const to: [number, number, number, number] = [...x.shape];
    from[axis] = begin;
    to[axis] = size;
    const cut = tf.slice(x, from, to);
    return [boundary === 'reflect' && size > 1 ? tf.reverse(cut, axis) : cut];
  };
  const parts =
    boundary === 'circular'
      ? [...part(n - before, before), x, ...part(0, after)]
      : [...part(1, before), x, ...part(n - 1 - after, after)];
  return parts.length === 1 ? x : tf.concat(parts, axis);
};

export const conv = (
  op: OpOf<'conv'>,
  x: Value,
  w: Value,
  bias: Value | undefined,
  { tf }: Context,
): Tensor => {
  const field = plane(tf, x);
  const kernel = kernelPlane(tf, w);
  const stride = pair(op.stride);
  const size: [number, number] = [kernel.shape[0], kernel.shape[1]];
  const same = op.boundary === 'zero' && stride.every((s) => s === 1);
  const padded =
    same || op.boundary === 'none'
      ? field
      : withBoundary(tf, field, op.boundary, margins([field.shape[1], field.shape[2]], size, stride));
  const convolve = op.depthwise ? tf.depthwiseConv2d : tf.conv2d;
  const y = convolve(padded, kernel, stride, same ? 'same' : 'valid');
  return unplane(tf, bias === undefined ? y : tf.add(y, bias.tensor), x);
};

export const convTranspose = (
  op: OpOf<'convTranspose'>,
  x: Value,
  w: Value,
  bias: Value | undefined,
  shape: Shape,
  { tf }: Context,
): Tensor => {
  const field = plane(tf, x);
  const [h, width, c] = shape.length === 2 ? [1, ...shape] : shape;
  const y = tf.conv2dTranspose(
    field,
    kernelPlane(tf, w),
    [field.shape[0], h, width, c],
    pair(op.stride),
    'valid',
  );
  return unplane(tf, bias === undefined ? y : tf.add(y, bias.tensor), x);
};

export const pool = (op: OpOf<'pool'>, x: Value, { tf }: Context): Tensor => {
  const [size, stride] = [pair(op.size), pair(op.stride)];
  const field = plane(tf, x);
  return unplane(
    tf,
    op.fn === 'max' ? maxPool(tf, field, size, stride) : tf.avgPool(field, size, stride, 'valid'),
    x,
  );
};

/** A dense layer, with its ReLU where one follows: fused, the layer's output before it need not be kept. */
export const dense = (
  x: Value,
  w: Value,
  bias: Value | undefined,
  activation: 'linear' | 'relu',
  { tf }: Context,
): Tensor => {
  const features = x.facts.shape[x.facts.shape.length - 1];
  const rest = x.tensor.shape.slice(0, -1);
  const rows: Tensor2D = tf.reshape(x.tensor, [volume(rest), features]);
  const weight: Tensor2D = tf.reshape(w.tensor, [features, w.facts.shape[1]]);
  const y = denseWhole(tf, rows, weight, bias?.tensor, activation);
  return tf.reshape(y, [...rest, w.facts.shape[1]]);
};
