/** The axes of a product by names, with their strides in each operand. */

import type { Labelled, Product } from '../ir/field.js';
import { numberBytes } from '../memory/address.js';
import type { Operand } from './emitting.js';

/** An axis: its entries, and the bytes between them in both operands and the result; 0 where an operand lacks it. */
export interface Axis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Bytes between the entries of each name of an operand. */
const stridesOf = ({ dims, sites }: Labelled, { address }: Operand, sizes: readonly number[]) => {
  const strides = new Map<number, number>();
  const add = (names: readonly number[], first: number): void => {
    let stride = first;
    for (const name of [...names].reverse()) {
      strides.set(name, stride);
      stride *= sizes[name];
    }
  };
  add(dims, address.plane);
  add(sites, numberBytes);
  return strides;
};

/**
 * The axes of more than one entry, grouped by their role: each group in the order of the result, the summed ones in that of the
 * second operand.
 */
export const axesOf = (op: Product, x: Operand, y: Operand, out: Operand) => {
  const [a, b, c] = [
    stridesOf(op.a, x, op.sizes),
    stridesOf(op.b, y, op.sizes),
    stridesOf(op.out, out, op.sizes),
  ];
  const axes = op.sizes.flatMap((size, name) =>
    size === 1 ? [] : [{ name, size, a: a.get(name) ?? 0, b: b.get(name) ?? 0, c: c.get(name) ?? 0 }],
  );
  const of = (inA: boolean, inB: boolean, inC: boolean): readonly Axis[] =>
    axes
      .filter(({ name }) => a.has(name) === inA && b.has(name) === inB && c.has(name) === inC)
      .sort((p, q) => q.c - p.c || q.b - p.b || q.a - p.a)
      .map(({ size, a: inX, b: inY, c: inOut }) => ({ size, a: inX, b: inY, c: inOut }));
  return {
    batch: of(true, true, true),
    left: of(true, false, true),
    right: of(false, true, true),
    inner: of(true, true, false),
  };
};

/** Merges neighbouring axes that are contiguous in all of these operands. */
export const merged = (axes: readonly Axis[], operands: readonly ('a' | 'b' | 'c')[]): readonly Axis[] => {
  const found: Axis[] = [];
  for (const axis of axes) {
    const last = found.at(-1);
    if (last !== undefined && operands.every((operand) => last[operand] === axis[operand] * axis.size))
      found[found.length - 1] = { ...axis, size: last.size * axis.size };
    else found.push(axis);
  }
  return found;
};

/** The number of entries of some axes together. */
export const sizeOfAxes = (axes: readonly Axis[]): number => axes.reduce((all, { size }) => all * size, 1);

/** The offset of each entry of some axes, in bytes, the last axis fastest. */
export const offsets = (axes: readonly Axis[], operand: 'a' | 'b' | 'c'): readonly number[] =>
  axes.reduce<readonly number[]>(
    (before, axis) =>
      before.flatMap((at) => Array.from({ length: axis.size }, (_, i) => at + i * axis[operand])),
    [0],
  );
