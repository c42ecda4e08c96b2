/**
 * Values that the tape does not hold and the gradient recomputes.
 *
 * The results are one tensor on the tape, since a function with its own gradient has one result.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import { volume } from '../../../dsl/shape.js';
import type { TensorFlow } from '../../../engine/index.js';
import { withGradients } from './gradient.js';

/**
 * The results of a function of tensors, which reads nothing else that has a gradient.
 *
 * Its gradient calls it once more, on a tape that is freed afterwards.
 */
export const recomputed = (
  tf: TensorFlow,
  xs: readonly Tensor[],
  f: (xs: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] => {
  let shapes: readonly (readonly number[])[] = [];
  const packed = (given: readonly Tensor[]): Tensor => {
    const results = f(given);
    shapes = results.map(({ shape }) => shape);
    return tf.concat(
      results.map((result) => tf.reshape(result, [result.size])),
      0,
    );
  };
  const whole = withGradients(tf, xs, {
    forward: (values) => ({ value: packed(values), saved: values }),
    backward: (dy, saved) => gradientsAgain(tf, packed, saved, dy),
  });
  const sizes = shapes.map(volume);
  const parts = sizes.length === 1 ? [whole] : tf.split(whole, sizes, 0);
  return parts.map((part, i) => tf.reshape(part, [...shapes[i]]));
};

/**
 * Gradients of a function while gradients are being computed. TensorFlow.js has one tape at a time and drops it at
 * the end of each gradient, so the outer tape is saved and restored.
 */
const gradientsAgain = (
  tf: TensorFlow,
  f: (xs: readonly Tensor[]) => Tensor,
  xs: readonly Tensor[],
  dy: Tensor,
): readonly Tensor[] => {
  const { state } = tf.engine();
  const outside = state.activeTape;
  const { value, grads } = tf.engine().gradients(() => f(xs), [...xs], dy, true);
  state.activeTape = outside;
  value.dispose();
  const found: readonly (Tensor | undefined)[] = grads;
  return found.map((gradient, i) => gradient ?? tf.zerosLike(xs[i]));
};
