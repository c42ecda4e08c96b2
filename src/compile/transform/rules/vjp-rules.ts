/** VJP rules: from the cotangent of an operation's result to those of its inputs. */

import { labelsOf } from '../../../dsl/einsum-formula.js';
import { product } from '../../../dsl/functions/einsum.js';
import type { LeafOp, Node, OpOf, ScanOp } from '../../../dsl/op.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../../dsl/tensor.js';
import {
  affine,
  broadcast,
  by,
  concat,
  div,
  filled,
  mul,
  padded,
  reshape,
  reverse,
  sliceAxis,
  sum,
  sumToShape,
  total,
  transpose,
  where,
  zerosOf,
} from '../raw.js';
import { chosen } from './extremes.js';
import { directions, fourierAdjoint } from './fourier.js';
import { mapTangent, zipDerivatives } from './pointwise.js';
import { algebraOf, previous } from './recurrence.js';
import { type Cotangents, convTransposeVjp, convVjp, denseVjp, poolVjp, type Wanted } from './weighted.js';

/** Operations with a VJP rule; scans have a graph of their own. */
export type VjpOp = Exclude<Node['op'], LeafOp | ScanOp | OpOf<'take' | 'noise' | 'constant' | 'batchNorm'>>;

/** The cotangent of each input, from that of the result y; undefined if it is zero. */
export const vjpRule = (
  op: VjpOp,
  inputs: readonly Tensor[],
  y: Tensor,
  cotangent: Tensor,
  wanted: Wanted,
): Cotangents => {
  const [x, other, third] = inputs;
  switch (op.op) {
    case 'map':
      return [mapTangent(op.fn, x, y, cotangent)];
    case 'affine':
      return [affine(op.scale, cotangent)];
    case 'zip': {
      const derivatives = zipDerivatives(op.fn, x, other, y);
      if (derivatives === undefined) return [];
      return [
        sumToShape(shapeOf(x), derivatives.a(cotangent)),
        sumToShape(shapeOf(other), derivatives.b(cotangent)),
      ];
    }
    case 'where': {
      const nought = filled(0, []);
      return [
        undefined,
        sumToShape(shapeOf(other), where(x, cotangent, nought)),
        sumToShape(shapeOf(third), where(x, nought, cotangent)),
      ];
    }
    case 'conv':
      return convVjp(op, inputs, cotangent, wanted);
    case 'convTranspose':
      return convTransposeVjp(op, inputs, cotangent, wanted);
    case 'dense':
      return denseVjp(inputs, cotangent, wanted);
    case 'einsum': {
      const { a, b, out } = labelsOf(op.formula);
      return [
        wanted[0] ? product({ a: out, b, out: a }, cotangent, other) : undefined,
        wanted[1] ? product({ a, b: out, out: b }, x, cotangent) : undefined,
      ];
    }
    case 'pool':
      return [poolVjp(op, x, y, cotangent)];
    case 'concat':
      return concatVjp(op.axis, inputs, cotangent);
    case 'slice':
      return [
        op.begin.reduce(
          (padding, begin, axis) => padded(axis, begin, shapeOf(x)[axis] - begin - op.size[axis], padding),
          cotangent,
        ),
      ];
    case 'gather':
      return [
        by({ op: 'scatter', axis: op.axis, indices: op.indices, size: shapeOf(x)[op.axis] }, cotangent),
      ];
    case 'scatter':
      return [by({ op: 'gather', axis: op.axis, indices: op.indices }, cotangent)];
    case 'reshape':
      return [reshape(shapeOf(x), cotangent)];
    case 'transpose':
      return [
        transpose(
          op.axes.map((_, axis) => op.axes.indexOf(axis)),
          cotangent,
        ),
      ];
    case 'reverse':
      return [by(op, cotangent)];
    case 'broadcast':
      return [reshape(shapeOf(x), total(repeatedAxes(shapeOf(x), op.shape), cotangent))];
    case 'reduce':
      return [reduceVjp(op, x, y, cotangent)];
    case 'fourier':
      return [by({ ...op, conjugate: !op.conjugate, from: op.to, to: op.from }, cotangent)];
    case 'spectrum':
      return [spectrumVjp(x, cotangent)];
    case 'recurrence':
      return recurrenceVjp(op, inputs, y, cotangent);
  }
};

const repeatedAxes = (from: Shape, to: Shape): Shape =>
  from.flatMap((n, axis) => (n === to[axis] ? [] : [axis]));

const concatVjp = (axis: number, inputs: readonly Tensor[], cotangent: Tensor): Cotangents => {
  let begin = 0;
  return inputs.map((input) => {
    const size = shapeOf(input)[axis];
    begin += size;
    return sliceAxis(axis, begin - size, size, cotangent);
  });
};

/** A reduced value, repeated to the shape that it was reduced from. */
export const expandReduced = (axes: Shape, shape: Shape, y: Tensor): Tensor =>
  broadcast(
    shape,
    reshape(
      shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
      y,
    ),
  );

const reduceVjp = (op: OpOf<'reduce'>, x: Tensor, y: Tensor, cotangent: Tensor): Tensor => {
  const shape = shapeOf(x);
  const everywhere = expandReduced(op.axes, shape, cotangent);
  switch (op.fn) {
    case 'sum':
      return everywhere;
    case 'mean':
      return affine(1 / volume(op.axes.map((axis) => shape[axis])), everywhere);
    default:
      return mul(chosen(op, x, y), everywhere);
  }
};

const spectrumVjp = (x: Tensor, cotangent: Tensor): Tensor | undefined => {
  const { re, im, length } = directions(x);
  const share = div(cotangent, length);
  return sum(...fourierAdjoint(shapeOf(x)[0], mul(share, re), mul(share, im)));
};

/**
 * The adjoint of a recurrence h[t] = a[t] h[t-1] + b[t] is a recurrence backwards in time. With g the cotangent of the
 * result, the total cotangent of h[t] is G[t] = g[t] + a[t+1]^T G[t+1].
 */
const recurrenceVjp = (
  op: OpOf<'recurrence'>,
  [a, b, initial]: readonly Tensor[],
  y: Tensor,
  cotangent: Tensor,
): Cotangents => {
  const { act, turned, outer } = algebraOf(op.kind);
  const [steps] = shapeOf(b);
  const factors = turned(a);
  const none = zerosOf([1, ...shapeOf(a).slice(1)]);
  const backwards = steps === 1 ? none : concat(0, [none, sliceAxis(0, 0, steps - 1, reverse([0], factors))]);
  const total = reverse([0], by(op, backwards, reverse([0], cotangent)));
  const first = (x: Tensor): Tensor => sliceAxis(0, 0, 1, x);
  return [
    outer(total, previous(y, initial)),
    total,
    initial === undefined ? undefined : reshape(shapeOf(initial), act(first(factors), first(total))),
  ];
};
