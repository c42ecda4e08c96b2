/** Products of two values that both differ between samples: the gradient of a weight. */

import { shapeOf, type Tensor } from '../../dsl/tensor.js';
import { by, filled, mul, reshape, rows, total, transpose, zerosOf } from './raw.js';
import { runSteps } from './steps.js';

/** Beyond so many products they are not all held at once. */
const mostProducts = 2 ** 18;

/** Each value `count` times, on a new last axis: a product with ones, which engines do faster than repeating. */
const repeated = (count: number, x: Tensor): Tensor =>
  by({ op: 'dense' }, reshape([...shapeOf(x), 1], x), filled(1, [1, count]));

/**
 * sum over sites of a[site, i] b[site, o]: [..., I], [..., O] → [I, O].
 *
 * The language multiplies by matrices only where they are the same for all samples, so this is written with products
 * and sums: at once where it is small, else row by row in a scan.
 */
export const outer = (a: Tensor, b: Tensor): Tensor => {
  const [left, right] = [rows(a), rows(b)];
  const [sites, inputs] = shapeOf(left);
  const outputs = shapeOf(right)[1];
  if (sites * inputs * outputs <= mostProducts)
    return total([0], mul(repeated(outputs, left), transpose([0, 2, 1], repeated(inputs, right))));
  return inputs <= outputs ? byRows(left, right) : transpose([1, 0], byRows(right, left));
};

/** One row of the result a step. */
const byRows = (left: Tensor, right: Tensor): Tensor => {
  const inputs = shapeOf(left)[1];
  const outputs = shapeOf(right)[1];
  const { sequence } = runSteps({
    steps: inputs,
    sequences: [transpose([1, 0], left)],
    init: { row: zerosOf([outputs]) },
    step: (_, [column]) => ({ row: total([0], mul(repeated(outputs, column), right)) }),
    observe: (state) => state,
  });
  return sequence.row;
};
