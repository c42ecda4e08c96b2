/** Dropout. */

import { layer } from '../layer.js';
import type { Clock } from '../scan-types.js';
import type { Shape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { drawn } from './noise.js';
import { training } from './training.js';

/**
 * In training each number is 0 with the probability `rate` and else divided by 1 - rate, so that its mean stays (Srivastava
 * et al. 2014); in inference it is x. Each use draws for itself, from (noise seed, name, sample) as `gaussian`: the same for
 * any micro-batches, new at each step of training.
 *
 * In the step of a scan it takes the clock as second argument, and each step draws anew. A NaN that is dropped stays NaN.
 *
 * Refuses a rate that is not from 0 up to, but without, 1, and a step without its clock.
 *
 * @example
 * const features = pipe(image, conv(8), relu, dropout(0.5));   // Tensor<readonly [64, 64, 8]>
 */
export const dropout = (rate: number) => {
  if (!(rate >= 0 && rate < 1)) refuse('dropout', `the rate is from 0 up to, but without, 1; got ${rate}`);
  return <S extends Shape>(x: Tensor<S>, clock?: Clock): Tensor<S> => {
    if (rate === 0) return x;
    const shape = shapeOf(x);
    const uniform = drawn(layer('dropout'), 'uniform', clock, shape);
    const least = apply('dropout', { op: 'constant', shape: [], value: rate });
    const kept = apply('dropout', { op: 'zip', fn: 'greaterEqual' }, uniform, least);
    const factor = apply('dropout', { op: 'affine', scale: 1 / (1 - rate), shift: 0 }, kept);
    const thinned = apply('dropout', { op: 'zip', fn: 'mul' }, x, factor);
    return apply('dropout', { op: 'where' }, training, thinned, x);
  };
};
