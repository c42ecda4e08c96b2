/** Reverse mode, one operation at a time: from what a result is owed to what its inputs are owed. */

import { product } from '../../dsl/einsum.js';
import { labelsOf } from '../../dsl/einsum-formula.js';
import type { LeafOp, Node, OpOf, ScanOp } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { chosen } from './extremes.js';
import { algebraOf, before, directions, transformedBack } from './linear.js';
import { mapTangent, zipSlopes } from './pointwise.js';
import {
  affine,
  broadcast,
  by,
  concat,
  div,
  gathered,
  mul,
  padded,
  part,
  reshape,
  reverse,
  sum,
  total,
  transpose,
  zerosOf,
} from './raw.js';
import { convOwed, convTransposeOwed, denseOwed, type Owed, poolOwed, type Wanted } from './weighted.js';

/** Operations that have inputs with gradients and are no scan. */
export type PulledOp = Exclude<
  Node['op'],
  LeafOp | ScanOp | OpOf<'take' | 'noise' | 'constant' | 'batchNorm'>
>;

/** What each input is owed, given that the result y is owed g; undefined is nothing. */
export const pull = (op: PulledOp, inputs: readonly Tensor[], y: Tensor, g: Tensor, wanted: Wanted): Owed => {
  const [x, other] = inputs;
  switch (op.op) {
    case 'map':
      return [mapTangent(op.fn, x, y, g)];
    case 'affine':
      return [affine(op.scale, g)];
    case 'zip': {
      const slopes = zipSlopes(op.fn, x, other, y);
      if (slopes === undefined) return [];
      return [gathered(shapeOf(x), slopes.a(g)), gathered(shapeOf(other), slopes.b(g))];
    }
    case 'conv':
      return convOwed(op, inputs, g, wanted);
    case 'convTranspose':
      return convTransposeOwed(op, inputs, g, wanted);
    case 'dense':
      return denseOwed(inputs, g, wanted);
    case 'einsum': {
      const { a, b, out } = labelsOf(op.formula);
      return [
        wanted[0] ? product({ a: out, b, out: a }, g, other) : undefined,
        wanted[1] ? product({ a, b: out, out: b }, x, g) : undefined,
      ];
    }
    case 'pool':
      return [poolOwed(op, x, y, g)];
    case 'concat':
      return concatOwed(op.axis, inputs, g);
    case 'slice':
      return [
        op.begin.reduce(
          (owed, begin, axis) => padded(axis, begin, shapeOf(x)[axis] - begin - op.size[axis], owed),
          g,
        ),
      ];
    case 'reshape':
      return [reshape(shapeOf(x), g)];
    case 'transpose':
      return [
        transpose(
          op.axes.map((_, axis) => op.axes.indexOf(axis)),
          g,
        ),
      ];
    case 'reverse':
      return [by(op, g)];
    case 'broadcast':
      return [reshape(shapeOf(x), total(repeatedAxes(shapeOf(x), op.shape), g))];
    case 'reduce':
      return [reduceOwed(op, x, y, g)];
    case 'spectrum':
      return [spectrumOwed(x, g)];
    case 'recurrence':
      return recurrenceOwed(op, inputs, y, g);
  }
};

const repeatedAxes = (from: Shape, to: Shape): Shape =>
  from.flatMap((n, axis) => (n === to[axis] ? [] : [axis]));

const concatOwed = (axis: number, inputs: readonly Tensor[], g: Tensor): Owed => {
  let begin = 0;
  return inputs.map((input) => {
    const size = shapeOf(input)[axis];
    begin += size;
    return part(axis, begin - size, size, g);
  });
};

/** A reduced value again at every place that it was reduced from. */
export const unreduced = (axes: Shape, shape: Shape, y: Tensor): Tensor =>
  broadcast(
    shape,
    reshape(
      shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
      y,
    ),
  );

const reduceOwed = (op: OpOf<'reduce'>, x: Tensor, y: Tensor, g: Tensor): Tensor => {
  const shape = shapeOf(x);
  const everywhere = unreduced(op.axes, shape, g);
  switch (op.fn) {
    case 'sum':
      return everywhere;
    case 'mean':
      return affine(1 / volume(op.axes.map((axis) => shape[axis])), everywhere);
    default:
      return mul(chosen(op, x, y), everywhere);
  }
};

const spectrumOwed = (x: Tensor, g: Tensor): Tensor | undefined => {
  const { re, im, length } = directions(x);
  const share = div(g, length);
  return sum(...transformedBack(shapeOf(x)[0], mul(share, re), mul(share, im)));
};

/**
 * h[t] = a[t] h[t-1] + b[t] backwards is a recurrence too: what h[t] is owed in all is g[t] + a[t+1]^T (what h[t+1]
 * is owed).
 */
const recurrenceOwed = (
  op: OpOf<'recurrence'>,
  [a, b, initial]: readonly Tensor[],
  y: Tensor,
  g: Tensor,
): Owed => {
  const { act, turned, outer } = algebraOf(op.kind);
  const [steps] = shapeOf(b);
  const factors = turned(a);
  const none = zerosOf([1, ...shapeOf(a).slice(1)]);
  const backwards = steps === 1 ? none : concat(0, [none, part(0, 0, steps - 1, reverse([0], factors))]);
  const owed = reverse([0], by(op, backwards, reverse([0], g)));
  const first = (x: Tensor): Tensor => part(0, 0, 1, x);
  return [
    outer(owed, before(y, initial)),
    owed,
    initial === undefined ? undefined : reshape(shapeOf(initial), act(first(factors), first(owed))),
  ];
};
