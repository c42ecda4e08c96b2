/** Kernels of lines of contiguous numbers. */

import * as t from 'io-ts';
import { copyLines, placeCells, sumLines } from '../kernels/move.js';
import { define, reads, type Touch, writes } from '../list/kernel.js';
import { copySidesLoops, placeCellsLoops, sumLinesLoops } from '../loops/sides.js';
import { oneOf } from './number.js';

const ofRest = t.strict({ rest: oneOf(0, 1, 2, 3) });

/** Copies numbers to positions in a table. */
export const placeCellsKernel = define({
  name: 'placeCells',
  of: t.strict({}),
  takes: () => ['table', 'from', 'to', 'count'],
  wasm: placeCells,
  native: () => [],
  loops: () => placeCellsLoops,
  flops: () => 0,
  touches: (_, rangeOf, table, from, to, count): readonly Touch[] => {
    if (count === 0) return [];
    const [low, high] = rangeOf(table, count);
    return [
      ...reads(table, 4 * count),
      ...reads(from, 4 * count),
      ...writes(to + low, 4, [2, high - low], [Math.ceil(count / 2), 0]),
    ];
  },
});

/** Copies lines: whole vectors and a rest. */
export const copySidesKernel = define({
  name: 'copySides',
  of: ofRest,
  takes: () => ['from', 'fromLine', 'to', 'toLine', 'lines', 'vectors'],
  wasm: ({ rest }) => copyLines(rest),
  native: ({ rest }) => [rest],
  loops: ({ rest }) => copySidesLoops(rest),
  flops: () => 0,
  touches: ({ rest }, _, from, fromLine, to, toLine, lines, vectors): readonly Touch[] => [
    // a rest is read as a whole vector
    ...reads(from, 16 * (vectors + (rest === 0 ? 0 : 1)), [lines, fromLine]),
    ...writes(to, 16 * vectors + 4 * rest, [lines, toLine]),
  ],
});

/** Sums of lines by a table: for each line the number of summands, then the offset of each. */
export const sumLinesKernel = define({
  name: 'sumLines',
  of: ofRest,
  takes: () => ['from', 'table', 'to', 'toLine', 'lines', 'vectors'],
  wasm: ({ rest }) => sumLines(rest),
  native: ({ rest }) => [rest],
  loops: ({ rest }) => sumLinesLoops(rest),
  flops: ({ rest }, ...[, , , , lines, vectors]) => lines * (4 * vectors + rest),
  touches: ({ rest }, rangeOf, from, table, to, toLine, lines, vectors): readonly Touch[] => {
    const bytes = 16 * (vectors + (rest === 0 ? 0 : 1));
    const found: Touch[] = [...writes(to, 16 * vectors + 4 * rest, [lines, toLine])];
    let at = table;
    for (let line = 0; line < lines; line++) {
      const [count] = rangeOf(at, 1);
      if (count > 0) {
        const [low, high] = rangeOf(at + 4, count);
        found.push(...reads(from + low, bytes, [2, high - low], [Math.ceil(count / 2), 0]));
      }
      at += 4 * (1 + count);
    }
    return [...found, ...reads(table, at - table)];
  },
});
