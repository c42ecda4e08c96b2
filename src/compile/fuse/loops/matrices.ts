/** Products of matrices and of planes by names, in plain loops. */

import type { MatrixTile } from '../kernels/matrices.js';
import type { PlaneTile } from '../kernels/plane-products.js';
import type { Loops, Memory } from '../list/kernel.js';
import { add, mul } from './single.js';

export const matrixProductLoops =
  ({ rows, vectors, lanes }: MatrixTile): Loops =>
  (
    { floats, integers },
    ...[a, aBatch, b, bBatch, bTable, c, cBatch, cRow, batches, strips, bStrip, blocks, depth]
  ) => {
    for (let batch = 0; batch < batches; batch++)
      for (let strip = 0; strip < strips; strip++)
        for (let row = 0; row < rows * blocks; row++)
          for (let x = 0; x < 4 * (vectors - 1) + lanes; x++) {
            let sum = 0;
            for (let k = 0; k < depth; k++) {
              const weight =
                (a + batch * aBatch) / 4 + (Math.floor(row / rows) * depth + k) * rows + (row % rows);
              const from = (b + batch * bBatch + strip * bStrip + integers[bTable / 4 + k]) / 4 + x;
              sum = add(sum, mul(floats[weight], floats[from]));
            }
            floats[(c + batch * cBatch + row * cRow) / 4 + 4 * vectors * strip + x] = sum;
          }
  };

/** The sums of four lanes over contiguous numbers, with the last vector masked. */
const lanesOf = (
  { floats, integers }: Memory,
  [a, b]: readonly [number, number],
  vectors: number,
  mask: number,
): Float32Array => {
  const sums = new Float32Array(4);
  for (let v = 0; v <= vectors; v++)
    for (let lane = 0; lane < 4; lane++) {
      const is = v < vectors || integers[mask / 4 + lane] !== 0;
      sums[lane] += is ? mul(floats[a / 4 + 4 * v + lane], floats[b / 4 + 4 * v + lane]) : 0;
    }
  return sums;
};

export const matrixDotsLoops =
  (rows: number, columns: number): Loops =>
  (
    memory,
    ...[
      a,
      aBatch,
      aRow,
      b,
      bBatch,
      bRow,
      c,
      cBatch,
      cRow,
      cColumn,
      batches,
      rowBlocks,
      columnBlocks,
      vectors,
      mask,
    ]
  ) => {
    for (let batch = 0; batch < batches; batch++)
      for (let j = 0; j < columns * columnBlocks; j++)
        for (let i = 0; i < rows * rowBlocks; i++) {
          const at = [a + batch * aBatch + i * aRow, b + batch * bBatch + j * bRow] as const;
          const lanes = lanesOf(memory, at, vectors, mask);
          memory.floats[(c + batch * cBatch + i * cRow + j * cColumn) / 4] = add(
            add(lanes[0], lanes[2]),
            add(lanes[1], lanes[3]),
          );
        }
  };

export const planeProductLoops =
  ({ rows, columns, lists }: PlaneTile): Loops =>
  (
    { floats, integers },
    ...[
      a,
      b,
      c,
      batchTable,
      rowTable,
      columnTable,
      depthTable,
      batches,
      rowBlocks,
      columnBlocks,
      depth,
      strips,
    ]
  ) => {
    const entry = (table: number, index: number): number => integers[table / 4 + index];
    for (let batch = 0; batch < batches; batch++) {
      const [ofA, ofB, ofC] = [a, b, c].map((at, k) => at + entry(batchTable, 3 * batch + k));
      for (let strip = 0; strip < strips; strip++)
        for (let j = 0; j < columns * columnBlocks; j++)
          for (let i = 0; i < rows * rowBlocks; i++)
            for (let x = 8 * strip; x < 8 * strip + 8; x++) {
              let sum = 0;
              for (let k = 0; k < depth; k++) {
                const inA = (ofA + entry(rowTable, 2 * i) + entry(depthTable, 2 * k)) / 4;
                const inB = (ofB + entry(columnTable, 2 * j) + entry(depthTable, 2 * k + 1)) / 4;
                sum = add(sum, mul(floats[lists[0] ? inA : inA + x], floats[lists[1] ? inB : inB + x]));
              }
              const to = ofC + entry(rowTable, 2 * i + 1) + entry(columnTable, 2 * j + 1);
              floats[to / 4 + x] = sum;
            }
    }
  };

export const planeDotsLoops =
  (rows: number, columns: number): Loops =>
  (
    memory,
    ...[
      a,
      b,
      c,
      batchTable,
      rowTable,
      columnTable,
      depthTable,
      batches,
      rowBlocks,
      columnBlocks,
      depth,
      vectors,
      mask,
    ]
  ) => {
    const entry = (table: number, index: number): number => memory.integers[table / 4 + index];
    for (let batch = 0; batch < batches; batch++) {
      const [ofA, ofB, ofC] = [a, b, c].map((at, k) => at + entry(batchTable, 3 * batch + k));
      for (let j = 0; j < columns * columnBlocks; j++)
        for (let i = 0; i < rows * rowBlocks; i++) {
          let [even, odd] = [0, 0];
          for (let k = 0; k < depth; k++) {
            const at = [
              ofA + entry(rowTable, 2 * i) + entry(depthTable, 2 * k),
              ofB + entry(columnTable, 2 * j) + entry(depthTable, 2 * k + 1),
            ] as const;
            const lanes = lanesOf(memory, at, vectors, mask);
            even += lanes[0] + lanes[2];
            odd += lanes[1] + lanes[3];
          }
          const to = ofC + entry(rowTable, 2 * i + 1) + entry(columnTable, 2 * j + 1);
          memory.doubles[to / 8] += even + odd;
        }
    }
  };
