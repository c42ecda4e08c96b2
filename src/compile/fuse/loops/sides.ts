/** Lines of contiguous numbers, in plain loops. */

import type { Loops } from '../list/kernel.js';

export const placeCellsLoops: Loops = ({ integers }, table, from, to, count) => {
  for (let i = 0; i < count; i++) integers[(to + integers[table / 4 + i]) / 4] = integers[from / 4 + i];
};

export const copySidesLoops =
  (rest: number): Loops =>
  ({ integers }, from, fromLine, to, toLine, lines, vectors) => {
    for (let l = 0; l < lines; l++)
      for (let x = 0; x < 4 * vectors + rest; x++)
        integers[(to + l * toLine) / 4 + x] = integers[(from + l * fromLine) / 4 + x];
  };

export const sumLinesLoops =
  (rest: number): Loops =>
  ({ floats, integers }, from, table, to, toLine, lines, vectors) => {
    let names = table / 4;
    for (let l = 0; l < lines; l++) {
      const count = integers[names];
      for (let x = 0; x < 4 * vectors + rest; x++) {
        let sum = 0;
        for (let k = 0; k < count; k++) sum += floats[(from + integers[names + 1 + k]) / 4 + x];
        floats[(to + l * toLine) / 4 + x] = sum;
      }
      names += 1 + count;
    }
  };
