/** Forward mode, one operation at a time: from how the inputs change to how the result changes. */

import type { OpOf } from '../../dsl/op.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { chosen } from './extremes.js';
import { algebraOf, before, directions, transformed } from './linear.js';
import { mapTangent, type Slope, zipSlopes } from './pointwise.js';
import { add, affine, by, div, mul, spread, sum, total, zerosOf } from './raw.js';
import type { PulledOp } from './vjp-rules.js';
import { poolMoved, weightedMoved } from './weighted.js';

/** How something changes; undefined where it does not. */
export type Change = Tensor | undefined;

/** How the result y of an operation changes. */
export const push = (
  op: PulledOp,
  inputs: readonly Tensor[],
  changes: readonly Change[],
  y: Tensor,
): Change => {
  const [x, other] = inputs;
  const [dx, dother] = changes;
  const shape = shapeOf(y);
  switch (op.op) {
    case 'zip': {
      const slopes = zipSlopes(op.fn, x, other, y);
      if (slopes === undefined) return undefined;
      const moved = (slope: Slope, change: Change): Change =>
        change === undefined ? undefined : spread(shape, slope(change));
      return sum(moved(slopes.a, dx), moved(slopes.b, dother));
    }
    case 'conv':
    case 'convTranspose':
    case 'dense':
      return weightedMoved(op, inputs, changes, shape);
    case 'einsum':
      return sum(
        dx === undefined ? undefined : by(op, dx, other),
        dother === undefined ? undefined : by(op, x, dother),
      );
    case 'concat':
      return changes.every((change) => change === undefined)
        ? undefined
        : by(op, ...changes.map((change, i) => change ?? zerosOf(shapeOf(inputs[i]))));
    case 'recurrence':
      return recurrenceMoved(op, inputs, changes, y);
    default:
      return dx === undefined ? undefined : pushOne(op, x, dx, y);
  }
};

type OneInput = Exclude<
  PulledOp,
  OpOf<'zip' | 'conv' | 'convTranspose' | 'dense' | 'einsum' | 'concat' | 'recurrence'>
>;

const pushOne = (op: OneInput, x: Tensor, dx: Tensor, y: Tensor): Change => {
  switch (op.op) {
    case 'map':
      return mapTangent(op.fn, x, y, dx);
    case 'affine':
      return affine(op.scale, dx);
    case 'pool':
      return poolMoved(op, x, y, dx);
    case 'reduce':
      return op.fn === 'sum' || op.fn === 'mean' ? by(op, dx) : total(op.axes, mul(chosen(op, x, y), dx));
    case 'spectrum': {
      const { re, im, length } = directions(x);
      const [dre, dim] = transformed(dx);
      return add(mul(div(re, length), dre), mul(div(im, length), dim));
    }
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
      return by(op, dx);
  }
};

const recurrenceMoved = (
  op: OpOf<'recurrence'>,
  [a, b, initial]: readonly Tensor[],
  [da, db, dinitial]: readonly Change[],
  y: Tensor,
): Change => {
  const { act } = algebraOf(op.kind);
  const pushed = sum(da === undefined ? undefined : act(da, before(y, initial)), db);
  if (pushed === undefined && dinitial === undefined) return undefined;
  return by(op, a, pushed ?? zerosOf(shapeOf(b)), ...(dinitial === undefined ? [] : [dinitial]));
};
