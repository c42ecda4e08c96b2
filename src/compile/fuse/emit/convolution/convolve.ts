/** Lines of products over planes with margins. */

import { plus } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import type { Arena } from '../../memory/arena.js';
import { productKernel } from '../../registry/products.js';
import type { Packed } from '../emitting.js';
import { blockOffset, blocksOf, type Packing } from '../pack-weights.js';
import { cellOf, type Halo } from './halo.js';

/** A product over a halo: packed weights, source and target. */
export interface Convolved {
  readonly packed: Packed;
  readonly packing: Packing;
  readonly halo: Halo;
  readonly offsets: readonly number[];
  /** The first plane of the halo, and of the result. */
  readonly from: number;
  readonly lines: number;
  readonly width: number;
  readonly to: Argument;
  readonly toLine: number;
  readonly toPlane: number;
}

/** Lines of a product over a halo. The last strip of a line overlaps the one before it. */
export const convolve = (arena: Arena, c: Convolved): readonly Instruction[] => {
  const table = arena.table(c.offsets);
  return blocksOf(c.packing.rows).flatMap((blocks) => {
    const vectors = blocks.rows <= 2 && c.width >= 16 ? 4 : c.width >= 8 ? 2 : 1;
    const strip = 4 * vectors;
    const strips = Math.max(1, Math.floor(c.width / strip));
    const a = c.packed.at + blockOffset(c.packing, blocks.first);
    const call = (column: number, count: number): Instruction =>
      productKernel.call({ rows: blocks.rows, vectors, onto: false, table: true }, [
        a,
        plus(cellOf(c.halo, 0, column), c.from * c.halo.plane),
        plus(c.to, blocks.first * c.toPlane + 4 * column),
        c.packing.depth,
        table,
        c.toPlane,
        c.lines,
        c.halo.line,
        c.toLine,
        count,
        4 * strip,
        4 * strip,
        blocks.count,
      ]);
    return [call(0, strips), ...(strips * strip < c.width ? [call(c.width - strip, 1)] : [])];
  });
};
