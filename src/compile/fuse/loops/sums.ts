/** Long sums in plain loops: four lanes in single precision over a block, then in double precision. */

import type { Loops } from '../list/kernel.js';
import { mul } from './single.js';

/** The doubles of four lanes, added as the kernels add them. */
const together = (lanes: Float32Array | readonly number[]): number =>
  lanes[0] + lanes[2] + (lanes[1] + lanes[3]);

export const dotLoops =
  (rows: number, columns: number): Loops =>
  (
    { floats, integers, doubles },
    ...[x, offsets, y, yRow, c, cRow, cColumn, blocks, lines, xLine, yLine, vectors, mask, iBlocks, jBlocks]
  ) => {
    const sums = new Float32Array(4);
    for (let j = 0; j < columns * jBlocks; j++)
      for (let i = 0; i < rows * iBlocks; i++)
        for (let block = 0; block < blocks; block++) {
          sums.fill(0);
          for (let line = block * lines; line < (block + 1) * lines; line++) {
            const atX = (x + integers[offsets / 4 + i] + line * xLine) / 4;
            const atY = (y + j * yRow + line * yLine) / 4;
            for (let v = 0; v <= vectors; v++)
              for (let lane = 0; lane < 4; lane++) {
                const is = v < vectors || integers[mask / 4 + lane] !== 0;
                sums[lane] += is ? mul(floats[atX + 4 * v + lane], floats[atY + 4 * v + lane]) : 0;
              }
          }
          doubles[(c + i * cRow + j * cColumn) / 8] += together(sums);
        }
  };

export const sumPlanesLoops =
  (scale: number): Loops =>
  ({ floats, integers, doubles }, ...[from, plane, strip, to, planes, strips, vectors, mask]) => {
    for (let p = 0; p < planes; p++) {
      let [even, odd] = [0, 0];
      for (let s = 0; s < strips; s++) {
        const at = (from + p * plane + s * strip) / 4;
        for (let v = 0; v <= vectors; v++) {
          const [a, b, c, d] = [0, 1, 2, 3].map((lane) =>
            v < vectors || integers[mask / 4 + lane] !== 0 ? floats[at + 4 * v + lane] : 0,
          );
          even += a + c;
          odd += b + d;
        }
      }
      doubles[to / 8 + p] += scale === 1 ? even + odd : even * scale + odd * scale;
    }
  };

export const sumShortPlanesLoops =
  (scale: number): Loops =>
  ({ floats, integers, doubles }, ...[from, plane, to, planes, vectors, mask]) => {
    const lanes = new Float32Array(4);
    for (let p = 0; p < planes; p++) {
      lanes.fill(0);
      for (let v = 0; v <= vectors; v++)
        for (let lane = 0; lane < 4; lane++) {
          const is = v < vectors || integers[mask / 4 + lane] !== 0;
          lanes[lane] += is ? floats[(from + p * plane) / 4 + 4 * v + lane] : 0;
        }
      const [even, odd] = [lanes[0] + lanes[2], lanes[1] + lanes[3]];
      doubles[to / 8 + p] += scale === 1 ? even + odd : even * scale + odd * scale;
    }
  };

export const addOntoLoops =
  (taking: boolean): Loops =>
  ({ floats, doubles }, from, to, fours) => {
    for (let i = 0; i < 4 * fours; i++) {
      doubles[to / 8 + i] += floats[from / 4 + i];
      if (taking) floats[from / 4 + i] = 0;
    }
  };

export const roundLoops: Loops = ({ floats, doubles }, from, to, fours) => {
  for (let i = 0; i < 4 * fours; i++) floats[to / 4 + i] = doubles[from / 8 + i];
};
