/**
 * Layers and reductions over lists of numbers in plain loops: weights computed from weights, means of fields, drives
 * of a step.
 */

import type { Along } from '../ir/field.js';
import type { Loops } from '../list/kernel.js';
import { isAlike } from './moves.js';

/** Calls f for each (outer, inner) with the indices of the first element and of the first result. */
const middles = ({ outer, count, inner }: Along, to: number, f: (x: number, y: number) => void): void => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) f(o * count * inner + i, o * to * inner + i);
};

/** A dense layer along the middle of a list. */
export interface ListLayer extends Along {
  readonly to: number;
}

export const listDenseLoops =
  (op: ListLayer & { readonly transposed: boolean }): Loops =>
  ({ floats }, ...addresses) => {
    const { count, to, inner, transposed } = op;
    const [a, weights, c] = addresses.map((at) => at / 4);
    middles(op, to, (from, result) => {
      for (let j = 0; j < to; j++) {
        let sum = 0;
        for (let k = 0; k < count; k++)
          sum += floats[a + from + k * inner] * floats[weights + (transposed ? j * count + k : k * to + j)];
        floats[c + result + j * inner] = sum;
      }
    });
  };

export const listDenseWeightLoops =
  (op: ListLayer): Loops =>
  ({ floats, doubles }, x, dy, out) => {
    const { count, to, inner } = op;
    const [a, d, c] = [x / 4, dy / 4, out / 8];
    middles(op, to, (from, result) => {
      for (let k = 0; k < count; k++)
        for (let j = 0; j < to; j++)
          doubles[c + k * to + j] += floats[a + from + k * inner] * floats[d + result + j * inner];
    });
  };

export const listReduceLoops =
  (op: Along & { readonly fn: 'sum' | 'max' }): Loops =>
  ({ floats }, x, out) => {
    const [a, c] = [x / 4, out / 4];
    middles(op, 1, (from, result) => {
      let value = floats[a + from];
      for (let k = 1; k < op.count; k++) {
        const next = floats[a + from + k * op.inner];
        value = op.fn === 'sum' ? value + next : Math.max(value, next);
      }
      floats[c + result] = value;
    });
  };

export const listFirstMaxLoops =
  (op: Along): Loops =>
  ({ floats }, ...addresses) => {
    const [a, m, cotangent, c] = addresses.map((at) => at / 4);
    middles(op, 1, (from, result) => {
      let found = false;
      for (let k = 0; k < op.count; k++) {
        const element = from + k * op.inner;
        const is: boolean = !found && isAlike(floats[a + element], floats[m + result]);
        floats[c + element] = is ? floats[cotangent + result] : 0;
        found ||= is;
      }
    });
  };
