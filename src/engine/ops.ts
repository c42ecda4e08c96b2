/** Operations that run as one kernel where tfjs runs several, with their gradients. */

import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './engine.js';
import { hasKernel } from './gradients.js';

/**
 * A dense layer with its bias and ReLU in one kernel, also while gradients are recorded: `tf.fused.matMul` splits into
 * three kernels then, and keeps two more large tensors until the backward pass.
 *
 * **Arguments** x [rows, in], weight [in, out], bias [out] if any. **Returns** [rows, out].
 *
 * @example
 * const hidden = dense(tf, pixels, weight, bias, 'relu');
 */
export const dense = (
  tf: TensorFlow,
  x: Tensor2D,
  weight: Tensor2D,
  bias: Tensor | undefined,
  activation: 'linear' | 'relu',
): Tensor2D => {
  const [rows, from] = x.shape;
  const to = weight.shape[1];
  const made = tf.engine().runKernel(
    '_FusedMatMul',
    {
      a: tf.reshape(x, [1, rows, from]),
      b: tf.reshape(weight, [1, from, to]),
      ...(bias === undefined ? {} : { bias }),
    },
    { transposeA: false, transposeB: false, activation },
  );
  return tf.reshape(Array.isArray(made) ? made[0] : made, [rows, to]);
};

/** The parameters of a normalisation: numbers for each channel, and epsilon, which is added to the variance. */
export interface Normalising {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly scale: Tensor;
  readonly shift: Tensor;
  readonly epsilon: number;
}

/**
 * scale (x - mean) / sqrt(variance + epsilon) + shift, for each channel.
 *
 * **Arguments** x [..., channels], the others [channels]. **Returns** [..., channels].
 *
 * @example
 * const tame = normaliseBy(tf, x, { mean, variance, scale, shift, epsilon: 1e-5 });
 */
export const normaliseBy = (
  tf: TensorFlow,
  x: Tensor,
  { mean, variance, scale, shift, epsilon }: Normalising,
): Tensor => {
  const channels = x.shape[x.shape.length - 1];
  const rows: Tensor4D = tf.reshape(x, [1, 1, x.size / Math.max(1, channels), channels]);
  const list = (values: Tensor): Tensor1D => tf.reshape(values, [values.size]);
  const normal = tf.batchNorm(rows, list(mean), list(variance), list(shift), list(scale), epsilon);
  return tf.reshape(normal, x.shape);
};

/** Values normalised by the batch's own statistics, and the running statistics after it. */
export interface Normalised {
  readonly value: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Batch normalisation in training: by the mean and variance over all axes but the last, as one kernel where the engine
 * has it. The running statistics move by `momentum` towards the batch's mean and unbiased variance. Gradients flow
 * through the value alone.
 *
 * **Arguments** x [..., channels], scale, shift, and the running mean and variance [channels].
 *
 * @example
 * const { value, mean, variance } = batchNorm(tf, x, { ...running, scale, shift, epsilon: 1e-5, momentum: 0.1 });
 */
export const batchNorm = (
  tf: TensorFlow,
  x: Tensor,
  running: Normalising & { readonly momentum: number },
): Normalised => {
  const { scale, shift, epsilon, momentum } = running;
  const { mean: runningMean, variance: runningVariance } = running;
  if (hasKernel(tf, 'BatchNormTrain')) {
    const inputs = { x, scale, shift, runningMean, runningVariance };
    const made = tf.engine().runKernel('BatchNormTrain', inputs, { epsilon, momentum });
    const [value, , , mean, variance] = Array.isArray(made) ? made : [made];
    return { value, mean, variance };
  }
  const batch = tf.moments(
    x,
    x.shape.slice(0, -1).map((_, axis) => axis),
  );
  const rows = x.size / batch.mean.size;
  const moved = (from: Tensor, to: Tensor): Tensor =>
    tf.add(tf.mul(from, 1 - momentum), tf.mul(to, momentum));
  return {
    value: normaliseBy(tf, x, { ...running, ...batch }),
    mean: moved(runningMean, batch.mean),
    variance: moved(runningVariance, tf.mul(batch.variance, rows / Math.max(1, rows - 1))),
  };
};

/** Kernels that return NaN if an input value is NaN, by engine; on wasm they are drumhead's own. */
const keeping: Readonly<Record<string, readonly string[]>> = {
  wasm: ['Relu', 'Sign', 'Maximum', 'Minimum', 'Max', 'MaxPool'],
  cpu: ['Relu', 'Maximum', 'Minimum', 'Max'],
};

/**
 * Whether the current engine's kernel of this name returns NaN where an input value is NaN; false if that is not known.
 *
 * @example
 * keepsNaN(tf, 'MaxPool')   // false on cpu, whose largest of NaN and 1 is 1
 */
export const keepsNaN = (tf: TensorFlow, kernelName: string): boolean =>
  keeping[tf.getBackend()]?.includes(kernelName) ?? false;
