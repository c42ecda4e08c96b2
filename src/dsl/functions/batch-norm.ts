/** Batch normalisation with running statistics. */

import { layer, parameterOf } from '../layer.js';
import { checkedOptions } from '../options.js';
import type { Shape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';

/** Options of batch norm. */
export interface BatchNormOptions {
  /** Share of the new batch in the running statistics; default 0.1, as PyTorch's. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
  /** Whether the optimiser changes scale and shift; default true. The running statistics follow the batches either way. */
  readonly trainable?: boolean;
  /** Instead of `batchNorm1`, `batchNorm2`, ... */
  readonly name?: string;
}

/**
 * Normalises each channel (last axis) over the batch and all sites, then scales and shifts (Ioffe & Szegedy 2015).
 *
 * In training it uses the batch's mean and (biased) variance and moves the running ones by `momentum` (towards the
 * unbiased variance, as PyTorch does); in inference it uses the running ones. The statistics are always those of the whole
 * batch: fused kernels, where the whole program has them, compute it in parts that meet at each batch norm; op by op it is
 * never split. The running ones move wherever a result that is asked for reads the layer, also in a branch of a `where`
 * that training does not choose. Batch norm cannot be used in the step of a scan. Parameters, all [C]: scale, shift; mean,
 * variance (not trainable).
 *
 * @example
 * const tame = pipe(image, conv(8, { bias: false }), batchNorm(), relu);   // Tensor<readonly [64, 64, 8]>
 */
export const batchNorm = (options: BatchNormOptions = {}) => {
  const self = layer(
    'batchNorm',
    checkedOptions('batchNorm', options, { momentum: true, epsilon: true, trainable: true, name: true }).name,
  );
  const { momentum = 0.1, epsilon = 1e-5, trainable = true } = options;
  return <S extends Shape>(x: Tensor<S>): Tensor<S> => {
    const shape = shapeOf(x);
    if (shape.length === 0) return refuse('batchNorm', 'a scalar has no channels');
    const c = shape[shape.length - 1];
    const ones = { init: { constant: 1 } };
    const zeros = { init: 'zeros' as const };
    return apply(
      'batchNorm',
      { op: 'batchNorm', momentum, epsilon },
      x,
      parameterOf(self, 'scale', [c], { ...ones, trainable }),
      parameterOf(self, 'shift', [c], { ...zeros, trainable }),
      parameterOf(self, 'mean', [c], { ...zeros, trainable: false }),
      parameterOf(self, 'variance', [c], { ...ones, trainable: false }),
    );
  };
};
