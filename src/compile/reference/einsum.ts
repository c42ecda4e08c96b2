/** Products by a formula: every sum of products, term by term. */

import { labelsOf } from '../../dsl/einsum-formula.js';
import type { OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { type NdArray, stridesOf } from './array.js';

/** The value of a product for one sample. */
export const einsum = ({ formula }: OpOf<'einsum'>, x: NdArray, y: NdArray, shape: Shape): NdArray => {
  const { a, b, out } = labelsOf(formula);
  const labels = [...new Set([...a, ...b])];
  const sizes = labels.map((label) =>
    a.includes(label) ? x.shape[a.indexOf(label)] : y.shape[b.indexOf(label)],
  );
  const stepsOf = (of: readonly string[], from: Shape): Shape =>
    labels.map((label) => (of.includes(label) ? stridesOf(from)[of.indexOf(label)] : 0));
  const [steps, stepsX, stepsY] = [stepsOf(out, shape), stepsOf(a, x.shape), stepsOf(b, y.shape)];
  const data = new Float64Array(volume(shape));
  const visit = (axis: number, at: number, i: number, j: number): void => {
    if (axis === labels.length) {
      data[at] += x.data[i] * y.data[j];
      return;
    }
    for (let n = 0; n < sizes[axis]; n++)
      visit(axis + 1, at + n * steps[axis], i + n * stepsX[axis], j + n * stepsY[axis]);
  };
  visit(0, 0, 0, 0);
  return { shape, data };
};
