/** The context of every operation of the TensorFlow.js compiler. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { Facts } from '../../../dsl/infer.js';
import type { Shape } from '../../../dsl/shape.js';
import type { TensorFlow } from '../../../engine/index.js';

/** One run of a program over a batch. */
export interface Context {
  readonly tf: TensorFlow;
  readonly batch: number;
  /** Batch statistics (true) or running ones (false). */
  readonly training: boolean;
  readonly noiseSeed: number;
  /** The numbers of the samples in the batch, on which their noise depends. */
  readonly samples: readonly number[];
  /** New running statistics, by parameter name; filled by batch norm in training. */
  readonly statistics: Map<string, Tensor>;
}

/** A computed value: with a leading batch axis where it is per sample, without where it is shared. */
export interface Value {
  readonly tensor: Tensor;
  readonly facts: Facts;
}

/** How far the axes of one sample are shifted: by the batch axis, where there is one. */
export const lead = (value: Value): 0 | 1 => (value.facts.perSample ? 1 : 0);

/** An axis of the sample as an axis of the tensor. */
export const axisOf = (value: Value, axis: number): number => axis + lead(value);

/** A shape of the sample as a shape of the tensor. */
export const tensorShape = (value: Value, shape: Shape): number[] =>
  value.facts.perSample ? [value.tensor.shape[0], ...shape] : [...shape];

/** The tensor with a batch axis in any case, of size 1 where the value is shared. */
export const batched = (tf: TensorFlow, value: Value): Tensor =>
  value.facts.perSample ? value.tensor : tf.expandDims(value.tensor, 0);

/** The tensor repeated over the batch where the value is shared. */
export const overBatch = (value: Value, { tf, batch }: Context): Tensor =>
  value.facts.perSample ? value.tensor : repeated(tf, tf.expandDims(value.tensor, 0), batch);

/**
 * A tensor whose first axis is 1, repeated along it. As rows of one long axis, since TensorFlow.js has no gradient for
 * repeating tensors of many axes.
 */
export const repeated = (tf: TensorFlow, x: Tensor, times: number): Tensor =>
  tf.reshape(tf.broadcastTo(tf.reshape(x, [1, x.size]), [times, x.size]), [times, ...x.shape.slice(1)]);
