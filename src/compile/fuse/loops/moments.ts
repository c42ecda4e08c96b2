/** Moments of a batch in plain loops: two lanes in double precision. */

import type { Loops } from '../list/kernel.js';

export const momentsLoops: Loops = (
  { floats, integers, doubles },
  ...[from, plane, to, squares, planes, vectors, mask]
) => {
  for (let p = 0; p < planes; p++) {
    const [sums, more] = [
      [0, 0],
      [0, 0],
    ];
    for (let v = 0; v <= vectors; v++)
      for (let lane = 0; lane < 4; lane++) {
        const is = v < vectors || integers[mask / 4 + lane] !== 0;
        const value = is ? floats[(from + p * plane) / 4 + 4 * v + lane] : 0;
        sums[lane % 2] += value;
        more[lane % 2] += value * value;
      }
    doubles[to / 8 + p] += sums[0] + sums[1];
    doubles[squares / 8 + p] += more[0] + more[1];
  }
};

export const listMomentsLoops: Loops = ({ floats, doubles }, from, to, squares, count) => {
  for (let i = 0; i < count; i++) {
    const value = floats[from / 4 + i];
    doubles[to / 8 + i] += value;
    doubles[squares / 8 + i] += value * value;
  }
};
