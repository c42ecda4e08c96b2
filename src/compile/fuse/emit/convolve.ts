/** Lines of products over planes with margins. */

import { product } from '../kernels/product.js';
import type { Instruction } from '../memory/address.js';
import type { Arena } from '../memory/arena.js';
import type { Packed } from './emitting.js';
import { cellOf, type Halo } from './halo.js';
import { blockOffset, blocksOf, type Packing } from './pack-weights.js';

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
  readonly to: (t: number) => number;
  readonly toLine: number;
  readonly toPlane: number;
}

/** Lines of a product over a halo. The last strip of a line overlaps the one before it. */
export const convolve = (arena: Arena, c: Convolved): readonly Instruction[] => {
  const table = arena.table(c.offsets);
  return blocksOf(c.packing.rows).flatMap((blocks) => {
    const vectors = blocks.rows <= 2 && c.width >= 16 ? 4 : c.width >= 8 ? 2 : 1;
    const strip = 4 * vectors;
    const run = arena.kernel(`product ${blocks.rows} ${vectors} table`, () =>
      product({ rows: blocks.rows, vectors, onto: false, table: true }),
    );
    const strips = Math.max(1, Math.floor(c.width / strip));
    const a = c.packed.at + blockOffset(c.packing, blocks.first);
    const call =
      (column: number, count: number): Instruction =>
      (t) =>
        run(
          a,
          cellOf(c.halo, 0, column) + c.from * c.halo.plane,
          c.to(t) + blocks.first * c.toPlane + 4 * column,
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
        );
    return [call(0, strips), ...(strips * strip < c.width ? [call(c.width - strip, 1)] : [])];
  });
};
