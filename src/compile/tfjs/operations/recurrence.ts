/**
 * Linear recurrences in TensorFlow.js: one step after the other, on plain numbers.
 *
 * An associative scan needs fewer sweeps, but multiplies factors before it meets the state: where their product
 * overflows and the state is 0 it gives NaN. So here a factor is only ever multiplied with a state.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import type { OpOf } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';
import type { TensorFlow } from '../../../engine/index.js';
import { batched, type Context, repeated, type Value } from './context.js';
import { withGradients } from './gradient.js';

/** Sizes of a recurrence: factors [B, T, sites, n, n], or [1, ...] for all samples, states [B, T, sites, n]. */
interface Sizes {
  readonly steps: number;
  readonly sites: number;
  /** The size of the matrices; 1 for a product with a number. */
  readonly n: number;
}

/** One step at every site: `to` of `states` gets input plus factor times the state at `before`. */
type Step = (
  states: Float32Array,
  from: Float32Array,
  at: { readonly to: number; readonly before: number; readonly factor: number },
) => void;

const byNumbers =
  (factors: Float32Array, inputs: Float32Array, width: number): Step =>
  (states, from, { to, before, factor }) => {
    for (let i = 0; i < width; i++) states[to + i] = factors[factor + i] * from[before + i] + inputs[to + i];
  };

/** By the matrices themselves, or by their transposes. */
const byMatrices =
  (factors: Float32Array, inputs: Float32Array, { sites, n }: Sizes, transposed: boolean): Step =>
  (states, from, { to, before, factor }) => {
    const [along, across] = transposed ? [n, 1] : [1, n];
    for (let site = 0; site < sites * n; site += n)
      for (let row = 0; row < n; row++) {
        let sum = 0;
        for (let j = 0; j < n; j++)
          sum += factors[factor + site * n + row * across + j * along] * from[before + site + j];
        states[to + site + row] = sum + inputs[to + site + row];
      }
  };

/**
 * state[t] = input[t] + A[t] state[t-1], from the start; backwards, state[t] = input[t] + A[t+1]' state[t+1], from
 * zero. Sums are in double precision and rounded once per step.
 */
const stepped = (
  factors: Float32Array,
  inputs: Float32Array,
  start: Float32Array | undefined,
  sizes: Sizes,
  backwards: boolean,
): Float32Array => {
  const { steps, sites, n } = sizes;
  const width = sites * n;
  const states = new Float32Array(inputs.length);
  const samples = inputs.length / (steps * width);
  const shared = factors.length < inputs.length * n;
  const first = start ?? new Float32Array(samples * width);
  const step = n === 1 ? byNumbers(factors, inputs, width) : byMatrices(factors, inputs, sizes, backwards);
  for (let sample = 0; sample < samples; sample++) {
    const offset = sample * steps * width;
    const factor = (shared ? 0 : sample * steps) * width * n;
    if (!backwards) step(states, first, { to: offset, before: sample * width, factor });
    // the cotangent of the last state is the given one
    else
      states.set(
        inputs.subarray(offset + (steps - 1) * width, offset + steps * width),
        offset + (steps - 1) * width,
      );
    for (let turn = 1; turn < steps; turn++) {
      const t = backwards ? steps - 1 - turn : turn;
      const to = offset + t * width;
      step(states, states, {
        to,
        before: backwards ? to + width : to - width,
        factor: factor + (backwards ? t + 1 : t) * width * n,
      });
    }
  }
  return states;
};

const numbers = (x: Tensor): Float32Array => new Float32Array(x.dataSync());

const from = (tf: TensorFlow, x: Tensor, begin: number, size: number): Tensor =>
  tf.slice(
    x,
    x.shape.map((_, axis) => (axis === 1 ? begin : 0)),
    x.shape.map((n, axis) => (axis === 1 ? size : n)),
  );

/** The sum over the batch, for operands that all samples share. */
const gathered = (tf: TensorFlow, x: Tensor, like: Tensor): Tensor =>
  x.shape[0] === like.shape[0] ? x : tf.sum(x, 0, true);

/** All states [B, T, sites, n], with gradients by the factors, the inputs and the start [B, 1, sites, n]. */
const states = (tf: TensorFlow, sizes: Sizes, a: Tensor, b: Tensor, initial: Tensor | undefined): Tensor =>
  withGradients(tf, [a, b, ...(initial === undefined ? [] : [initial])], {
    forward: ([factors, inputs, start]) => {
      const given = start === undefined ? undefined : numbers(start);
      const value = tf.tensor(
        stepped(numbers(factors), numbers(inputs), given, sizes, false),
        inputs.shape,
        'float32',
      );
      return { value, saved: [factors, value, ...(start === undefined ? [] : [start])] };
    },
    // the total cotangents of the states are a recurrence backwards in time
    backward: (dy, [factors, value, start]) => {
      const cotangents = tf.tensor(
        stepped(numbers(factors), numbers(dy), undefined, sizes, true),
        dy.shape,
        'float32',
      );
      const first = start ?? tf.zerosLike(from(tf, value, 0, 1));
      const before = tf.concat([first, from(tf, value, 0, sizes.steps - 1)], 1);
      const outer = tf.mul(tf.expandDims(cotangents, -1), tf.expandDims(before, -2));
      const others = [
        gathered(tf, tf.reshape(outer, [cotangents.shape[0], ...factors.shape.slice(1)]), factors),
        cotangents,
      ];
      if (start === undefined) return others;
      // the cotangent of the matrices
      const matrix = from(tf, factors, 0, 1);
      return [...others, tf.sum(tf.mul(matrix, tf.expandDims(from(tf, cotangents, 0, 1), -1)), -2)];
    },
  });

export const recurrence = (
  op: OpOf<'recurrence'>,
  [factors, inputs, initial]: readonly Value[],
  { tf }: Context,
): Tensor => {
  const [steps, ...rest] = inputs.facts.shape;
  // All sites are one axis, since backends support at most six.
  const n = op.kind === 'matrix' ? rest[rest.length - 1] : 1;
  const sites = volume(rest) / n;
  const flat = (value: Value, ...shape: number[]): Tensor => {
    const x = batched(tf, value);
    return tf.reshape(x, [x.shape[0], ...shape]);
  };
  const a = flat(factors, steps, sites, n, n);
  const pushes = flat(inputs, steps, sites, n);
  const start = initial === undefined ? undefined : flat(initial, 1, sites, n);
  const batch = Math.max(a.shape[0], pushes.shape[0], start?.shape[0] ?? 1);
  const whole = (x: Tensor): Tensor => (x.shape[0] === batch ? x : repeated(tf, x, batch));
  const made = states(
    tf,
    { steps, sites, n },
    a,
    whole(pushes),
    start === undefined ? undefined : whole(start),
  );
  const perSample = [factors, inputs, initial].some((value) => value?.facts.perSample);
  return tf.reshape(made, perSample ? [batch, steps, ...rest] : [steps, ...rest]);
};
