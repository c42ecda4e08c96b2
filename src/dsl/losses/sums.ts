/** The form of every loss: two sums over one sample. */

import type { Shape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

/**
 * A loss of one sample as two sums. The loss of a batch is the sum of all totals over the sum of all counts; the
 * count follows from the targets alone. So class weights, ignored places and micro-batches stay exact.
 */
export type LossSums = {
  readonly total: Tensor<readonly []>;
  readonly count: Tensor<readonly []>;
};

/** The sum of all entries. */
export const sumOf = (operation: string, x: Tensor): Tensor<readonly []> => {
  const axes = shapeOf(x).map((_, axis) => axis);
  return axes.length === 0 ? { expr: x.expr } : apply(operation, { op: 'reduce', fn: 'sum', axes }, x);
};

/** The mean of all entries, whose count is 1. */
export const meanOf = (operation: string, x: Tensor): LossSums => {
  const axes = shapeOf(x).map((_, axis) => axis);
  const total: Tensor<readonly []> =
    axes.length === 0 ? { expr: x.expr } : apply(operation, { op: 'reduce', fn: 'mean', axes }, x);
  return { total, count: number(operation, 1) };
};

/** A number. */
export const number = (operation: string, value: number): Tensor<readonly []> =>
  apply(operation, { op: 'constant', shape: [], value });

/** x reshaped to a shape of the same volume. */
export const shaped = (operation: string, shape: Shape, x: Tensor): Tensor =>
  apply(operation, { op: 'reshape', shape: [...shape] }, x);

/** A tensor with the first axes of a shape, broadcast along the others. */
export const repeatedTo = (operation: string, shape: Shape, x: Tensor): Tensor => {
  const own = shapeOf(x);
  if (own.length > shape.length || own.some((size, axis) => size !== shape[axis]))
    return refuse(operation, `[${own.join(',')}] is not the beginning of [${shape.join(',')}]`);
  if (own.length === shape.length) return x;
  const thin = shaped(operation, [...own, ...shape.slice(own.length).map(() => 1)], x);
  return apply(operation, { op: 'broadcast', shape: [...shape] }, thin);
};

/**
 * The two sums of the costs of all entries, for their mean or their weighted mean.
 *
 * @param weights of the shape of the entries or of its first axes, such as 1 where a target is known and 0 elsewhere
 */
export const weighed = (operation: string, each: Tensor, weights: Tensor | undefined): LossSums => {
  if (weights === undefined) return meanOf(operation, each);
  const all = repeatedTo(operation, shapeOf(each), weights);
  return {
    total: sumOf(operation, apply(operation, { op: 'zip', fn: 'mul' }, each, all)),
    count: sumOf(operation, all),
  };
};
