/** Dot products of planes: gradients by weights on whole planes. */

import { dot } from '../kernels/weights.js';
import type { Machine } from '../machine.js';
import { blocksOf } from '../pack.js';
import type { Instruction } from '../place.js';

export const columnsOf = (
  count: number,
): readonly { readonly columns: 1 | 2; readonly count: number; readonly first: number }[] => [
  ...(count > 1 ? [{ columns: 2 as const, count: Math.floor(count / 2), first: 0 }] : []),
  ...(count % 2 === 1 ? [{ columns: 1 as const, count: 1, first: count - 1 }] : []),
];

export interface Dots {
  readonly x: (t: number) => number;
  /** Where each row begins, from x. */
  readonly offsets: readonly number[];
  readonly y: (t: number) => number;
  readonly yRow: number;
  readonly columns: number;
  readonly c: (t: number) => number;
  readonly cRow: number;
  readonly lines: number;
  readonly xLine: number;
  readonly yLine: number;
  readonly width: number;
}

/** All dot products of rows of x with rows of y, over lines of pixels. */
export const dots = (machine: Machine, d: Dots): readonly Instruction[] => {
  const table = machine.table(d.offsets);
  const mask = machine.mask(d.width % 4 || 4);
  const vectors = Math.ceil(d.width / 4) - 1;
  return columnsOf(d.columns).flatMap((columns) =>
    blocksOf(d.offsets.length).map((rows): Instruction => {
      const run = machine.kernel(`dot ${rows.rows} ${columns.columns}`, () =>
        dot(rows.rows, columns.columns),
      );
      return (t) =>
        run(
          d.x(t),
          table + 4 * rows.first,
          d.y(t) + columns.first * d.yRow,
          d.yRow,
          d.c(t) + rows.first * d.cRow + 4 * columns.first,
          d.cRow,
          4,
          d.lines,
          d.xLine,
          d.yLine,
          vectors,
          mask,
          rows.count,
          columns.count,
        );
    }),
  );
};
