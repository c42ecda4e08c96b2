/** Pixelwise nodes, computed tile by tile with everything in cache. */

import { accumulates, clearDoubles, type EmitContext, type Operand, roundDoubles } from '../emit/emitting.js';
import { emit } from '../emit/index.js';
import type { FieldNode } from '../ir/field.js';
import { copy } from '../kernels/move.js';
import { type Address, type Grid, type Instruction, stripAddress, stripBytes } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { unitsOf } from './order.js';
import { isPointwiseUnit, pointwisePass } from './pointwise-group.js';

/** Strips of a tile: 64 pixels, so that the activations of a wide MLP stay in cache. */
export const tileStrips = 8;

/** What a phase needs to know of the graph around it. */
export interface TileContext {
  readonly arena: Arena;
  readonly grid: Grid;
  readonly emitting: Omit<EmitContext, 'strips' | 'arena' | 'grid' | 'most'>;
  readonly isSummed: (node: number) => boolean;
  /** Whether a node is read outside of these nodes. */
  readonly isRead: (node: number, within: (user: number) => boolean) => boolean;
  /** A value as a whole. */
  readonly operand: (node: number) => Operand;
}

/** A pixelwise phase with dense layers: for each tile, gathers inputs into strips, computes, and writes back what others read. */
export const buildTiles = (
  nodes: readonly FieldNode[],
  phase: readonly number[],
  { arena, grid, emitting: around, isSummed, isRead, operand }: TileContext,
): readonly Instruction[] => {
  const inside = new Set(phase);
  const tiles = Math.ceil(grid.pixels / (8 * tileStrips));
  const allStrips = Math.ceil(grid.pixels / 8);
  const strips = (t: number): number => Math.min(tileStrips, allStrips - t * tileStrips);
  const emitting: EmitContext = { ...around, arena, grid, strips, most: tileStrips };
  const units = unitsOf(nodes, phase);
  const memory = new TileMemory(arena);
  const tileAddresses = new Map<number, Address>();
  const lastUse = new Map<number, number>();
  for (const [i, unit] of units.entries())
    for (const number of unit) {
      lastUse.set(number, Math.max(lastUse.get(number) ?? 0, i));
      for (const input of nodes[number].inputs) lastUse.set(input, i);
    }
  const starts: Instruction[] = [];
  const ends: Instruction[] = [];
  const work: Instruction[] = [];
  const held = new Map<number, { readonly at: number; readonly bytes: number }>();
  const inTile = (number: number): Operand => {
    const { extent, op } = nodes[number];
    if (!extent.grid) return operand(number);
    const known = tileAddresses.get(number);
    if (known !== undefined) return { node: number, address: known, extent };
    const bytes = extent.planes * stripBytes * tileStrips;
    const at = memory.take(bytes);
    held.set(number, { at, bytes });
    const strip = stripAddress(at, extent.planes);
    tileAddresses.set(number, strip);
    if (!inside.has(number) || op.op === 'leaf')
      work.push(gather(arena, grid, operand(number).address, strip, extent.planes, strips));
    return { node: number, address: strip, extent };
  };
  for (const [i, unit] of units.entries()) {
    if (isPointwiseUnit(nodes, unit)) {
      const used = unit.filter((n) => isRead(n, (user) => unit.includes(user)));
      work.push(pointwisePass(nodes, unit, used, inTile, { arena, grid, strips }));
    } else {
      const [number] = unit;
      const node = nodes[number];
      const inputs = node.inputs.map(inTile);
      if (accumulates(node) && !isSummed(number)) {
        const sums = emitting.doubles(number);
        starts.push(clearDoubles(sums, node.extent, emitting));
        ends.push(roundDoubles(sums, operand(number), emitting));
      }
      for (const each of emit(node, inputs, inTile(number), emitting)) work.push(each);
    }
    for (const number of unit) {
      const outside = isRead(number, (user) => inside.has(user));
      if (outside && nodes[number].extent.grid)
        work.push(
          scatter(
            arena,
            inTile(number).address,
            operand(number).address,
            nodes[number].extent.planes,
            strips,
          ),
        );
    }
    for (const [number, { at, bytes }] of held)
      if ((lastUse.get(number) ?? -1) <= i) {
        memory.give(at, bytes);
        held.delete(number);
      }
  }
  return [
    ...starts,
    () => {
      // the tile's number is passed as the step: tiled phases do not occur inside a scan's step
      for (let tile = 0; tile < tiles; tile++) for (const run of work) run(tile);
    },
    ...ends,
  ];
};

/** Memory within a tile, which is reused when it is given back. */
class TileMemory {
  readonly #free: { at: number; bytes: number }[] = [];
  constructor(private readonly arena: Arena) {}

  take(bytes: number): number {
    const fits = this.#free.filter((part) => part.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)[0];
    if (fits === undefined) return this.arena.allocate(bytes);
    this.#free.splice(this.#free.indexOf(fits), 1);
    if (fits.bytes - bytes >= 1024) this.#free.push({ at: fits.at + bytes, bytes: fits.bytes - bytes });
    return fits.at;
  }

  give(at: number, bytes: number): void {
    this.#free.push({ at, bytes });
  }
}

const gather = (
  arena: Arena,
  grid: Grid,
  from: Address,
  to: Address,
  planes: number,
  strips: (t: number) => number,
): Instruction => {
  const run = arena.kernel('copy', copy);
  const left = grid.pixels % 8;
  const last = Math.ceil(grid.pixels / 8) - 1;
  return (t) => {
    const count = strips(t);
    const first = t * tileStrips;
    run(
      from.at(0) + first * stripBytes,
      from.plane,
      stripBytes,
      to.at(0),
      stripBytes,
      to.strip,
      count,
      planes,
      2,
    );
    if (left === 0 || first + count - 1 < last) return;
    // what lies past the last pixel counts as zero
    const { floats } = arena;
    const strip = (to.at(0) + (count - 1) * to.strip) / 4;
    for (let p = 0; p < planes; p++) floats.fill(0, strip + 8 * p + left, strip + 8 * p + 8);
  };
};

const scatter = (
  arena: Arena,
  from: Address,
  to: Address,
  planes: number,
  strips: (t: number) => number,
): Instruction => {
  const run = arena.kernel('copy', copy);
  return (t) =>
    run(
      from.at(0),
      stripBytes,
      from.strip,
      to.at(0) + t * tileStrips * stripBytes,
      to.plane,
      stripBytes,
      strips(t),
      planes,
      2,
    );
};
