/** Weighted sums of weights, which Winograd's method packs. Once per training step, so only in plain loops. */

import type { Loops } from '../list/kernel.js';

export const mixCellsLoops =
  (factors: readonly number[]): Loops =>
  ({ floats, integers }, table, from, step, to, count) => {
    for (let i = 0; i < count; i++) {
      const first = (from + integers[table / 4 + i]) / 4;
      let sum = 0;
      for (let j = 0; j < factors.length; j++) sum += factors[j] * floats[first + (j * step) / 4];
      floats[to / 4 + i] = sum;
    }
  };
