/** Weights in the order in which the kernels read them: blocks of up to four rows, one depth after the other. */

import type { FieldOpOf, Window } from '../ir/field.js';
import { groupOf } from '../ir/window.js';
import type { Argument, Instruction } from '../list/instruction.js';
import type { Arena } from '../memory/arena.js';
import { mixCellsKernel, pickCellsKernel } from '../registry/lists.js';

/** The blocks of a product's rows: blocks of four, then the rest. */
export interface Blocks {
  readonly rows: 1 | 2 | 3 | 4;
  readonly count: number;
  /** The first row. */
  readonly first: number;
}

const asRows = (rows: number): 1 | 2 | 3 => (rows === 1 ? 1 : rows === 2 ? 2 : 3);

/** Rows in blocks of four, then the rest. */
export const blocksOf = (rows: number): readonly Blocks[] => {
  const fours = Math.floor(rows / 4);
  const rest = rows - 4 * fours;
  return [
    ...(fours > 0 ? [{ rows: 4 as const, count: fours, first: 0 }] : []),
    ...(rest > 0 ? [{ rows: asRows(rest), count: 1, first: 4 * fours }] : []),
  ];
};

/** The weight at (row, depth) of a product, as an index into the list of weights. */
export interface Packing {
  readonly rows: number;
  readonly depth: number;
  readonly source: (row: number, depth: number) => number;
  /** Instead of one weight, a weighted sum of weights, `step` apart. */
  readonly mix?: { readonly factors: readonly number[]; readonly step: number };
  /** Numbers that are computed from the packed weights and stored after them. */
  readonly more?: { readonly size: number; readonly fill: (at: number) => readonly Instruction[] };
}

/** The bytes of packed weights. */
export const packedBytes = ({ rows, depth, more }: Packing): number => 4 * (rows * depth + (more?.size ?? 0));

/** c[to] = sum over count of w[count, to], or of w[to, count] when transposed; of the weights of one head. */
export const densePacking = ({ count, to, transposed }: FieldOpOf<'dense'>, head = 0): Packing => {
  const first = head * count * to;
  return {
    rows: to,
    depth: count,
    source: transposed
      ? (row, depth) => first + row * count + depth
      : (row, depth) => first + depth * to + row,
  };
};

/** Forward: depth runs over channel and window place, in the order of `offsetsOf`. */
export const convPacking = ({ height, width, from, to }: Window): Packing => ({
  rows: to,
  depth: from * height * width,
  source: (row, depth) => {
    const channel = Math.floor(depth / (height * width));
    const tap = depth % (height * width);
    return (tap * from + channel) * to + row;
  },
});

/** The adjoint for the input: the window mirrored, channels exchanged. */
export const convInputPacking = ({ height, width, from, to }: Window): Packing => ({
  rows: from,
  depth: to * height * width,
  source: (row, depth) => {
    const channel = Math.floor(depth / (height * width));
    const tap = height * width - 1 - (depth % (height * width));
    return (tap * from + row) * to + channel;
  },
});

/** For one of Winograd's products: depth runs over channel and column of the window. */
export const winogradPacking = ({ width, from, to }: Window, factors: readonly number[]): Packing => ({
  rows: to,
  depth: from * width,
  source: (row, depth) => ((depth % width) * from + Math.floor(depth / width)) * to + row,
  mix: { factors, step: width * from * to },
});

export const winogradInputPacking = (
  { height, width, from, to }: Window,
  factors: readonly number[],
): Packing => ({
  rows: from,
  depth: to * width,
  source: (row, depth) => {
    const tap = height * width - 1 - (depth % width);
    return (tap * from + row) * to + Math.floor(depth / width);
  },
  mix: { factors, step: -width * from * to },
});

/** One channel of a depthwise convolution, [height, width, from, to]. */
export const depthwisePacking = ({ height, width, from, to }: Window, channel: number): Packing => ({
  rows: to,
  depth: height * width,
  source: (row, tap) => (tap * from + channel) * to + row,
});

export const depthwiseInputPacking = ({ height, width, from, to }: Window, channel: number): Packing => ({
  rows: 1,
  depth: to * height * width,
  source: (_, depth) => {
    const result = Math.floor(depth / (height * width));
    const tap = height * width - 1 - (depth % (height * width));
    return (tap * from + channel) * to + result;
  },
});

/** One group of a convolution in groups, [height, width, from / groups, to]. */
export const groupPacking = (window: Window, group: number): Packing => {
  const { height, width, to } = window;
  const each = groupOf(window);
  return {
    rows: each.to,
    depth: each.from * height * width,
    source: (row, depth) => {
      const channel = Math.floor(depth / (height * width));
      const tap = depth % (height * width);
      return (tap * each.from + channel) * to + group * each.to + row;
    },
  };
};

/**
 * A convolution's adjoint for the input, with some of its taps, as indices from 0: depth runs over results, then
 * taps.
 */
export const tapsInputPacking = (window: Window, group: number, taps: readonly number[]): Packing => {
  const { to, from, depthwise } = window;
  const each = groupOf(window);
  return {
    rows: each.from,
    depth: each.to * taps.length,
    source: (row, depth) => {
      const result = Math.floor(depth / taps.length);
      const tap = taps[depth % taps.length];
      return depthwise
        ? (tap * from + group) * to + result
        : (tap * each.from + row) * to + group * each.to + result;
    },
  };
};

/** Bytes from the start of packed weights to the block of this first row. */
export const blockOffset = ({ depth }: Packing, first: number): number => 4 * first * depth;

/** The instructions that pack the weights at an address to the address `to`. */
export const packing = (arena: Arena, of: Packing, from: Argument, to: number): readonly Instruction[] => {
  const order: number[] = [];
  for (const { rows, count, first } of blocksOf(of.rows))
    for (let block = 0; block < count; block++)
      for (let depth = 0; depth < of.depth; depth++)
        for (let row = 0; row < rows; row++) order.push(4 * of.source(first + block * rows + row, depth));
  const { length } = order;
  // four at a time
  while (order.length % 4 !== 0) order.push(0);
  const table = arena.table(order, 'order of weights');
  const { mix, more } = of;
  return [
    mix === undefined
      ? pickCellsKernel.call({}, [table, from, to, order.length / 4])
      : mixCellsKernel.call({ factors: mix.factors }, [table, from, 4 * mix.step, to, length]),
    ...(more?.fill(to) ?? []),
  ];
};
