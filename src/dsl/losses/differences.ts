/** Losses of numbers: functions of the difference between prediction and target. */

import { where } from '../functions/choice.js';
import { abs, offset, scale, square } from '../functions/pointwise.js';
import type { Shape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { type LossSums, number, weighed } from './sums.js';

/**
 * The mean squared error: the mean over all entries of (prediction - target)^2; with weights, the weighted sum over the
 * sum of the weights.
 *
 * @param weights of the shape of the prediction or of its first axes: 0 where no target is known
 * @example
 * signature(program({ y: [2], t: [2] }, ({ y, t }) => meanSquared(y, t))); // => 't [2], y [2] → count [], total []'
 */
export const meanSquared = <S extends Shape>(
  prediction: Tensor<S>,
  target: Tensor<NoInfer<S>>,
  weights?: Tensor,
): LossSums => weighed('meanSquared', square(differenceOf('meanSquared', prediction, target)), weights);

/**
 * The mean absolute error: the mean over all entries of |prediction - target|, which outliers affect less than the
 * squared error. Weights as for `meanSquared`.
 *
 * @example
 * signature(program({ y: [2], t: [2] }, ({ y, t }) => meanAbsolute(y, t))); // => 't [2], y [2] → count [], total []'
 */
export const meanAbsolute = <S extends Shape>(
  prediction: Tensor<S>,
  target: Tensor<NoInfer<S>>,
  weights?: Tensor,
): LossSums => weighed('meanAbsolute', abs(differenceOf('meanAbsolute', prediction, target)), weights);

/**
 * The Huber loss: d^2 / 2 of a difference d up to delta, delta (|d| - delta / 2) beyond it, so that large differences
 * count linearly and small ones by their square. Source: Huber 1964, "Robust estimation of a location parameter".
 * Weights as for `meanSquared`.
 *
 * @example
 * signature(program({ y: [2], t: [2] }, ({ y, t }) => huber(1)(y, t))); // => 't [2], y [2] → count [], total []'
 */
export const huber =
  (delta = 1) =>
  <S extends Shape>(prediction: Tensor<S>, target: Tensor<NoInfer<S>>, weights?: Tensor): LossSums => {
    const difference = differenceOf('huber', prediction, target);
    const size = abs(difference);
    const linear = offset((-delta * delta) / 2, scale(delta, size));
    const above = apply('huber', { op: 'zip', fn: 'greater' }, size, number('huber', delta));
    return weighed('huber', where(above, linear, scale(0.5, square(difference))), weights);
  };

/**
 * Entry minus entry. Nothing is broadcast, since a sequence compared with one number is hardly the loss that was meant.
 * [1] and [] are one entry each.
 */
const differenceOf = (operation: string, prediction: Tensor, target: Tensor): Tensor => {
  const entries = (x: Tensor): number => shapeOf(x).reduce((product, size) => product * size, 1);
  const difference = apply(operation, { op: 'zip', fn: 'sub' }, prediction, target);
  return entries(prediction) === entries(difference) && entries(target) === entries(difference)
    ? difference
    : refuse(
        operation,
        `the prediction [${shapeOf(prediction).join(',')}] and its target [${shapeOf(target).join(',')}] need the same shape`,
      );
};
