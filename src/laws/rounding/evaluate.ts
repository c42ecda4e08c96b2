/** One evaluation of a step, with an error bound for every operation. */

import { isLeafOp, type LeafOp, type Node, type Op } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { along } from '../system/along.js';
import { applied, type BoundedArray, errorsOf, rounded } from './bounded-array.js';
import { type Known, mapErrorAt, zipErrorAt } from './pointwise.js';
import { fourierError, linearError, poolError, productError, recurrenceError, reduceError } from './sums.js';

/** Values and error bounds of all nodes, in an arithmetic with unit roundoff `unit`, from leaves with error bounds. */
export const evaluateBounded = (
  nodes: readonly Node[],
  leaf: (op: LeafOp) => BoundedArray,
  unit: number,
): readonly BoundedArray[] =>
  along(nodes, ({ op, shape }, inputs) => {
    if (isLeafOp(op)) return leaf(op);
    const array = applied(
      op,
      inputs.map((input) => input.array),
      shape,
    );
    return { array, error: errorOf(op, inputs, array.data, shape, unit) };
  });

const errorOf = (
  op: Op,
  inputs: readonly BoundedArray[],
  value: Float64Array,
  shape: Shape,
  unit: number,
): Float64Array => {
  const [x, y, z] = inputs;
  switch (op.op) {
    case 'constant':
      // Constants are float64; an engine rounds them to its own precision.
      return value.map((v) => (unit > 2 ** -53 && Math.fround(v) !== v ? unit * Math.abs(v) : 0));
    case 'affine':
      return value.map((_, i) => {
        const scaledX = Math.abs(op.scale * x.array.data[i]);
        return Math.abs(op.scale) * x.error[i] + unit * (3 * scaledX + 2 * Math.abs(op.shift));
      });
    case 'map':
      return value.map((v, i) => mapErrorAt(op.fn, x.array.data[i], x.error[i], v, unit));
    case 'zip':
      return value.map((v, i) => zipErrorAt(op.fn, knownAt(x, i), knownAt(y, i), v, unit));
    case 'where': {
      const [chosen, other] = [y, z].map((branch) => (i: number) => knownAt(branch, i));
      return value.map((_, i) => {
        const [at, e] = knownAt(x, i);
        const [[a, ea], [b, eb]] = [chosen(i), other(i)];
        return Math.abs(at) > e || e === 0 ? (at <= 0 ? eb : ea) : Math.abs(a - b) + Math.max(ea, eb);
      });
    }
    case 'conv':
    case 'convTranspose':
    case 'dense':
      return linearError(op, inputs, shape, unit);
    case 'einsum':
      return productError(op, x, y, shape, unit);
    case 'reduce':
      return reduceError(op, x, value, shape, unit);
    case 'pool':
      return poolError(op, x, shape, unit);
    case 'scatter':
      return applied(op, [rounded(x, op.indices.length * unit)], shape).data;
    case 'gather':
    case 'slice':
    case 'reshape':
    case 'transpose':
    case 'reverse':
    case 'broadcast':
    case 'concat':
      return applied(op, inputs.map(errorsOf), shape).data;
    case 'fourier':
      return fourierError(op, x, shape, unit);
    case 'recurrence':
      return recurrenceError(op, inputs, shape, unit);
    case 'noise':
      return value.map((v) => unit * Math.abs(v));
    default:
      // For a spectrum, batch statistics or a scan in a step no bound is known, so laws are inconclusive.
      return value.map(() => Number.POSITIVE_INFINITY);
  }
};

/** Element i, or the only element. */
const knownAt = ({ array, error }: BoundedArray, i: number): Known =>
  array.shape.length === 0 ? [array.data[0], error[0]] : [array.data[i], error[i]];
