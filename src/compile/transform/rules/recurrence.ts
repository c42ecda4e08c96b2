/** What the derivatives of linear recurrences are made of: the value before each step, and products with the factors. */

import type { OpOf } from '../../../dsl/op.js';
import { type Shape, volume } from '../../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../../dsl/tensor.js';
import { broadcast, concat, mul, reshape, sliceAxis, total, transpose, zerosOf } from '../raw.js';

/** h[t-1] for each t: the initial value (or zero), then all results of a recurrence but the last. */
export const previous = (y: Tensor, initial: Tensor | undefined): Tensor => {
  const [steps, ...rest] = shapeOf(y);
  const first = initial === undefined ? zerosOf([1, ...rest]) : reshape([1, ...rest], initial);
  return steps === 1 ? first : concat(0, [first, sliceAxis(0, 0, steps - 1, y)]);
};

interface Algebra {
  /** A h at every time and site. */
  readonly act: (a: Tensor, h: Tensor) => Tensor;
  /** The transpose of A. */
  readonly turned: (a: Tensor) => Tensor;
  /** g h^T: the cotangent of A, with g that of A h. */
  readonly outer: (g: Tensor, h: Tensor) => Tensor;
}

const same = (a: Tensor): Tensor => a;

/** All sites as one axis, because engines take few axes: [sites, n] or [sites, n, n]. */
const flat = (inner: Shape, x: Tensor): Tensor => reshape([volume(shapeOf(x)) / volume(inner), ...inner], x);

const matrices: Algebra = {
  act: (a, h) => {
    const n = shapeOf(h)[shapeOf(h).length - 1];
    const square = flat([n, n], a);
    const sites = shapeOf(square)[0];
    const column = broadcast([sites, n, n], reshape([sites, 1, n], flat([n], h)));
    return reshape(shapeOf(h), total([2], mul(square, column)));
  },
  turned: (a) => {
    const shape = shapeOf(a);
    const n = shape[shape.length - 1];
    return reshape(shape, transpose([0, 2, 1], flat([n, n], a)));
  },
  outer: (g, h) => {
    const shape = shapeOf(g);
    const n = shape[shape.length - 1];
    const sites = volume(shape) / n;
    const left = broadcast([sites, n, n], reshape([sites, n, 1], g));
    return reshape([...shape, n], mul(left, broadcast([sites, n, n], reshape([sites, 1, n], h))));
  },
};

/** The products that a kind of recurrence is made of. */
export const algebraOf = (kind: OpOf<'recurrence'>['kind']): Algebra =>
  kind === 'matrix' ? matrices : { act: mul, turned: same, outer: mul };
