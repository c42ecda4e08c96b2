/** What the operations of a block are emitted with. */

import type { Along, Extent, FieldNode } from '../field.js';
import { fill } from '../kernels/move.js';
import type { Machine } from '../machine.js';
import type { Packing } from '../pack.js';
import { type Grid, type Instruction, type Place, stripBytes } from '../place.js';

/** What the operations of a block are emitted with. */
export interface Emitting {
  readonly machine: Machine;
  readonly grid: Grid;
  /** Strips of a tile; nothing where planes are whole. */
  readonly strips?: (t: number) => number;
  /** The most strips of a tile. */
  readonly most: number;
  /** Packed weights of a node, and what has to be done before each use. */
  readonly packed: (weight: number, packing: Packing, key: string) => Packed;
  readonly scratch: Scratch;
  readonly labels: Labels;
}

export interface Packed {
  readonly at: number;
  readonly refresh?: Instruction;
}

/** Memory that an instruction may use while it runs. */
export interface Scratch {
  readonly take: (bytes: number) => () => number;
}

/** Where the loss finds and leaves what comes and goes with each call. */
export interface Labels {
  readonly labels: (t: number) => number;
  readonly scale: number;
  readonly weights: number;
  readonly total: number;
}

/** An operand: where it is and how large. */
export interface Operand {
  readonly node: number;
  readonly place: Place;
  readonly extent: Extent;
}

/** Operations that add to what is there already: their target starts as zeros. */
export const accumulates = ({ op }: FieldNode): boolean =>
  op.op === 'denseWeight' || op.op === 'convWeight' || op.op === 'sumPixels' || op.op === 'sumAll';

export const extentIn = (
  e: Emitting,
): { readonly vectors: number; readonly strips: (t: number) => number } =>
  e.strips === undefined ? { vectors: e.grid.plane / 16, strips: () => 1 } : { vectors: 2, strips: e.strips };

/** Sets a value to zero. */
export const zero = (out: Operand, e: Pick<Emitting, 'machine' | 'grid' | 'most'>): Instruction => {
  const run = e.machine.kernel('fill', fill);
  const value = e.machine.constants([0]);
  const { planes } = out.extent;
  const bytes = !out.extent.grid
    ? 4 * Math.ceil(planes / 4) * 4
    : out.place.plane === stripBytes
      ? planes * stripBytes * e.most
      : planes * out.place.plane;
  return (t) => run(value, out.place.at(t), 0, 1, bytes / 16);
};

export const middles = ({ outer, inner }: Along): readonly (readonly [number, number])[] =>
  Array.from({ length: outer * inner }, (_, i) => [Math.floor(i / inner), i % inner] as const);

export const before = (packed: Packed): readonly Instruction[] =>
  packed.refresh === undefined ? [] : [packed.refresh];
