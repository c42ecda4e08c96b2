/** Products over planes, and the transposition of features for gradients, in plain loops. */

import type { Tile } from '../kernels/product.js';
import type { Matrix } from '../kernels/winograd.js';
import type { Loops } from '../list/kernel.js';
import { add, fround, mul, sub } from './single.js';

export const productLoops =
  ({ rows, vectors, onto, table }: Tile): Loops =>
  (
    { floats, doubles, integers },
    ...[a, b, c, depth, bStep, cStep, lines, bLine, cLine, strips, bStrip, cStrip, blocks]
  ) => {
    for (let line = 0; line < lines; line++)
      for (let strip = 0; strip < strips; strip++)
        for (let row = 0; row < rows * blocks; row++)
          for (let x = 0; x < 4 * vectors; x++) {
            let sum = 0;
            for (let k = 0; k < depth; k++) {
              const place = table ? integers[bStep / 4 + k] : k * bStep;
              const weight = floats[a / 4 + (Math.floor(row / rows) * depth + k) * rows + (row % rows)];
              sum = add(sum, mul(weight, floats[(b + line * bLine + strip * bStrip + place) / 4 + x]));
            }
            const at = (c + line * cLine + strip * cStrip + row * cStep) / 4 + x;
            if (typeof onto === 'object') {
              if (x < onto.lanes) doubles[(c + line * cLine + strip * cStrip + row * cStep) / 8 + x] += sum;
            } else floats[at] = onto ? floats[at] + sum : sum;
          }
  };

export const transposeLoops =
  (rows: number, wide: number): Loops =>
  ({ floats }, ...[from, fromRow, fromStrip, fromBlock, to, toBlock, strips, blocks]) => {
    for (let block = 0; block < blocks; block++)
      for (let strip = 0; strip < strips; strip++)
        for (let pixel = 0; pixel < 8; pixel++)
          for (let feature = 0; feature < wide; feature++)
            floats[(to + block * toBlock) / 4 + (8 * strip + pixel) * wide + feature] =
              feature < rows
                ? floats[(from + block * fromBlock + strip * fromStrip + feature * fromRow) / 4 + pixel]
                : 0;
  };

/** A row of a transform times six lines, in the kernel's order. */
const combined = (row: readonly number[], line: (index: number) => number): number => {
  let sum: number | undefined;
  for (const [j, factor] of row.entries()) {
    if (factor === 0) continue;
    const term = Math.abs(factor) === 1 ? line(j) : mul(line(j), fround(factor));
    if (sum === undefined) sum = factor === -1 ? -term : term;
    else sum = factor === -1 ? sub(sum, term) : add(sum, term);
  }
  return sum ?? 0;
};

export const transformLoops =
  (matrix: Matrix): Loops =>
  (
    { floats },
    ...[from, fromLine, fromGroup, fromPlane, to, toLine, toGroup, toPlane, planes, groups, vectors]
  ) => {
    for (let plane = 0; plane < planes; plane++)
      for (let group = 0; group < groups; group++)
        for (let x = 0; x < 4 * vectors; x++) {
          const first = (from + plane * fromPlane + group * fromGroup) / 4 + x;
          const target = (to + plane * toPlane + group * toGroup) / 4 + x;
          const lines = matrix[0].map((_, i) => floats[first + (i * fromLine) / 4]);
          for (const [i, row] of matrix.entries())
            floats[target + (i * toLine) / 4] = combined(row, (j) => lines[j]);
        }
  };
