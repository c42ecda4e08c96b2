/** Operations that are better taken whole than in tfjs's parts, with their gradients. */

import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { TensorFlow } from './engine.js';

/**
 * A dense layer with its bias and ReLU in one kernel, also while gradients are recorded: `tf.fused.matMul` comes apart
 * into three then, and keeps two large tensors more until the backward pass.
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
