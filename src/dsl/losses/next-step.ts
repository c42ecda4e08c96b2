/** The loss of a forecast by one step. */

import { square } from '../functions/pointwise.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { type LossSums, meanOf } from './sums.js';

/**
 * The mean squared error of a forecast: the prediction at each step but the last, against the sequence one step
 * later.
 *
 * @param prediction [T, ...S]: entry t is the forecast of entry t + 1
 * @param sequence [T, ...S], at least two steps
 * @example
 * signature(program({ y: [9, 2], x: [9, 2] }, ({ y, x }) => nextStep(y, x))); // => 'x [9,2], y [9,2] → count [], total []'
 */
export const nextStep = (prediction: Tensor, sequence: Tensor): LossSums => {
  const shape = shapeOf(sequence);
  const [steps, ...rest] = shape;
  const own = shapeOf(prediction);
  if (
    steps === undefined ||
    steps < 2 ||
    own.length !== shape.length ||
    own.some((n, axis) => n !== shape[axis])
  )
    return refuse(
      'nextStep',
      `a forecast [${own.join(',')}] needs a sequence of its shape and of two steps or more, got [${shape.join(',')}]`,
    );
  const cut = (from: number, x: Tensor): Tensor =>
    apply('nextStep', { op: 'slice', begin: [from, ...rest.map(() => 0)], size: [steps - 1, ...rest] }, x);
  const difference = apply('nextStep', { op: 'zip', fn: 'sub' }, cut(0, prediction), cut(1, sequence));
  return meanOf('nextStep', square(difference));
};
