/**
 * Losses of classes, from logits [...S, K] and the class of each place [...S], a whole number; below 0 it is no class.
 */

import { oneHot } from '../functions/embedding.js';
import { complement, exp, log, mul, negate, scale, sub } from '../functions/pointwise.js';
import type { Shape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { type LossSums, number, repeatedTo, shaped, sumOf } from './sums.js';

/** Options of losses of classes. */
export interface ClassOptions {
  /** The weight of a place of each class; default 1 for every class. */
  readonly weights?: readonly number[];
}

interface Rows {
  /** The shape of the logits. */
  readonly shape: Shape;
  /** 1 at the class of each place, else 0; all 0 where it has no class. */
  readonly target: Tensor;
  /** Logits minus their maximum. */
  readonly top: Tensor;
  readonly powers: Tensor;
  /** The sum of the powers, one for each place. */
  readonly total: Tensor;
  /** log p of the right class of each place; where a place has no class, minus the logarithm of the sum. */
  readonly right: Tensor;
}

const overLast = (operation: string, fn: 'sum' | 'max', x: Tensor): Tensor =>
  apply(operation, { op: 'reduce', fn, axes: [shapeOf(x).length - 1] }, x);

const rowsOf = (operation: string, logits: Tensor, labels: Tensor): Rows => {
  const shape = shapeOf(logits);
  const places = shape.slice(0, -1);
  const own = shapeOf(labels);
  if (shape.length === 0 || own.length !== places.length || own.some((size, axis) => size !== places[axis]))
    return refuse(
      operation,
      `logits [${shape.join(',')}] need labels [${places.join(',')}], one for each row of classes, got [${own.join(',')}]`,
    );
  const target: Tensor = oneHot(shape[shape.length - 1])(labels);
  // The maximum only guards against overflow, as in `softmax`.
  const highest = apply(operation, { op: 'map', fn: 'stopGradient' }, overLast(operation, 'max', logits));
  const top = sub(logits, repeatedTo(operation, shape, highest));
  const powers = exp(top);
  const total = overLast(operation, 'sum', powers);
  const right = sub(overLast(operation, 'sum', mul(top, target)), log(total));
  return { shape, target, top, powers, total, right };
};

const weightOfPlaces = (
  operation: string,
  { target, shape }: Rows,
  weights: readonly number[] = [],
): Tensor => {
  if (weights.length === 0) return overLast(operation, 'sum', target);
  const classes = shape[shape.length - 1];
  if (weights.length !== classes)
    return refuse(operation, `${weights.length} class weights for ${classes} classes`);
  const row = apply(operation, { op: 'constant', shape: [classes], value: [...weights] });
  const thin = shaped(operation, [...shape.slice(0, -1).map(() => 1), classes], row);
  const all = apply(operation, { op: 'broadcast', shape: [...shape] }, thin);
  return overLast(operation, 'sum', mul(target, all));
};

/**
 * The cross-entropy: -log p of the right class, p the softmax of the logits, over the weights of the classes. A place
 * whose label is below 0 does not count.
 *
 * @param logits [...S, K]
 * @param labels [...S], whole numbers below K
 * @example
 * signature(program({ x: [9, 2], y: [9] }, ({ x, y }) => crossEntropy()(x, y))); // => 'x [9,2], y [9] → count [], total []'
 */
export const crossEntropy =
  ({ weights }: ClassOptions = {}) =>
  (logits: Tensor, labels: Tensor): LossSums => {
    const rows = rowsOf('crossEntropy', logits, labels);
    const counted = weightOfPlaces('crossEntropy', rows, weights);
    return {
      total: negate(sumOf('crossEntropy', mul(counted, rows.right))),
      count: sumOf('crossEntropy', counted),
    };
  };

/**
 * The focal loss: -(1 - p)^gamma log p of the right class, so that easy places count little. Source: Lin et al. 2017
 * (arXiv 1708.02002), equation 5. Labels and weights as for `crossEntropy`, which it equals at gamma 0.
 *
 * @example
 * signature(program({ x: [9, 2], y: [9] }, ({ x, y }) => focal(2)(x, y))); // => 'x [9,2], y [9] → count [], total []'
 */
export const focal =
  (gamma = 2, { weights }: ClassOptions = {}) =>
  (logits: Tensor, labels: Tensor): LossSums => {
    const rows = rowsOf('focal', logits, labels);
    const counted = weightOfPlaces('focal', rows, weights);
    // If p is 1, 1 - p is 0; the bound keeps its logarithm finite, and log p is 0.
    const missed = apply(
      'focal',
      { op: 'zip', fn: 'max' },
      complement(1, exp(rows.right)),
      number('focal', 1e-7),
    );
    const focus = exp(scale(gamma, log(missed)));
    return {
      total: negate(sumOf('focal', mul(counted, mul(focus, rows.right)))),
      count: sumOf('focal', counted),
    };
  };

/** Options of the Dice loss. */
export interface DiceOptions extends ClassOptions {
  /** Added above and below the fraction; default 1. */
  readonly smoothing?: number;
}

/**
 * The soft Dice loss of a sample: 1 - the mean over classes of (2 sum p t + s) / (sum p + sum t + s), sums over its
 * places. Source: Milletari et al. 2016 (arXiv 1606.04797), with sums in place of sums of squares, and smoothing s. A
 * sample without a label does not count.
 *
 * @example
 * signature(program({ x: [9, 2], y: [9] }, ({ x, y }) => dice()(x, y))); // => 'x [9,2], y [9] → count [], total []'
 */
export const dice =
  ({ weights = [], smoothing = 1 }: DiceOptions = {}) =>
  (logits: Tensor, labels: Tensor): LossSums => {
    const rows = rowsOf('dice', logits, labels);
    const { shape, target } = rows;
    const classes = shape[shape.length - 1];
    const shares = Array.from({ length: classes }, (_, k) => weights[k] ?? 1);
    const all = shares.reduce((a, b) => a + b, 0);
    const known = overLast('dice', 'sum', target);
    const share = repeatedTo('dice', shape, apply('dice', { op: 'zip', fn: 'div' }, known, rows.total));
    const p = mul(rows.powers, share);
    const overPlaces = (x: Tensor): Tensor => {
      const axes = shape.slice(0, -1).map((_, axis) => axis);
      return axes.length === 0 ? x : apply('dice', { op: 'reduce', fn: 'sum', axes }, x);
    };
    const guarded = (x: Tensor): Tensor => apply('dice', { op: 'affine', scale: 1, shift: smoothing }, x);
    const both = guarded(scale(2, overPlaces(mul(p, target))));
    const sizes = guarded(overPlaces(apply('dice', { op: 'zip', fn: 'add' }, p, target)));
    const row = apply('dice', { op: 'constant', shape: [classes], value: shares.map((each) => each / all) });
    const overlap = sumOf('dice', mul(row, apply('dice', { op: 'zip', fn: 'div' }, both, sizes)));
    const axes = shapeOf(known).map((_, axis) => axis);
    const labelled: Tensor<readonly []> =
      axes.length === 0 ? { expr: known.expr } : apply('dice', { op: 'reduce', fn: 'max', axes }, known);
    return { total: mul(labelled, complement(1, overlap)), count: labelled };
  };

/**
 * The number of places with the right class and the number of places with a class. The answer is the class with the
 * largest logit; it is also right if another logit is as large. A score; it has no gradient.
 *
 * @example
 * signature(program({ x: [9, 2], y: [9] }, ({ x, y }) => accuracy(x, y))); // => 'x [9,2], y [9] → count [], total []'
 */
export const accuracy = (logits: Tensor, labels: Tensor): LossSums => {
  const { target, top } = rowsOf('accuracy', logits, labels);
  const known = overLast('accuracy', 'sum', target);
  const own = overLast('accuracy', 'sum', mul(top, target));
  const right = apply('accuracy', { op: 'zip', fn: 'greaterEqual' }, own, number('accuracy', 0));
  return { total: sumOf('accuracy', mul(known, right)), count: sumOf('accuracy', known) };
};
