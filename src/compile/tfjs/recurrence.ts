/** The associative scan for linear recurrences in TensorFlow.js: log2(T) sweeps over the whole sequence. */

import type { Tensor } from '@tensorflow/tfjs';
import type { OpOf } from '../../dsl/op.js';
import { volume } from '../../dsl/shape.js';
import type { TensorFlow } from '../../engine/index.js';
import { batched, type Context, repeated, type Value } from './context.js';

/** The affine map h → A h + b of each time, with time on axis 1. */
interface Maps {
  readonly a: Tensor;
  readonly b: Tensor;
}

/** Products that the kind of recurrence is made of. */
interface Algebra {
  /** A A'. */
  readonly compose: (a: Tensor, earlier: Tensor) => Tensor;
  /** A b. */
  readonly act: (a: Tensor, b: Tensor) => Tensor;
}

const algebras = (tf: TensorFlow): Readonly<Record<OpOf<'recurrence'>['kind'], Algebra>> => ({
  diagonal: { compose: (a, earlier) => tf.mul(a, earlier), act: (a, b) => tf.mul(a, b) },
  // Matrices are 2 x 2 or so: pointwise products summed over the inner axis, not a matrix product a site.
  matrix: {
    compose: (a, earlier) => tf.sum(tf.mul(a.expandDims(-1), earlier.expandDims(-3)), -2),
    act: (a, b) => tf.sum(tf.mul(a, b.expandDims(-2)), -1),
  },
});

const from = (tf: TensorFlow, x: Tensor, begin: number, size: number): Tensor =>
  tf.slice(
    x,
    x.shape.map((_, axis) => (axis === 1 ? begin : 0)),
    x.shape.map((n, axis) => (axis === 1 ? size : n)),
  );

/**
 * Hillis & Steele's inclusive scan: after sweep d each time holds the composition of the last 2^d maps. The first
 * step takes the initial value in.
 */
export const recurrence = (
  op: OpOf<'recurrence'>,
  [factors, inputs, initial]: readonly Value[],
  { tf }: Context,
): Tensor => {
  const algebra = algebras(tf)[op.kind];
  const [steps, ...rest] = inputs.facts.shape;
  // All sites are one axis: no backend computes with more than six.
  const inner = op.kind === 'matrix' ? [rest[rest.length - 1]] : [];
  const sites = volume(rest) / volume(inner);
  const flat = (value: Value, ...shape: number[]): Tensor => {
    const x = batched(value);
    return x.reshape([x.shape[0], ...shape]);
  };
  const a = flat(factors, steps, sites, ...inner, ...inner);
  const alone = flat(inputs, steps, sites, ...inner);
  const started =
    initial === undefined
      ? alone
      : withInitial(tf, algebra, a, alone, flat(initial, 1, sites, ...inner), steps);
  const batch = Math.max(a.shape[0], started.shape[0]);
  const b = started.shape[0] === batch ? started : repeated(tf, started, batch);
  let maps: Maps = { a, b };
  for (let reach = 1; reach < steps; reach *= 2) maps = sweep(tf, algebra, maps, reach, steps);
  const perSample = [factors, inputs, initial].some((value) => value?.facts.perSample);
  return maps.b.reshape(perSample ? [batch, steps, ...rest] : [steps, ...rest]);
};

const withInitial = (
  tf: TensorFlow,
  algebra: Algebra,
  a: Tensor,
  b: Tensor,
  initial: Tensor,
  steps: number,
): Tensor => {
  const start = algebra.act(from(tf, a, 0, 1), initial);
  const first = tf.add(from(tf, b, 0, 1), start);
  if (steps === 1) return first;
  const rest = from(tf, b, 1, steps - 1);
  const all = first.shape[0];
  return tf.concat([first, rest.shape[0] === all ? rest : repeated(tf, rest, all)], 1);
};

/** Each time's map after the one `reach` earlier; the first `reach` are complete already. */
const sweep = (tf: TensorFlow, algebra: Algebra, { a, b }: Maps, reach: number, steps: number): Maps => {
  const later = from(tf, a, reach, steps - reach);
  const b1 = tf.add(algebra.act(later, from(tf, b, 0, steps - reach)), from(tf, b, reach, steps - reach));
  const a1 = algebra.compose(later, from(tf, a, 0, steps - reach));
  return {
    a: tf.concat([from(tf, a, 0, reach), a1], 1),
    b: tf.concat([from(tf, b, 0, reach), b1], 1),
  };
};
