/** Entries of an axis by number in TensorFlow.js: read, or added up. Each is the gradient of the other. */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { OpOf } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';
import type { TensorFlow } from '../../../engine/index.js';
import { inRounds } from '../../rounds.js';
import { axisOf, type Context, type Value } from './context.js';
import { withGradient } from './gradient.js';

const read = (tf: TensorFlow, x: Tensor, axis: number, indices: readonly number[]): Tensor =>
  tf.gather(x, tf.tensor1d(Int32Array.from(indices), 'int32'), axis);

/** Entries as rows, added up in rounds. */
const addedUp = (
  tf: TensorFlow,
  x: Tensor,
  axis: number,
  indices: readonly number[],
  size: number,
): Tensor => {
  const order = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
  const front = axis === 0 ? x : tf.transpose(x, order);
  const rest = front.shape.slice(1);
  const width = volume(rest);
  const { places, rounds } = inRounds(indices, size);
  const rows = tf.scatterND(
    tf.tensor2d(places, [places.length, 1], 'int32'),
    front.reshape([places.length, width]),
    [rounds * size, width],
  );
  const sums = rounds === 1 ? rows : tf.sum(rows.reshape([rounds, size, width]), 0);
  const back = order.map((_, i) => order.indexOf(i));
  const whole = sums.reshape([size, ...rest]);
  return axis === 0 ? whole : tf.transpose(whole, back);
};

export const gather = ({ axis, indices }: OpOf<'gather'>, x: Value, { tf }: Context): Tensor => {
  const at = axisOf(x, axis);
  return withGradient(tf, x.tensor, {
    forward: (value) => ({ value: read(tf, value, at, indices), saved: [] }),
    backward: (dy) => addedUp(tf, dy, at, indices, x.facts.shape[axis]),
  });
};

export const scatter = ({ axis, indices, size }: OpOf<'scatter'>, x: Value, { tf }: Context): Tensor => {
  const at = axisOf(x, axis);
  return withGradient(tf, x.tensor, {
    forward: (value) => ({ value: addedUp(tf, value, at, indices, size), saved: [] }),
    backward: (dy) => read(tf, dy, at, indices),
  });
};
