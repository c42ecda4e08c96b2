/** Fourier transforms in TensorFlow.js, by products of matrices; the gradient is the transform the other way around. */

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { OpOf } from '../../../dsl/op.js';
import type { Shape } from '../../../dsl/shape.js';
import { bodyOf } from '../../../dsl/shape-rules.js';
import type { TensorFlow } from '../../../engine/index.js';
import { alongAxes, type Steps } from '../../fourier/along-axes.js';
import type { Table } from '../../fourier/tables.js';
import { batched, type Context, tensorShape, type Value } from './context.js';
import { withGradient } from './gradient.js';

const stepsOn = (tf: TensorFlow): Steps<Tensor> => {
  const constant = ({ values, shape }: Table): Tensor => tf.tensor(values(), [...shape]);
  return {
    reshape: (x, sizes) => tf.reshape(x, [-1, ...sizes]),
    exchange: (x) => tf.transpose(x, [0, 2, 1, 3]),
    product: (x, { values, shape: [m, n] }) => {
      const rows: Tensor2D = tf.reshape(x, [-1, m]);
      return tf.matMul(rows, tf.tensor2d(values(), [m, n]));
    },
    times: (x, by) => tf.mul(x, constant(by)),
    sum: (x, y) => tf.add(x, y),
    swapped: (x) => tf.reverse(x, x.rank - 1),
    filledUp: (x, m) =>
      tf.pad(x, [
        [0, 0],
        [0, m - (x.shape[1] ?? 0)],
        [0, 0],
      ]),
    first: (x, n, d) => tf.slice(x, [0, 0, 0], [x.shape[0], n, d]),
    within: (f) => tf.tidy(f),
  };
};

export const fourier = (op: OpOf<'fourier'>, x: Value, { tf }: Context): Tensor => {
  const body = bodyOf(op, x.facts.shape);
  const steps = stepsOn(tf);
  const sizes = (end: 'real' | 'complex'): Shape => (end === 'complex' ? [...body, 2] : body);
  const back: OpOf<'fourier'> = { ...op, conjugate: !op.conjugate, from: op.to, to: op.from };
  const transformed = withGradient(tf, batched(tf, x), {
    forward: (value) => ({ value: alongAxes(steps, op, body, value), saved: [] }),
    backward: (dy) => alongAxes(steps, back, body, dy),
  });
  return tf.reshape(transformed, tensorShape(x, sizes(op.to)));
};
