/** JVP rules: from the tangents of an operation's inputs to that of its result. */

import type { OpOf } from '../../../dsl/op.js';
import { shapeOf, type Tensor } from '../../../dsl/tensor.js';
import { add, affine, by, div, filled, mul, spread, sum, total, where, zerosOf } from '../raw.js';
import { chosen } from './extremes.js';
import { directions, fourierTransform } from './fourier.js';
import { type LinearMap, mapTangent, zipDerivatives } from './pointwise.js';
import { algebraOf, previous } from './recurrence.js';
import type { VjpOp } from './vjp-rules.js';
import { poolJvp, weightedJvp } from './weighted.js';

/** A tangent; undefined where it is zero. */
export type Tangent = Tensor | undefined;

/** The tangent of the result y of an operation. */
export const jvpRule = (
  op: VjpOp,
  inputs: readonly Tensor[],
  tangents: readonly Tangent[],
  y: Tensor,
): Tangent => {
  const [x, other] = inputs;
  const [dx, dother] = tangents;
  const shape = shapeOf(y);
  switch (op.op) {
    case 'zip': {
      const derivatives = zipDerivatives(op.fn, x, other, y);
      if (derivatives === undefined) return undefined;
      const apply = (derivative: LinearMap, change: Tangent): Tangent =>
        change === undefined ? undefined : spread(shape, derivative(change));
      return sum(apply(derivatives.a, dx), apply(derivatives.b, dother));
    }
    case 'where': {
      const [, da, db] = tangents;
      if (da === undefined && db === undefined) return undefined;
      const nought = filled(0, []);
      return spread(shape, where(x, da ?? nought, db ?? nought));
    }
    case 'conv':
    case 'convTranspose':
    case 'dense':
      return weightedJvp(op, inputs, tangents, shape);
    case 'einsum':
      return sum(
        dx === undefined ? undefined : by(op, dx, other),
        dother === undefined ? undefined : by(op, x, dother),
      );
    case 'concat':
      return tangents.every((change) => change === undefined)
        ? undefined
        : by(op, ...tangents.map((change, i) => change ?? zerosOf(shapeOf(inputs[i]))));
    case 'recurrence':
      return recurrenceJvp(op, inputs, tangents, y);
    default:
      return dx === undefined ? undefined : unaryJvp(op, x, dx, y);
  }
};

type OneInput = Exclude<
  VjpOp,
  OpOf<'zip' | 'where' | 'conv' | 'convTranspose' | 'dense' | 'einsum' | 'concat' | 'recurrence'>
>;

const unaryJvp = (op: OneInput, x: Tensor, dx: Tensor, y: Tensor): Tangent => {
  switch (op.op) {
    case 'map':
      return mapTangent(op.fn, x, y, dx);
    case 'affine':
      return affine(op.scale, dx);
    case 'pool':
      return poolJvp(op, x, y, dx);
    case 'reduce':
      return op.fn === 'sum' || op.fn === 'mean' ? by(op, dx) : total(op.axes, mul(chosen(op, x, y), dx));
    case 'spectrum': {
      const { re, im, length } = directions(x);
      const [dre, dim] = fourierTransform(dx);
      return add(mul(div(re, length), dre), mul(div(im, length), dim));
    }
    case 'slice':
    case 'gather':
    case 'scatter':
    case 'fourier':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
      return by(op, dx);
  }
};

const recurrenceJvp = (
  op: OpOf<'recurrence'>,
  [a, b, initial]: readonly Tensor[],
  [da, db, dinitial]: readonly Tangent[],
  y: Tensor,
): Tangent => {
  const { act } = algebraOf(op.kind);
  const input = sum(da === undefined ? undefined : act(da, previous(y, initial)), db);
  if (input === undefined && dinitial === undefined) return undefined;
  return by(op, a, input ?? zerosOf(shapeOf(b)), ...(dinitial === undefined ? [] : [dinitial]));
};
