/** Operations with a gradient of our own. */

import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../engine/index.js';

export interface OwnGradient {
  /** The value, and what the gradient will need of the forward pass. */
  readonly forward: (x: Tensor) => { readonly value: Tensor; readonly saved: readonly Tensor[] };
  /** The gradient with respect to x, from the gradient of the value and what was saved. */
  readonly backward: (dy: Tensor, saved: readonly Tensor[]) => Tensor;
}

/**
 * Applies a function of one tensor with its own gradient. TensorFlow.js types the arguments of `customGrad` as
 * tensors or a save function, in any order; they are told apart here, once.
 */
export const withGradient = (tf: TensorFlow, x: Tensor, { forward, backward }: OwnGradient): Tensor =>
  tf.customGrad((value, save) => {
    if (!(value instanceof tf.Tensor) || typeof save !== 'function')
      throw new Error('customGrad passed its arguments in another order');
    const computed = forward(value);
    save([...computed.saved]);
    return {
      value: computed.value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => [backward(dy, saved)],
    };
  })(x);

/** The same value, without a gradient. */
export const stopGradient = (tf: TensorFlow, x: Tensor): Tensor =>
  withGradient(tf, x, {
    forward: (value) => ({ value: value.clone(), saved: [] }),
    backward: (dy) => tf.zerosLike(dy),
  });
