/** What the operations of a block are emitted with. */

import type { Along, Extent, FieldNode } from '../ir/field.js';
import { fill } from '../kernels/move.js';
import { addOnto, roundToFloats } from '../kernels/sums.js';
import { type Address, type Grid, type Instruction, sizeOf, stripBytes } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { Packing } from './pack-weights.js';

/** What the operations of a block are emitted with. */
export interface EmitContext {
  readonly arena: Arena;
  readonly grid: Grid;
  /** The strips of a tile; left out for whole planes. */
  readonly strips?: (t: number) => number;
  /** The most strips of a tile. */
  readonly most: number;
  /** The packed weights of a node, with the instruction to run before each use, if any. */
  readonly packed: (weight: number, packing: Packing, key: string) => Packed;
  readonly scratch: Scratch;
  readonly labels: Labels;
  /** The doubles that a node adds to. */
  readonly doubles: (node: number) => Doubles;
}

/** The address of packed weights, and the instruction that packs them again, if they change. */
export interface Packed {
  readonly at: number;
  readonly refresh?: Instruction;
}

/** Memory that an instruction may use while it runs. */
export interface Scratch {
  readonly take: (bytes: number) => () => number;
}

/** Addresses of what the loss reads and writes. */
export interface Labels {
  readonly labels: (t: number) => number;
  readonly scale: number;
  readonly weights: number;
  readonly total: number;
}

/** The address of the doubles in which sums are collected, as many as the value has floats. */
export type Doubles = number;

/** An operand: its node, address and extent. */
export interface Operand {
  readonly node: number;
  readonly address: Address;
  readonly extent: Extent;
}

/** Operations that add to doubles, which start as zeros; when they are complete, they are rounded to floats. */
export const accumulates = ({ op }: FieldNode): boolean =>
  op.op === 'denseWeight' ||
  op.op === 'convWeight' ||
  op.op === 'sumPixels' ||
  op.op === 'sumAll' ||
  op.op === 'addOnto';

/** The vectors of a plane and the strips that a kernel runs over: a tile's, or one whole plane. */
export const extentIn = (
  e: EmitContext,
): { readonly vectors: number; readonly strips: (t: number) => number } =>
  e.strips === undefined ? { vectors: e.grid.plane / 16, strips: () => 1 } : { vectors: 2, strips: e.strips };

/** Sets a value to zero. */
export const zero = (out: Operand, e: Pick<EmitContext, 'arena' | 'grid' | 'most'>): Instruction => {
  const run = e.arena.kernel('fill', fill);
  const value = e.arena.constants([0]);
  const { planes } = out.extent;
  const bytes = !out.extent.grid
    ? 4 * Math.ceil(planes / 4) * 4
    : out.address.plane === stripBytes
      ? planes * stripBytes * e.most
      : planes * out.address.plane;
  return (t) => run(value, out.address.at(t), 0, 1, bytes / 16);
};

/** The number of vectors of four floats of a whole value. */
const foursOf = (extent: Extent, grid: Grid): number => sizeOf(extent, grid) / 16;

/** Allocates the doubles of a sum. */
export const newDoubles = (arena: Arena, extent: Extent, grid: Grid): Doubles =>
  arena.allocate(2 * sizeOf(extent, grid));

/** Sets doubles to zero. */
export const clearDoubles = (
  doubles: Doubles,
  extent: Extent,
  { arena, grid }: Pick<EmitContext, 'arena' | 'grid'>,
): Instruction => {
  const run = arena.kernel('fill', fill);
  const value = arena.constants([0]);
  return () => run(value, doubles, 0, 1, 2 * foursOf(extent, grid));
};

/** Rounds complete sums to floats, at the operand's address. */
export const roundDoubles = (
  doubles: Doubles,
  { address, extent }: Operand,
  { arena, grid }: Pick<EmitContext, 'arena' | 'grid'>,
): Instruction => {
  const run = arena.kernel('roundToFloats', roundToFloats);
  return (t) => run(doubles, address.at(t), foursOf(extent, grid));
};

export const emitAddOnto = (x: Operand, out: Operand, e: EmitContext): Instruction => {
  const run = e.arena.kernel('addOnto', () => addOnto(false));
  const to = e.doubles(out.node);
  return (t) => run(x.address.at(t), to, foursOf(x.extent, e.grid));
};

/** All pairs of an outer and an inner index. */
export const outerInner = ({ outer, inner }: Along): readonly (readonly [number, number])[] =>
  Array.from({ length: outer * inner }, (_, i) => [Math.floor(i / inner), i % inner] as const);

/** The instruction to run before packed weights are used, if any. */
export const before = (packed: Packed): readonly Instruction[] =>
  packed.refresh === undefined ? [] : [packed.refresh];
