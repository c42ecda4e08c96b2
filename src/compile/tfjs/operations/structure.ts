/** Joining, cutting, turning and repeating in TensorFlow.js. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { OpOf } from '../../../dsl/op.js';
import { axisOf, type Context, overBatch, tensorShape, type Value } from './context.js';

export const concat = ({ axis }: OpOf<'concat'>, parts: readonly Value[], context: Context): Tensor => {
  const perSample = parts.some((part) => part.facts.perSample);
  const tensors = parts.map((part) => (perSample ? overBatch(part, context) : part.tensor));
  return tensors.length === 1 ? tensors[0].clone() : context.tf.concat(tensors, axis + (perSample ? 1 : 0));
};

export const slice = (op: OpOf<'slice'>, x: Value, { tf }: Context): Tensor => {
  // a scalar has no axes to cut, which TensorFlow.js refuses
  if (x.tensor.rank === 0) return x.tensor.clone();
  return x.facts.perSample
    ? tf.slice(x.tensor, [0, ...op.begin], [x.tensor.shape[0], ...op.size])
    : tf.slice(x.tensor, [...op.begin], [...op.size]);
};

export const reshape = (op: OpOf<'reshape'>, x: Value, { tf }: Context): Tensor =>
  tf.reshape(x.tensor, tensorShape(x, op.shape));

export const transpose = (op: OpOf<'transpose'>, x: Value, { tf }: Context): Tensor =>
  tf.transpose(x.tensor, [...(x.facts.perSample ? [0] : []), ...op.axes.map((axis) => axisOf(x, axis))]);

export const reverse = (op: OpOf<'reverse'>, x: Value, { tf }: Context): Tensor =>
  op.axes.length === 0
    ? x.tensor.clone()
    : tf.reverse(
        x.tensor,
        op.axes.map((axis) => axisOf(x, axis)),
      );

/**
 * Axes of size 1 repeated. Neighbouring axes that are all repeated, or all not, are taken as one: TensorFlow.js has no
 * gradient for broadcasts over six axes.
 */
export const broadcast = (op: OpOf<'broadcast'>, x: Value, { tf }: Context): Tensor => {
  const from = x.tensor.shape;
  const to = tensorShape(x, op.shape);
  const runs: { repeated: boolean; size: number }[] = [];
  for (const [axis, size] of to.entries()) {
    const repeated = from[axis] !== size;
    const last = runs.at(-1);
    if (last?.repeated === repeated) last.size *= size;
    else runs.push({ repeated, size });
  }
  if (!runs.some(({ repeated }) => repeated)) return x.tensor.clone();
  const merged = tf.reshape(
    x.tensor,
    runs.map(({ repeated, size }) => (repeated ? 1 : size)),
  );
  const repeated = tf.broadcastTo(
    merged,
    runs.map(({ size }) => size),
  );
  return tf.reshape(repeated, to);
};
