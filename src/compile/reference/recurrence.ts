/** Linear recurrences of the reference interpreter: one step after the other. */

import type { OpOf } from '../../dsl/op.js';
import type { Shape } from '../../dsl/shape.js';
import { build, entry, get, type NdArray, stacked } from './array.js';

/** h[t] = a[t] h[t-1] + b[t], from `initial` or from zero. */
export const recurrence = (
  { kind }: OpOf<'recurrence'>,
  a: NdArray,
  b: NdArray,
  initial: NdArray | undefined,
): NdArray => {
  const [steps, ...shape] = b.shape;
  const act = kind === 'diagonal' ? diagonal : matrix;
  let h = initial ?? build(shape, () => 0);
  const states: NdArray[] = [];
  for (let t = 0; t < steps; t++) {
    const moved = act(entry(a, t), h, shape);
    const pushed = entry(b, t);
    h = { shape, data: moved.data.map((value, i) => value + pushed.data[i]) };
    states.push(h);
  }
  return stacked(states, shape);
};

const diagonal = (a: NdArray, h: NdArray, shape: Shape): NdArray =>
  build(shape, (position) => get(a, position) * get(h, position));

/** A matrix at each site: row i of A times h. */
const matrix = (a: NdArray, h: NdArray, shape: Shape): NdArray =>
  build(shape, (position) => {
    const site = position.slice(0, -1);
    const n = shape[site.length];
    let sum = 0;
    for (let j = 0; j < n; j++) sum += get(a, [...position, j]) * get(h, [...site, j]);
    return sum;
  });
