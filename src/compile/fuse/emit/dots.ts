/** Dot products of planes: gradients for weights on whole planes. */

import { blockVectors } from '../kernels/sums.js';
import { plus } from '../list/argument.js';
import type { Argument, Instruction } from '../list/instruction.js';
import type { Arena } from '../memory/arena.js';
import { dotKernel } from '../registry/sums.js';
import { blocksOf } from './pack-weights.js';

/** How columns are grouped: pairs, then a single one. */
export const columnsOf = (
  count: number,
): readonly { readonly columns: 1 | 2; readonly count: number; readonly first: number }[] => [
  ...(count > 1 ? [{ columns: 2 as const, count: Math.floor(count / 2), first: 0 }] : []),
  ...(count % 2 === 1 ? [{ columns: 1 as const, count: 1, first: count - 1 }] : []),
];

/** Dot products of rows x with columns y, added to c. */
export interface Dots {
  readonly x: Argument;
  /** The offset of each row from x. */
  readonly offsets: readonly number[];
  readonly y: Argument;
  readonly yRow: number;
  readonly columns: number;
  /** The address of doubles; `cRow` is their number from row to row. */
  readonly c: Argument;
  readonly cRow: number;
  readonly lines: number;
  readonly xLine: number;
  readonly yLine: number;
  readonly width: number;
}

/** A line of `width` pixels in pieces, none longer than a block. */
const piecesOf = (width: number): readonly { readonly first: number; readonly width: number }[] =>
  Array.from({ length: Math.ceil(width / (4 * blockVectors)) }, (_, piece) => {
    const first = piece * 4 * blockVectors;
    return { first, width: Math.min(4 * blockVectors, width - first) };
  });

/** Lines in blocks: whole ones, and the rest. */
const blocksOfLines = (
  lines: number,
  vectors: number,
): readonly { readonly blocks: number; readonly lines: number; readonly first: number }[] => {
  const each = Math.min(lines, Math.max(1, Math.floor(blockVectors / vectors)));
  const blocks = Math.floor(lines / each);
  const rest = lines - blocks * each;
  return [
    { blocks, lines: each, first: 0 },
    ...(rest > 0 ? [{ blocks: 1, lines: rest, first: blocks * each }] : []),
  ];
};

/** All dot products of rows of x with rows of y, over lines of pixels. */
export const dots = (arena: Arena, d: Dots): readonly Instruction[] => {
  const table = arena.table(d.offsets);
  return piecesOf(d.width).flatMap(({ first, width }) => {
    const mask = arena.mask(width % 4 || 4);
    const vectors = Math.ceil(width / 4);
    return blocksOfLines(d.lines, vectors).flatMap((part) =>
      columnsOf(d.columns).flatMap((columns) =>
        blocksOf(d.offsets.length).map((rows) =>
          dotKernel.call({ rows: rows.rows, columns: columns.columns }, [
            plus(d.x, 4 * first + part.first * d.xLine),
            table + 4 * rows.first,
            plus(d.y, 4 * first + part.first * d.yLine + columns.first * d.yRow),
            d.yRow,
            plus(d.c, 8 * (rows.first * d.cRow + columns.first)),
            8 * d.cRow,
            8,
            part.blocks,
            part.lines,
            d.xLine,
            d.yLine,
            vectors - 1,
            mask,
            rows.count,
            columns.count,
          ]),
        ),
      ),
    );
  });
};
