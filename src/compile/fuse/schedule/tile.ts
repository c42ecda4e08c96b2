/** Pixelwise nodes, computed tile by tile with everything in cache. */

import {
  accumulates,
  clearDoubles,
  type EmitContext,
  type Operand,
  roundDoubles,
  type Tile,
} from '../emit/emitting.js';
import { emit } from '../emit/index.js';
import { wholeStrips } from '../emit/planes.js';
import { type FieldNode, type Grid, isOverSites } from '../ir/field.js';
import { choice, moving, plus } from '../list/argument.js';
import type { Call, Instruction } from '../list/instruction.js';
import { type Address, pixelsOf, stripAddress, stripBytes } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import { copyCellsKernel, copyKernel } from '../registry/moves.js';
import { unitsOf } from './order.js';
import { isPointwiseUnit, pointwisePass } from './pointwise-group.js';

/** Strips of a tile: 64 pixels, so that the activations of a wide MLP stay in cache. */
export const tileStrips = 8;

/** The largest size in bytes of a tile's value with scores of sites; with many sites a tile has few pixels. */
const scoreBytes = 32 * 1024;

/** The strips of a tile of these nodes. */
const stripsOf = (nodes: readonly FieldNode[], phase: readonly number[]): number => {
  if (!phase.some((number) => isOverSites(nodes[number]))) return tileStrips;
  const widest = Math.max(
    ...phase.map((number) => (nodes[number].extent.grid === undefined ? 0 : nodes[number].extent.planes)),
  );
  return Math.max(1, Math.min(tileStrips, Math.floor(scoreBytes / (widest * stripBytes))));
};

/** The parts of the surrounding graph that a phase needs. */
export interface TileContext {
  readonly arena: Arena;
  /** The grid of all of them. */
  readonly grid: Grid;
  readonly emitting: Omit<EmitContext, 'tile' | 'arena'>;
  readonly isSummed: (node: number) => boolean;
  /** Whether a node is read outside of these nodes. */
  readonly isRead: (node: number, within: (user: number) => boolean) => boolean;
  /** A value as a whole. */
  readonly operand: (node: number) => Operand;
}

/**
 * A pixelwise phase with dense layers: for each tile, gathers inputs into strips, computes, and writes back values
 * with other readers.
 */
export const buildTiles = (
  nodes: readonly FieldNode[],
  phase: readonly number[],
  { arena, grid, emitting: around, isSummed, isRead, operand }: TileContext,
): readonly Instruction[] => {
  const inside = new Set(phase);
  const pixels = pixelsOf(grid);
  const most = stripsOf(nodes, phase);
  const tiles = Math.ceil(pixels / (8 * most));
  const loop = arena.loop();
  const left = Math.ceil(pixels / 8) - (tiles - 1) * most;
  const strips = tiles === 1 ? left : choice({ loop, is: tiles - 1 }, left, most);
  const tile: Tile = { loop, strips, most };
  const starts: Instruction[] = [];
  // weights are lists: they are complete before the first tile
  const packed: EmitContext['packed'] = (...given) => {
    const { at, before } = around.packed(...given);
    for (const each of before) starts.push(each);
    return { at, before: [] };
  };
  const emitting: EmitContext = { ...around, packed, arena, tile };
  const units = unitsOf(nodes, phase);
  const memory = new TileMemory(arena);
  const tileAddresses = new Map<number, Address>();
  const lastUse = new Map<number, number>();
  for (const [i, unit] of units.entries())
    for (const number of unit) {
      lastUse.set(number, Math.max(lastUse.get(number) ?? 0, i));
      for (const input of nodes[number].inputs) lastUse.set(input, i);
    }
  const ends: Instruction[] = [];
  const work: Instruction[] = [];
  const held = new Map<number, { readonly at: number; readonly bytes: number }>();
  const inTile = (number: number): Operand => {
    const { extent, op } = nodes[number];
    if (extent.grid === undefined) return operand(number);
    const known = tileAddresses.get(number);
    if (known !== undefined) return { node: number, address: known, extent };
    const bytes = extent.planes * stripBytes * most;
    const at = memory.take(bytes);
    held.set(number, { at, bytes });
    const strip = stripAddress(at, extent.planes);
    tileAddresses.set(number, strip);
    if (!inside.has(number) || op.op === 'leaf')
      work.push(...gather(arena, pixels, operand(number).address, strip, extent.planes, tile));
    return { node: number, address: strip, extent };
  };
  for (const [i, unit] of units.entries()) {
    if (isPointwiseUnit(nodes, unit)) {
      const used = unit.filter((n) => isRead(n, (user) => unit.includes(user)));
      work.push(pointwisePass(nodes, unit, used, inTile, emitting));
    } else {
      const [number] = unit;
      const node = nodes[number];
      const inputs = node.inputs.map(inTile);
      if (accumulates(node) && !isSummed(number)) {
        const sums = emitting.doubles(number);
        starts.push(clearDoubles(sums, node.extent, emitting));
        ends.push(roundDoubles(sums, operand(number)));
      }
      for (const each of emit(node, inputs, inTile(number), emitting)) work.push(each);
    }
    for (const number of unit) {
      const outside = isRead(number, (user) => inside.has(user));
      if (outside && nodes[number].extent.grid !== undefined)
        work.push(
          scatter(inTile(number).address, operand(number).address, nodes[number].extent.planes, tile),
        );
    }
    for (const [number, { at, bytes }] of held)
      if ((lastUse.get(number) ?? -1) <= i) {
        memory.give(at, bytes);
        held.delete(number);
      }
  }
  return [...starts, { do: 'loop', loop, from: 0, by: 1, times: tiles, body: work }, ...ends];
};

/** Memory within a tile, which is reused when it is freed. */
class TileMemory {
  readonly #free: { at: number; bytes: number }[] = [];
  constructor(private readonly arena: Arena) {}

  take(bytes: number): number {
    const fits = this.#free.filter((part) => part.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)[0];
    if (fits === undefined) return this.arena.allocate(bytes, 'tile');
    this.#free.splice(this.#free.indexOf(fits), 1);
    if (fits.bytes - bytes >= 1024) this.#free.push({ at: fits.at + bytes, bytes: fits.bytes - bytes });
    return fits.at;
  }

  give(at: number, bytes: number): void {
    this.#free.push({ at, bytes });
  }
}

/** Copies the strips of a tile from whole planes. Pixels past the last one are zero. */
const gather = (
  arena: Arena,
  pixels: number,
  from: Address,
  to: Address,
  planes: number,
  { loop, strips, most }: Tile,
): readonly Instruction[] => {
  const source = plus(from.at, moving(0, { loop, stride: most * stripBytes }));
  const copied = copyKernel.call({}, [
    source,
    from.plane,
    stripBytes,
    to.at,
    stripBytes,
    to.strip,
    strips,
    planes,
    2,
  ]);
  const left = pixels % 8;
  if (left === 0) return [copied];
  const { last, full } = wholeStrips(pixels, most);
  const past = plus(to.at, full * to.strip + 4 * left);
  return [
    copied,
    {
      do: 'when',
      any: [{ loop, times: 1, plus: 0, is: last }],
      body: [copyCellsKernel.call({}, [arena.constants([0]), 0, 0, past, 4, stripBytes, planes, 8 - left])],
    },
  ];
};

/** Copies the strips of a tile to whole planes. */
const scatter = (from: Address, to: Address, planes: number, { loop, strips, most }: Tile): Call =>
  copyKernel.call({}, [
    from.at,
    stripBytes,
    from.strip,
    plus(to.at, moving(0, { loop, stride: most * stripBytes })),
    to.plane,
    stripBytes,
    strips,
    planes,
    2,
  ]);
