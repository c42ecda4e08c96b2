/** Convolutions, pooling and dense layers in the graph. */

import { type Margin, marginsOf, sidesOf } from '../../../dsl/kernel.js';
import type { Boundary, OpOf } from '../../../dsl/op.js';
import { type Shape, upsampled, windows as windowsIn } from '../../../dsl/shape.js';
import {
  convolveInPlanes,
  convolveTransposedInPlanes,
  isPlaneConv,
  type Pair,
  type PlaneArrays,
  poolInPlanes,
} from '../../plane-windows.js';
import { type Ref, type Site, under } from '../draft.js';
import { type Attrs, textAttr, textsAttr, truthAttr, typeAttr, wholeAttr, wholesAttr } from '../graph-def.js';
import * as tf from '../ops.js';
import { batched, refOf, stored, tensorShape, type Value } from '../value.js';

/** A field as [B, H, W, C]; a line [L, C] is a field of height 1. */
const plane = (site: Site, x: Value): Ref => {
  const ref = batched(site, x);
  const [b, ...field] = ref.shape;
  return field.length === 2 ? tf.reshape(site, ref, [b, 1, ...field]) : ref;
};

/** A kernel as [kh, kw, a, b]. */
const kernelPlane = (site: Site, kernel: Value): Ref => {
  const { shape } = kernel.facts;
  const four = shape.length === 3 ? [1, ...shape] : shape;
  return kernel.kind === 'constant'
    ? stored(site, kernel.constant, four)
    : tf.reshape(site, kernel.ref, four);
};

const pair = (sizes: Shape): Pair => (sizes.length === 1 ? [1, sizes[0]] : [sizes[0], sizes[1]]);

/** Back to the value's own number of axes, with a batch axis if x has one. */
const unplane = (site: Site, y: Ref, x: Value): Ref => {
  const [, h, w, c] = y.shape;
  const field = x.facts.shape.length === 2 ? [w, c] : [h, w, c];
  return tf.reshape(site, y, x.facts.perSample ? [-1, ...field] : field);
};

/** The margins of rows and columns; a line is a single row. */
const planeMargins = (op: OpOf<'conv'>, x: Shape, weight: Shape): readonly Margin[] => {
  const own = marginsOf(op, x.slice(0, -1), sidesOf(weight));
  return own.length === 1 ? [[0, 0], ...own] : own;
};

const withBoundary = (
  site: Site,
  x: Ref,
  boundary: Exclude<Boundary, 'none'>,
  [rows, columns]: readonly Margin[],
): Ref => {
  if (boundary === 'circular' || boundary === 'reflect')
    return continued(site, continued(site, x, 1, rows, boundary), 2, columns, boundary);
  const around = [0, 0, ...rows, ...columns, 0, 0];
  if (around.every((n) => n === 0)) return x;
  const fixed = boundary === 'zero' ? 0 : boundary.fixed;
  return site.draft.add('PadV2', [x, tf.wholes(site, around, [4, 2]), tf.number(site, fixed)], {
    shape: x.shape.map((n, axis) => (axis === 0 ? n : n + around[2 * axis] + around[2 * axis + 1])),
    attrs: { T: typeAttr('float32'), Tpaddings: typeAttr('int32') },
    hint: `${site.hint}/edge`,
  });
};

/** The opposite end of a ring, or the mirror image, before and after an axis. By slices: they have gradients. */
const continued = (
  site: Site,
  x: Ref,
  axis: 1 | 2,
  [before, after]: Margin,
  boundary: 'circular' | 'reflect',
): Ref => {
  const n = x.shape[axis];
  const part = (name: string, begin: number, size: number): readonly Ref[] => {
    if (size === 0) return [];
    const from = x.shape.map((_, i) => (i === axis ? begin : 0));
    const to = x.shape.map((all, i) => (i === axis ? size : all));
    const cut = tf.slice(under(site, name), x, from, to);
    return [boundary === 'reflect' && size > 1 ? reversed(under(site, name), cut, axis) : cut];
  };
  const [first, last] = axis === 1 ? ['north', 'south'] : ['west', 'east'];
  const parts =
    boundary === 'circular'
      ? [...part(last, n - before, before), x, ...part(first, 0, after)]
      : [...part(first, 1, before), x, ...part(last, n - 1 - after, after)];
  return tf.concat(under(site, axis === 1 ? 'rows' : 'columns'), parts, axis);
};

const reversed = (site: Site, x: Ref, axis: number): Ref =>
  site.draft.add('ReverseV2', [x, tf.wholes(site, [axis])], {
    shape: x.shape,
    attrs: { T: typeAttr('float32'), Tidx: typeAttr('int32') },
    hint: `${site.hint}/mirror`,
  });

/** A bias and a ReLU that run with the operation before them. */
const fused = (bias: boolean, relu: boolean): Attrs => ({
  fused_ops: textsAttr(...(bias ? ['BiasAdd'] : []), ...(relu ? ['Relu'] : [])),
  num_args: wholeAttr(bias ? 1 : 0),
  T: typeAttr('float32'),
});

const windows = ([rows, columns]: Pair, padding: 'SAME' | 'VALID'): Attrs => ({
  strides: wholesAttr(1, rows, columns, 1),
  padding: textAttr(padding),
  data_format: textAttr('NHWC'),
});

const dilations: Attrs = { dilations: wholesAttr(1, 1, 1, 1) };

/** Every n-th entry along an axis, from the first. */
const every = (site: Site, x: Ref, axis: number, stride: number): Ref => {
  if (stride === 1) return x;
  const indices = Array.from({ length: Math.ceil(x.shape[axis] / stride) }, (_, i) => i * stride);
  return tf.gather(under(site, 'stride'), x, axis, indices);
};

/** Depthwise with one tap as products, since the stock wasm kernel gives -Infinity for NaN. */
const ofOneTap = (site: Site, x: Ref, w: Ref, [down, along]: Pair): Ref => {
  const seen = every(site, every(site, x, 1, down), 2, along);
  const [n, h, width, channels] = seen.shape;
  const multiplier = w.shape[3];
  const made = tf.binary(
    site,
    'Mul',
    tf.reshape(site, seen, [-1, channels, 1]),
    tf.reshape(site, w, [channels, multiplier]),
  );
  return tf.reshape(site, made, [n, h, width, channels * multiplier]);
};

export const conv = (
  site: Site,
  op: OpOf<'conv'>,
  x: Value,
  w: Value,
  bias: Value | undefined,
  relu: boolean,
  shape: Shape,
): Ref => {
  if (!isPlaneConv(op)) return convInPlanes(site, op, x, w, bias, relu);
  const field = plane(site, x);
  const kernel = kernelPlane(site, w);
  const stride = pair(op.stride);
  const same = op.boundary === 'zero' && stride.every((s) => s === 1);
  const padded =
    same || op.boundary === 'none'
      ? field
      : withBoundary(site, field, op.boundary, planeMargins(op, x.facts.shape, w.facts.shape));
  const plain = op.depthwise ? 'DepthwiseConv2dNative' : 'Conv2D';
  const withBias = op.depthwise ? 'FusedDepthwiseConv2dNative' : '_FusedConv2D';
  const [h, width, c] = shape.length === 2 ? [1, ...shape] : shape;
  if (op.depthwise && w.facts.shape.slice(0, -2).every((taps) => taps === 1)) {
    const made = ofOneTap(site, padded, kernel, stride);
    const full = bias === undefined ? made : tf.binary(under(site, 'bias'), 'AddV2', made, refOf(site, bias));
    return unplane(site, relu ? tf.unary(under(site, 'relu'), 'Relu', full) : full, x);
  }
  const y = site.draft.add(
    bias === undefined ? plain : withBias,
    [padded, kernel, ...(bias === undefined ? [] : [refOf(site, bias)])],
    {
      shape: [field.shape[0], h, width, c],
      attrs: {
        ...windows(stride, same ? 'SAME' : 'VALID'),
        ...dilations,
        ...(bias === undefined ? { T: typeAttr('float32') } : fused(true, relu)),
      },
      hint: site.hint,
    },
  );
  return unplane(site, y, x);
};

/** Stock operations on the arrays of a draft. */
const planesOf = (site: Site): PlaneArrays<Ref> => ({
  shapeOf: (x) => x.shape,
  reshape: (x, shape) => tf.reshape(site, x, shape),
  transpose: (x, axes) => tf.transpose(site, x, axes),
  slice: (x, begin, size) => tf.slice(site, x, [0, begin, 0], [x.shape[0], size, x.shape[2]]),
  reverse: (x) => reversed(site, x, 1),
  pad: (x, margin, value) => {
    const around = [0, 0, ...margin, 0, 0];
    return site.draft.add('PadV2', [x, tf.wholes(site, around, [3, 2]), tf.number(site, value)], {
      shape: [x.shape[0], x.shape[1] + margin[0] + margin[1], x.shape[2]],
      attrs: { T: typeAttr('float32'), Tpaddings: typeAttr('int32') },
      hint: `${site.hint}/edge`,
    });
  },
  concat: (parts) => tf.concat(site, parts, 1),
  add: (a, b) => tf.binary(under(site, 'sum'), 'AddV2', a, b),
  conv: (x, w, stride, depthwise) => {
    const [n, h, width] = x.shape;
    const [rows, columns, inside, outside] = w.shape;
    if (depthwise && rows * columns === 1) return ofOneTap(site, x, w, stride);
    return site.draft.add(depthwise ? 'DepthwiseConv2dNative' : 'Conv2D', [x, w], {
      shape: [
        n,
        windowsIn(h, rows, stride[0]),
        windowsIn(width, columns, stride[1]),
        depthwise ? inside * outside : outside,
      ],
      attrs: { ...windows(stride, 'VALID'), ...dilations, T: typeAttr('float32') },
      hint: site.hint,
    });
  },
  convTranspose: (x, w, stride) => {
    const [, h, width] = x.shape;
    const [rows, columns, outside] = w.shape;
    const sizes = [upsampled(h, rows, stride[0]), upsampled(width, columns, stride[1]), outside];
    return transposed(site, x, w, tf.sizesAs(site, x, sizes), sizes, stride);
  },
});

/** @param whole the sizes of the result, as a tensor */
const transposed = (site: Site, x: Ref, w: Ref, whole: Ref, sizes: Shape, stride: Pair): Ref =>
  site.draft.add('Conv2DBackpropInput', [whole, w, x], {
    shape: [x.shape[0], ...sizes],
    attrs: { ...windows(stride, 'VALID'), ...dilations, T: typeAttr('float32') },
    hint: site.hint,
  });

const rowsBiased = (site: Site, y: Ref, bias: Value | undefined): Ref => {
  // Sites as rows, so that backends see at most two axes.
  const sites = tf.reshape(site, y, [-1, y.shape[y.shape.length - 1]]);
  return bias === undefined ? sites : tf.binary(under(site, 'bias'), 'AddV2', sites, refOf(site, bias));
};

const convInPlanes = (
  site: Site,
  op: OpOf<'conv'>,
  x: Value,
  w: Value,
  bias: Value | undefined,
  relu: boolean,
): Ref => {
  const y = convolveInPlanes(planesOf(site), op, batched(site, x), refOf(site, w));
  const full = rowsBiased(site, y, bias);
  const last = relu ? tf.unary(under(site, 'relu'), 'Relu', full) : full;
  return tf.reshape(site, last, tensorShape(x, y.shape.slice(1)));
};

export const convTranspose = (
  site: Site,
  op: OpOf<'convTranspose'>,
  x: Value,
  w: Value,
  bias: Value | undefined,
  shape: Shape,
): Ref => {
  if (op.stride.length === 3) {
    const y = convolveTransposedInPlanes(planesOf(site), op, batched(site, x), refOf(site, w));
    return tf.reshape(site, rowsBiased(site, y, bias), tensorShape(x, y.shape.slice(1)));
  }
  const field = plane(site, x);
  const sizes = shape.length === 2 ? [1, ...shape] : [...shape];
  const whole = x.facts.perSample ? tf.batchAnd(site, sizes) : tf.wholes(site, [1, ...sizes]);
  const y = transposed(site, field, kernelPlane(site, w), whole, sizes, pair(op.stride));
  const full = bias === undefined ? y : tf.binary(under(site, 'bias'), 'AddV2', y, refOf(site, bias));
  return unplane(site, full, x);
};

/** A window with a NaN gives NaN. The stock kernels ignore it (cpu) or give -Infinity (wasm). */
export const pool = (site: Site, op: OpOf<'pool'>, x: Value): Ref => {
  const field = op.size.length === 3 ? batched(site, x) : plane(site, x);
  const y = pooled(site, op, op.fn === 'max' ? 'MaxPool' : 'AvgPool', field);
  // The mean of zeros and NaN is 0, NaN or, on wasm, infinite; 0 times the latter two is NaN.
  const lost = pooled(under(site, 'nan'), op, 'AvgPool', tf.zeroOrNaN(site, field));
  const zero = tf.binary(under(site, 'nan'), 'Mul', lost, tf.number(site, 0));
  const whole = tf.binary(under(site, 'whole'), 'AddV2', y, zero);
  return op.size.length === 3
    ? tf.reshape(site, whole, tensorShape(x, whole.shape.slice(1)))
    : unplane(site, whole, x);
};

const pooled = (site: Site, op: OpOf<'pool'>, name: 'MaxPool' | 'AvgPool', field: Ref): Ref => {
  const inPlane = (planes: Ref, size: Pair, stride: Pair): Ref => {
    const [n, h, w, c] = planes.shape;
    return site.draft.add(name, [planes], {
      shape: [n, windowsIn(h, size[0], stride[0]), windowsIn(w, size[1], stride[1]), c],
      attrs: {
        ...windows(stride, 'VALID'),
        ksize: wholesAttr(1, ...size, 1),
        T: typeAttr('float32'),
      },
      hint: site.hint,
    });
  };
  return op.size.length === 3
    ? poolInPlanes(planesOf(site), op, field, inPlane)
    : inPlane(field, pair(op.size), pair(op.stride));
};

/** A dense layer over the last axis: all sites of all samples are rows. */
export const dense = (site: Site, x: Value, w: Value, bias: Value | undefined, relu: boolean): Ref => {
  const [features, width] = w.facts.shape;
  const ref = refOf(site, x);
  const rest = ref.shape.slice(0, -1);
  const rows = tf.reshape(site, ref, [-1, features]);
  const weight = refOf(site, w);
  const y =
    bias === undefined
      ? tf.matMul(site, rows, weight)
      : site.draft.add('_FusedMatMul', [rows, weight, refOf(site, bias)], {
          shape: [-1, width],
          attrs: {
            ...fused(true, relu),
            transpose_a: truthAttr(false),
            transpose_b: truthAttr(false),
          },
          hint: site.hint,
        });
  return tf.reshape(site, y, [...rest, width]);
};
