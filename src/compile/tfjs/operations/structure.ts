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

/** The largest number of axes, including kept ones, for which TensorFlow.js has the gradient of a repetition. */
const mostAxes = 4;

/**
 * Repeats axes of size 1. Neighbouring axes that are all repeated, or all not, are merged; if there are still too
 * many, one run of axes is repeated after the other.
 */
export const broadcast = (op: OpOf<'broadcast'>, x: Value, { tf }: Context): Tensor => {
  const from = x.tensor.shape;
  const to = tensorShape(x, op.shape);
  const runs: Run[] = [];
  for (const [axis, size] of to.entries()) {
    const repeated = from[axis] !== size;
    const last = runs.at(-1);
    if (last?.repeated === repeated) last.size *= size;
    else runs.push({ repeated, size });
  }
  if (!runs.some(({ repeated }) => repeated)) return x.tensor.clone();
  if (runs.length > mostAxes) return tf.reshape(oneByOne(runs, x.tensor, tf), to);
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

/** Axes beside each other that are all repeated, or all not. */
interface Run {
  readonly repeated: boolean;
  size: number;
}

/**
 * The innermost run first, so that the repeated tensor is small; each time with the axes before, the run, and the
 * axes after it.
 */
const oneByOne = (runs: readonly Run[], x: Tensor, tf: Context['tf']): Tensor => {
  let behind = 1;
  let value = x;
  for (const { repeated, size } of [...runs].reverse()) {
    if (repeated) {
      const before = value.size / behind;
      value = tf.broadcastTo(tf.reshape(value, [before, 1, behind]), [before, size, behind]);
    }
    behind *= size;
  }
  return value;
};
