/** Links of operations that only move elements: from each element of the result to an element of an input. */

import { labelsOf } from '../../dsl/einsum-formula.js';
import type { Op } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { plain, strides, type Walk } from './mask.js';

/** Over a box of indices: element `result` of the operation's value is element `source` of an input. */
export interface Link {
  readonly input: number;
  readonly box: Shape;
  readonly result: Walk;
  readonly source: Walk;
}

/** The links of an operation, or undefined if it does more than move elements or reduce axes. */
export const linksOf = (op: Op, inputs: readonly Shape[], shape: Shape): readonly Link[] | undefined => {
  const [x] = inputs;
  const one = (box: Shape, result: Walk, source: Walk): readonly Link[] => [
    { input: 0, box, result, source },
  ];
  switch (op.op) {
    case 'map':
    case 'affine':
    case 'batchNorm':
    case 'reshape':
      return one(shape, plain(shape), plain(shape));
    case 'transpose':
      return one(shape, plain(shape), {
        offset: 0,
        steps: op.axes.map((axis) => strides(x)[axis]),
      });
    case 'slice':
      return one(shape, plain(shape), {
        offset: strides(x).reduce((sum, step, axis) => sum + step * op.begin[axis], 0),
        steps: strides(x),
      });
    case 'reverse':
      return one(shape, plain(shape), {
        offset: strides(x).reduce((sum, step, i) => (op.axes.includes(i) ? sum + step * (x[i] - 1) : sum), 0),
        steps: strides(x).map((step, axis) => (op.axes.includes(axis) ? -step : step)),
      });
    case 'broadcast':
      return one(shape, plain(shape), {
        offset: 0,
        steps: strides(x).map((step, axis) => (x[axis] === 1 ? 0 : step)),
      });
    case 'reduce':
      return one(x, { offset: 0, steps: reducedSteps(op.axes, x, shape) }, plain(x));
    case 'einsum':
      return einsumLinks(op.formula, inputs, shape);
    case 'concat':
      return concatLinks(op.axis, inputs, shape);
    default:
      return undefined;
  }
};

/** Steps in the reduced tensor along the axes of the whole one: none along those that disappear. */
const reducedSteps = (axes: Shape, x: Shape, shape: Shape): Shape => {
  const kept = x.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const steps = strides(shape);
  return x.map((_, axis) => (axes.includes(axis) ? 0 : steps[kept.indexOf(axis)]));
};

const concatLinks = (axis: number, inputs: readonly Shape[], shape: Shape): readonly Link[] =>
  inputs.map((part, input) => {
    const before = inputs.slice(0, input).reduce((sum, earlier) => sum + earlier[axis], 0);
    const steps = strides(shape);
    return { input, box: part, result: { offset: before * steps[axis], steps }, source: plain(part) };
  });

/** Every term of every sum, over the axes of both operands. */
const einsumLinks = (formula: string, [x, y]: readonly Shape[], shape: Shape): readonly Link[] => {
  const { a, b, out } = labelsOf(formula);
  const labels = [...new Set([...a, ...b])];
  const box = labels.map((label) => (a.includes(label) ? x[a.indexOf(label)] : y[b.indexOf(label)]));
  const walk = (of: readonly string[], from: Shape): Walk => ({
    offset: 0,
    steps: labels.map((label) => (of.includes(label) ? strides(from)[of.indexOf(label)] : 0)),
  });
  return [
    { input: 0, box, result: walk(out, shape), source: walk(a, x) },
    { input: 1, box, result: walk(out, shape), source: walk(b, y) },
  ];
};
