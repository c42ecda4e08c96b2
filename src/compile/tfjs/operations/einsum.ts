/** Products by a formula in TensorFlow.js: one product of matrices, many at once. */

import type { Tensor } from '@tensorflow/tfjs-core';
import { labelsOf } from '../../../dsl/einsum-formula.js';
import type { OpOf } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';
import { matrixPlan, overSamples } from '../../matrix-plan.js';
import type { Context, Value } from './context.js';

export const einsum = ({ formula }: OpOf<'einsum'>, x: Value, y: Value, { tf }: Context): Tensor => {
  const labelled = overSamples(labelsOf(formula), [x.facts.perSample, y.facts.perSample]);
  const sizes = new Map<string, number>([
    ...labelled.a.map((label, axis) => [label, x.tensor.shape[axis]] as const),
    ...labelled.b.map((label, axis) => [label, y.tensor.shape[axis]] as const),
  ]);
  const sizeOf = (label: string): number => sizes.get(label) ?? 1;
  const plan = matrixPlan(labelled, sizeOf);
  const size = (labels: readonly string[]): number => volume(labels.map(sizeOf));
  const [batch, left, inner, right] = [plan.batch, plan.left, plan.inner, plan.right].map(size);
  const matrices = (
    tensor: Tensor,
    { axes, transposed }: typeof plan.a,
    rows: number,
    columns: number,
  ): Tensor => {
    const turned = axes.every((axis, i) => axis === i) ? tensor : tf.transpose(tensor, [...axes]);
    return tf.reshape(turned, [batch, ...(transposed ? [columns, rows] : [rows, columns])]);
  };
  const product = tf.matMul(
    matrices(x.tensor, plan.a, left, inner),
    matrices(y.tensor, plan.b, inner, right),
    plan.a.transposed,
    plan.b.transposed,
  );
  const grouped = tf.reshape(product, [...plan.batch, ...plan.left, ...plan.right].map(sizeOf));
  return plan.out.every((axis, i) => axis === i) ? grouped : tf.transpose(grouped, [...plan.out]);
};
