/**
 * Error bounds of sums. The propagated bound of a linear operation is the same operation on the bounds of its inputs,
 * with absolute weights. A sum of n terms rounds each of them at most n times, in any order of addition.
 */

import { fourierPlan, fourierRoundings } from '../../compile/fourier/plan.js';
import { labelsOf, rolesOf } from '../../dsl/einsum-formula.js';
import type { Op, OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { bodyOf } from '../../dsl/shape-rules.js';
import { absolute, applied, type BoundedArray, errorsOf, rounded } from './bounded-array.js';

/** Sums and means along axes; a maximum changes by at most the largest error of its arguments. */
export const reduceError = (
  op: OpOf<'reduce'>,
  x: BoundedArray,
  value: Float64Array,
  shape: Shape,
  unit: number,
): Float64Array => {
  if (op.fn === 'max' || op.fn === 'min') return largestError(op, x, shape);
  const terms = volume(x.array.shape) / Math.max(1, volume(shape));
  const sum = applied(op, [rounded(x, terms * unit)], shape).data;
  return sum.map((e, i) => e + unit * Math.abs(value[i]));
};

/** Means and maxima of windows. */
export const poolError = (op: OpOf<'pool'>, x: BoundedArray, shape: Shape, unit: number): Float64Array =>
  op.fn === 'max'
    ? largestError(op, x, shape)
    : applied(op, [rounded(x, (volume(op.size) + 1) * unit)], shape).data;

const largestError = (op: OpOf<'reduce'> | OpOf<'pool'>, x: BoundedArray, shape: Shape): Float64Array =>
  applied({ ...op, fn: 'max' }, [errorsOf(x)], shape).data;

/** Sums of products with weights. */
export const linearError = (
  op: OpOf<'conv'> | OpOf<'convTranspose'> | OpOf<'dense'>,
  [x, w, bias]: readonly BoundedArray[],
  shape: Shape,
  unit: number,
): Float64Array => {
  const terms = volume(w.array.shape) + 2;
  const grown: Op =
    op.op === 'conv' && typeof op.boundary === 'object'
      ? { ...op, boundary: { fixed: terms * unit * Math.abs(op.boundary.fixed) } }
      : op;
  const constant = bias === undefined ? [] : [rounded(bias, 2 * terms * unit)];
  const inherited = applied(grown, [rounded(x, terms * unit), absolute(w), ...constant], shape).data;
  if (w.error.every((e) => e === 0)) return inherited;
  const more = applied(grown, [absolute(x), errorsOf(w)], shape).data;
  return inherited.map((e, i) => e + 2 * more[i]);
};

/** Sums of products of two values, both with errors. */
export const productError = (
  op: OpOf<'einsum'>,
  x: BoundedArray,
  y: BoundedArray,
  shape: Shape,
  unit: number,
): Float64Array => {
  const { a } = labelsOf(op.formula);
  const { inner } = rolesOf(labelsOf(op.formula));
  const terms = volume(inner.map((label) => x.array.shape[a.indexOf(label)])) + 2;
  const [wrongX, wrongY] = [rounded(x, terms * unit), errorsOf(y)];
  const byX = applied(op, [wrongX, absolute(y)], shape).data;
  const byY = applied(op, [absolute(x), wrongY], shape).data;
  const byBoth = applied(op, [wrongX, wrongY], shape).data;
  return byX.map((e, i) => e + byY[i] + byBoth[i]);
};

/** Each mode is a sum of all numbers along the axes, in whatever order it is computed. */
export const fourierError = (
  op: OpOf<'fourier'>,
  x: BoundedArray,
  shape: Shape,
  unit: number,
): Float64Array => {
  const from = x.array.shape;
  const body = bodyOf(op, from);
  // Between two axes both parts of a complex number enter; together they are at most 1.5 times its modulus.
  const units = op.axes.reduce((sum, axis) => {
    const plan = fourierPlan(body[axis]);
    return 1.5 * sum + Math.max(fourierRoundings(plan), 2 * plan.n + 2);
  }, 0);
  const summed = from.map((_, axis) => axis).filter((axis) => op.axes.includes(axis) || axis >= body.length);
  const kept = body.filter((_, axis) => !op.axes.includes(axis));
  const totals = applied({ op: 'reduce', fn: 'sum', axes: summed }, [rounded(x, units * unit)], kept);
  const ends = op.to === 'complex' ? [1] : [];
  const narrow = [...body.map((n, axis) => (op.axes.includes(axis) ? 1 : n)), ...ends];
  const lying = applied({ op: 'reshape', shape: narrow }, [totals], narrow);
  return applied({ op: 'broadcast', shape }, [lying], shape).data;
};

/** h = a h + b: sequential or in sweeps, each term is a product of at most T factors of n terms. */
export const recurrenceError = (
  op: OpOf<'recurrence'>,
  inputs: readonly BoundedArray[],
  shape: Shape,
  unit: number,
): Float64Array => {
  const [a, b, h0] = inputs;
  const steps = shape[0] ?? 1;
  const n = op.kind === 'matrix' ? (shape.at(-1) ?? 1) : 1;
  const units = 2 * (steps + 1) * n * unit;
  const size = applied(op, inputs.map(absolute), shape).data;
  const start = h0 === undefined ? [] : [errorsOf(h0)];
  const inherited = applied(op, [absolute(a), errorsOf(b), ...start], shape).data;
  const factors = Math.max(0, ...a.error);
  return size.map((s, i) => units * s + inherited[i] + 2 * steps * n * factors * s);
};
