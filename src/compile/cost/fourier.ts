/** The cost of a Fourier transform: the operations of a fast one, and the memory of its products of matrices. */

import type { Facts } from '../../dsl/infer.js';
import type { OpOf } from '../../dsl/op.js';
import { type Shape, volume } from '../../dsl/shape.js';
import { bodyOf } from '../../dsl/shape-rules.js';
import { type FourierPlan, fourierPlan } from '../fourier/plan.js';
import { type Amount, add, most, none, spread } from './amount.js';

type Transform = OpOf<'fourier'>;

/** 5 N log2 N for each set of N complex numbers along the axes, half of it for real ones. */
export const fourierFlops = (op: Transform, x: Shape): number => {
  const body = bodyOf(op, x);
  const count = volume(op.axes.map((axis) => body[axis]));
  const each = op.from === 'complex' && op.to === 'complex' ? 5 : 2.5;
  return each * volume(body) * Math.log2(count);
};

/** Intermediate numbers for each of n, from `inside` to `outside` parts, without the result. */
const within = (plan: FourierPlan, inside: number, outside: number): number => {
  switch (plan.kind) {
    case 'matrix':
      return 0;
    case 'split':
      // a move, the first transform, five for its twiddle factors, a move, the second transform
      return inside + 14 + outside + within(plan.first, inside, 2) + within(plan.second, 2, outside);
    case 'chirp':
      return 8 + (plan.inner.n / plan.n) * (14 + 2 * within(plan.inner, 2, 2));
  }
};

/** Numbers of the tables of a plan. */
const tables = (plan: FourierPlan, inside: number, outside: number): number => {
  switch (plan.kind) {
    case 'matrix':
      return inside * plan.n * outside * plan.n;
    case 'split':
      return 4 * plan.n + tables(plan.first, inside, 2) + tables(plan.second, 2, outside);
    case 'chirp':
      return 4 * (plan.n + plan.inner.n) + 2 * tables(plan.inner, 2, 2);
  }
};

/** The largest number of intermediate values held while a transform is computed, without its input and result. */
export const heldByFourier = (op: Transform, x: Facts, result: Facts): Amount => {
  const body = bodyOf(op, x.shape);
  const parts = (end: Transform['from']): number => (end === 'complex' ? 2 : 1);
  const last = op.axes.length - 1;
  return op.axes
    .map((axis, i) => {
      const [inside, outside] = [i === 0 ? parts(op.from) : 2, i === last ? parts(op.to) : 2];
      const moved = volume(body.slice(axis + 1)) > 1 ? inside + outside : 0;
      const before = i === 0 ? 0 : inside;
      const after = i === last ? 0 : Math.max(0, outside - parts(op.to));
      const plan = fourierPlan(body[axis]);
      const each = before + moved + within(plan, inside, outside) + after;
      return add(spread(result, volume(body) * each), { fixed: tables(plan, inside, outside), perSample: 0 });
    })
    .reduce(most, none);
};
