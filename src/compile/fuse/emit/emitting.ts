/** The context in which the operations of a block are emitted. */

import type { Along, Extent, FieldNode, Grid } from '../ir/field.js';
import type { Argument, Call, Instruction } from '../list/instruction.js';
import { type Address, planeBytes, sizeOf, stripBytes } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { fillKernel } from '../registry/moves.js';
import { addOntoKernel, roundKernel } from '../registry/sums.js';
import type { Packing } from './pack-weights.js';

/** The tiles that a block runs by. */
export interface Tile {
  /** The loop over tiles. */
  readonly loop: number;
  /** The strips of each tile. */
  readonly strips: Argument;
  /** The largest number of strips in a tile. */
  readonly most: number;
}

/** The context in which the operations of a block are emitted. */
export interface EmitContext {
  readonly arena: Arena;
  /** Left out for whole planes. */
  readonly tile?: Tile;
  /** The packed weights of a node, with the instructions to run before each use, if any. */
  readonly packed: (weight: number, packing: Packing, key: string) => Packed;
  readonly scratch: Scratch;
  readonly labels: Labels;
  /** The address of two doubles, the noise seed and the number of the sample. */
  readonly noise: number;
  /** The doubles that a node adds to. */
  readonly doubles: (node: number) => Doubles;
}

/** The address of packed weights, and the instructions that repack them if they change. */
export interface Packed {
  readonly at: number;
  readonly before: readonly Instruction[];
}

/** Memory that an instruction may use while it runs. */
export interface Scratch {
  readonly take: (bytes: number) => Argument;
}

/** Addresses that the loss reads and writes. */
export interface Labels {
  readonly labels: number;
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
  op.op === 'einsumPixels' ||
  op.op === 'sumPixels' ||
  op.op === 'sumAll' ||
  op.op === 'momentSums' ||
  op.op === 'addOnto';

/** The strips that a kernel runs over: a tile's, or one whole plane. */
export const stripsIn = ({ tile }: Pick<EmitContext, 'tile'>): Argument => tile?.strips ?? 1;

/** The vectors of a plane of one of these strips. */
export const vectorsIn = (grid: Grid, { tile }: Pick<EmitContext, 'tile'>): number =>
  tile === undefined ? planeBytes(grid) / 16 : 2;

/** The pixels of an operand that has some. */
export const gridIn = ({ extent: { grid } }: Operand): Grid => {
  if (grid === undefined) throw new Error('a list where there should be planes');
  return grid;
};

/** Sets a value to zero. */
export const zero = (out: Operand, { arena, tile }: Pick<EmitContext, 'arena' | 'tile'>): Call => {
  const { planes, grid } = out.extent;
  const bytes =
    grid === undefined
      ? 4 * Math.ceil(planes / 4) * 4
      : out.address.plane === stripBytes
        ? planes * stripBytes * (tile?.most ?? 1)
        : planes * out.address.plane;
  return fillKernel.call({}, [arena.constants([0]), out.address.at, 0, 1, bytes / 16]);
};

/** The number of vectors of four floats of a whole value. */
const foursOf = (extent: Extent): number => sizeOf(extent) / 16;

/** Allocates the doubles of a sum. */
export const newDoubles = (arena: Arena, extent: Extent): Doubles =>
  arena.allocate(2 * sizeOf(extent), 'doubles of a sum');

/** Sets doubles to zero. */
export const clearDoubles = (doubles: Doubles, extent: Extent, { arena }: Pick<EmitContext, 'arena'>): Call =>
  fillKernel.call({}, [arena.constants([0]), doubles, 0, 1, 2 * foursOf(extent)]);

/** Rounds complete sums to floats, at the operand's address. */
export const roundDoubles = (doubles: Doubles, { address, extent }: Operand): Call =>
  roundKernel.call({}, [doubles, address.at, foursOf(extent)]);

export const emitAddOnto = (x: Operand, out: Operand, e: EmitContext): Call =>
  addOntoKernel.call({ taking: false }, [x.address.at, e.doubles(out.node), foursOf(x.extent)]);

/** All pairs of an outer and an inner index. */
export const outerInner = ({ outer, inner }: Along): readonly (readonly [number, number])[] =>
  Array.from({ length: outer * inner }, (_, i) => [Math.floor(i / inner), i % inner] as const);
