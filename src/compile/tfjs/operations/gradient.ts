/** Operations with a gradient of our own. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../../engine/index.js';

/** A function of several tensors with its own gradient. */
export interface OwnGradients {
  readonly forward: (xs: readonly Tensor[]) => { readonly value: Tensor; readonly saved: readonly Tensor[] };
  /** The gradient with respect to each of them, from the gradient of the value and what was saved. */
  readonly backward: (dy: Tensor, saved: readonly Tensor[]) => readonly Tensor[];
}

/** A function of one tensor with its own gradient. */
export interface OwnGradient {
  /** The value, and the tensors of the forward pass that the gradient needs. */
  readonly forward: (x: Tensor) => { readonly value: Tensor; readonly saved: readonly Tensor[] };
  /** The gradient with respect to x, from the gradient of the value and what was saved. */
  readonly backward: (dy: Tensor, saved: readonly Tensor[]) => Tensor;
}

/**
 * Applies a function with its own gradients. TensorFlow.js types the arguments of `customGrad` as tensors or a save
 * function, in any order; they are told apart here, once.
 */
export const withGradients = (
  tf: TensorFlow,
  xs: readonly Tensor[],
  { forward, backward }: OwnGradients,
): Tensor =>
  tf.customGrad((...given) => {
    const save = given[given.length - 1];
    const values = given.flatMap((one) => (one instanceof tf.Tensor ? [one] : []));
    if (typeof save !== 'function' || values.length !== xs.length)
      throw new Error('customGrad passed its arguments in another order');
    const computed = forward(values);
    save([...computed.saved]);
    return {
      value: computed.value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => [...backward(dy, saved)],
    };
  })(...xs);

/** Applies a function of one tensor with its own gradient. */
export const withGradient = (tf: TensorFlow, x: Tensor, { forward, backward }: OwnGradient): Tensor =>
  withGradients(tf, [x], {
    forward: ([value]) => forward(value),
    backward: (dy, saved) => [backward(dy, saved)],
  });

/** The same value, without a gradient. */
export const stopGradient = (tf: TensorFlow, x: Tensor): Tensor =>
  withGradient(tf, x, {
    forward: (value) => ({ value: value.clone(), saved: [] }),
    backward: (dy) => tf.zerosLike(dy),
  });
