/** Convolutions, pooling and dense layers in TensorFlow.js. */

import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Margin, marginsOf, sidesOf } from '../../../dsl/kernel.js';
import type { Boundary, OpOf } from '../../../dsl/op.js';
import { type Shape, upsampled, volume } from '../../../dsl/shape.js';
import type { TensorFlow } from '../../../engine/engine.js';
import { dense as denseWhole } from '../../../engine/ops.js';
import {
  convolveInPlanes,
  convolveTransposedInPlanes,
  isPlaneConv,
  type PlaneArrays,
  poolInPlanes,
} from '../../plane-windows.js';
import { batched, type Context, tensorShape, type Value } from './context.js';
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

/** The field with its boundary written around it. */
const withBoundary = (
  tf: TensorFlow,
  x: Tensor4D,
  boundary: Exclude<Boundary, 'none'>,
  [rows, columns]: readonly Margin[],
): Tensor4D => {
  if (boundary === 'circular' || boundary === 'reflect')
    return continued(tf, continued(tf, x, 1, rows, boundary), 2, columns, boundary);
  const around: [number, number][] = [[0, 0], [...rows], [...columns], [0, 0]];
  return tf.pad(x, around, boundary === 'zero' ? 0 : boundary.fixed);
};

/**
 * Writes out the entries before and after an axis: on a ring the opposite end, at a mirror the entries next to the
 * edge in reverse. By slices, since the gradient of TensorFlow.js's own mirror is wrong.
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
  const biased = (y: Tensor): Tensor => (bias === undefined ? y : tf.add(y, bias.tensor));
  if (!isPlaneConv(op)) {
    const y = convolveInPlanes(planesOf(tf), op, batched(tf, x), w.tensor);
    // Sites as rows, so that engines see at most two axes.
    const rows = tf.reshape(y, [-1, y.shape[y.shape.length - 1]]);
    return tf.reshape(biased(rows), tensorShape(x, y.shape.slice(1)));
  }
  const field = plane(tf, x);
  const kernel = kernelPlane(tf, w);
  const stride = pair(op.stride);
  const same = op.boundary === 'zero' && stride.every((s) => s === 1);
  const padded =
    same || op.boundary === 'none'
      ? field
      : withBoundary(tf, field, op.boundary, planeMargins(op, x.facts.shape, w.facts.shape));
  const convolve = op.depthwise ? tf.depthwiseConv2d : tf.conv2d;
  const y = convolve(padded, kernel, stride, same ? 'same' : 'valid');
  return unplane(tf, biased(y), x);
};

/** The margins of rows and columns; a line is a single row. */
const planeMargins = (op: OpOf<'conv'>, x: Shape, weight: Shape): readonly Margin[] => {
  const own = marginsOf(op, x.slice(0, -1), sidesOf(weight));
  return own.length === 1 ? [[0, 0], ...own] : own;
};

const planesOf = (tf: TensorFlow): PlaneArrays<Tensor> => ({
  shapeOf: (x) => x.shape,
  reshape: (x, shape) => tf.reshape(x, [...shape]),
  transpose: (x, axes) => tf.transpose(x, [...axes]),
  slice: (x, begin, size) => tf.slice(x, [0, begin, 0], [-1, size, -1]),
  reverse: (x) => tf.reverse(x, 1),
  pad: (x, [before, after], value) =>
    tf.pad(
      x,
      [
        [0, 0],
        [before, after],
        [0, 0],
      ],
      value,
    ),
  concat: (parts) => tf.concat([...parts], 1),
  add: tf.add,
  conv: (x, w, stride, depthwise) => {
    const [image, kernel] = [fourAxes(tf, x), fourAxes(tf, w)];
    const size: [number, number] = [...stride];
    return depthwise
      ? tf.depthwiseConv2d(image, kernel, size, 'valid')
      : tf.conv2d(image, kernel, size, 'valid');
  },
  convTranspose: (x, w, stride) => {
    const [n, h, width] = x.shape;
    const [rows, columns, outside] = w.shape;
    return tf.conv2dTranspose(
      fourAxes(tf, x),
      fourAxes(tf, w),
      [n, upsampled(h, rows, stride[0]), upsampled(width, columns, stride[1]), outside],
      [...stride],
      'valid',
    );
  },
});

const fourAxes = (tf: TensorFlow, x: Tensor): Tensor4D => {
  const [a, b, c, d] = x.shape;
  return tf.reshape(x, [a, b, c, d]);
};

export const convTranspose = (
  op: OpOf<'convTranspose'>,
  x: Value,
  w: Value,
  bias: Value | undefined,
  shape: Shape,
  { tf }: Context,
): Tensor => {
  const biased = (y: Tensor): Tensor => (bias === undefined ? y : tf.add(y, bias.tensor));
  if (op.stride.length === 3) {
    const y = convolveTransposedInPlanes(planesOf(tf), op, batched(tf, x), w.tensor);
    const rows = tf.reshape(y, [-1, y.shape[y.shape.length - 1]]);
    return tf.reshape(biased(rows), tensorShape(x, y.shape.slice(1)));
  }
  const field = plane(tf, x);
  const [h, width, c] = shape.length === 2 ? [1, ...shape] : shape;
  const y = tf.conv2dTranspose(
    field,
    kernelPlane(tf, w),
    [field.shape[0], h, width, c],
    pair(op.stride),
    'valid',
  );
  return unplane(tf, biased(y), x);
};

export const pool = (op: OpOf<'pool'>, x: Value, { tf }: Context): Tensor => {
  const pooled = (field: Tensor4D, size: [number, number], stride: [number, number]): Tensor =>
    op.fn === 'max' ? maxPool(tf, field, size, stride) : tf.avgPool(field, size, stride, 'valid');
  if (op.size.length === 3) {
    const y = poolInPlanes(planesOf(tf), op, batched(tf, x), (planes, size, stride) =>
      pooled(fourAxes(tf, planes), [...size], [...stride]),
    );
    return tf.reshape(y, tensorShape(x, y.shape.slice(1)));
  }
  return unplane(tf, pooled(plane(tf, x), pair(op.size), pair(op.stride)), x);
};

/** A dense layer, fused with a following ReLU, so that the layer's output before it need not be kept. */
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
