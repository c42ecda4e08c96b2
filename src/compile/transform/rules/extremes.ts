/** The first place that reaches a maximum or minimum, which alone gets its gradient. */

import type { OpOf } from '../../../dsl/op.js';
import { volume } from '../../../dsl/shape.js';
import { shapeOf, type Tensor } from '../../../dsl/tensor.js';
import {
  affine,
  broadcast,
  by,
  filled,
  greater,
  isNumber,
  larger,
  mul,
  reshape,
  sub,
  transpose,
} from '../raw.js';
import { readTap, tapsOf } from './windows.js';

/** 1 if x equals the extreme y, else 0. If y is NaN: 1 if x is NaN too. */
const reaches = (fn: 'max' | 'min', x: Tensor, y: Tensor): Tensor => {
  const short = fn === 'max' ? greater(y, x) : greater(x, y);
  return affine(-1, larger(short, greater(isNumber(x), isNumber(y))), 1);
};

/** The first 1 along the first axis, of entries that are 0 or 1; all others become 0. */
const firstOf = (hits: Tensor): Tensor => {
  const ones = filled(1, shapeOf(hits));
  const soFar = by({ op: 'recurrence', kind: 'diagonal' }, ones, hits);
  return mul(hits, greater(filled(1.5, []), soFar));
};

/** For each element of x, 1 if the reduction takes its value from it: the first such place in row-major order. */
export const chosen = (op: OpOf<'reduce'>, x: Tensor, y: Tensor): Tensor => {
  const fn = op.fn === 'min' ? 'min' : 'max';
  const shape = shapeOf(x);
  const reduced = [...op.axes].sort((a, b) => a - b);
  const kept = shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis));
  const order = [...reduced, ...kept];
  const turned = order.map((axis) => shape[axis]);
  const count = volume(reduced.map((axis) => shape[axis]));
  const rest = volume(shapeOf(y));
  const entries = reshape([count, rest], transpose(order, x));
  const extreme = broadcast([count, rest], reshape([1, rest], y));
  const first = firstOf(reaches(fn, entries, extreme));
  return transpose(
    shape.map((_, axis) => order.indexOf(axis)),
    reshape(turned, first),
  );
};

/** For each tap of a pooling window, 1 at the windows that take their value through it. */
export const chosenTaps = (op: OpOf<'pool'>, x: Tensor, y: Tensor): readonly Tensor[] => {
  const windows = shapeOf(y).slice(0, -1);
  let free = filled(1, shapeOf(y));
  return tapsOf(op.size).map((tap) => {
    const first = mul(free, reaches('max', readTap(tap, op.stride, windows, x), y));
    free = sub(free, first);
    return first;
  });
};
