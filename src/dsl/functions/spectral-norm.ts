/** Weights of spectral norm 1: a matrix divided by its largest singular value. */

import { stream } from '../../base/random.js';
import { checkedOptions } from '../options.js';
import { scanWithFinal } from '../scan.js';
import { type Shape, showShape, volume } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { data } from './field.js';
import { normalise } from './reduce.js';

/** Settings of the power iteration that finds the largest singular value. */
export interface SpectralNormOptions {
  /** Steps of the power iteration; default 20. */
  readonly steps?: number;
}

/**
 * A weight divided by its largest singular value, as a matrix from all its other axes to the last: [3, 3, 16, 8] as
 * [144, 8]. A layer with such a weight increases no length, except by what its boundary adds (Miyato et al. 2018, arXiv
 * 1802.05957). The value is found by power iteration from a fixed vector, anew each time and once per batch; its
 * gradient treats the singular vectors as constants. A weight of zeros stays zero. Refuses a weight of fewer than two
 * axes.
 *
 * @example
 * const kernel = parameter('kernel', [3, 3, 2, 2], { init: 'kaiming' });
 * const felt = convolveWith(y, spectralNorm()(kernel));   // Tensor<readonly [64, 64, 2]>
 */
export const spectralNorm =
  (options: SpectralNormOptions = {}) =>
  <S extends Shape>(weight: Tensor<S>): Tensor<S> => {
    const { steps = 20 } = checkedOptions('spectralNorm', options, { steps: true });
    const shape = shapeOf(weight);
    if (shape.length < 2)
      return refuse('spectralNorm', `takes a weight of at least two axes, got ${showShape(shape)}`);
    const outside = shape[shape.length - 1];
    const inside = volume(shape.slice(0, -1));
    const turned = (x: Tensor): Tensor => apply('spectralNorm', { op: 'transpose', axes: [1, 0] }, x);
    const by = (x: Tensor, matrix: Tensor): Tensor => apply('spectralNorm', { op: 'dense' }, x, matrix);
    const map = (fn: 'square' | 'sqrt' | 'reciprocal' | 'stopGradient', x: Tensor): Tensor =>
      apply('spectralNorm', { op: 'map', fn }, x);
    const unit = normalise();

    const matrix: Tensor = apply('spectralNorm', { op: 'reshape', shape: [inside, outside] }, weight);
    const held = map('stopGradient', matrix);
    const random = stream(0, 'spectral norm');
    const start: Tensor = data(
      Array.from({ length: outside }, () => 2 * random.uniform() - 1),
      outside,
    );
    const { v } = scanWithFinal({
      steps,
      init: { v: start },
      step: (s) => ({ v: unit(by(unit(by(s.v, turned(held))), held)) }),
      observe: (s) => s.v,
    }).final;
    const squares = map('square', by(v, turned(matrix)));
    const total = apply('spectralNorm', { op: 'reduce', fn: 'sum', axes: [0] }, squares);
    const guarded = apply('spectralNorm', { op: 'affine', scale: 1, shift: 1e-12 }, total);
    return apply('spectralNorm', { op: 'zip', fn: 'mul' }, weight, map('reciprocal', map('sqrt', guarded)));
  };
