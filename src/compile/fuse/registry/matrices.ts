/** Kernels of products by names: of matrices, and of planes pixel by pixel. */

import * as t from 'io-ts';
import {
  matrixDots,
  matrixDotsParameters,
  matrixProduct,
  matrixProductParameters,
} from '../kernels/matrices.js';
import {
  planeDots,
  planeDotsParameters,
  planeProduct,
  planeProductParameters,
} from '../kernels/plane-products.js';
import { define, reads, type TableRange, type Touch, writes } from '../list/kernel.js';
import { matrixDotsLoops, matrixProductLoops, planeDotsLoops, planeProductLoops } from '../loops/matrices.js';
import { oneOf } from './number.js';

/** Products of matrices, a packed and columns in lanes. */
export const matrixProductKernel = define({
  name: 'matrixProduct',
  of: t.strict({ rows: oneOf(1, 2, 3, 4), vectors: oneOf(1, 2), lanes: oneOf(1, 2, 3, 4) }),
  takes: () => matrixProductParameters,
  wasm: matrixProduct,
  native: ({ rows, vectors, lanes }) => [rows, vectors, lanes],
  loops: matrixProductLoops,
  flops: ({ rows, vectors }, ...[, , , , , , , , batches, strips, , blocks, depth]) =>
    8 * vectors * rows * blocks * strips * batches * depth,
  touches: (
    { rows, vectors, lanes },
    rangeOf,
    ...[a, aBatch, b, bBatch, bTable, c, cBatch, cRow, batches, strips, bStrip, blocks, depth]
  ): readonly Touch[] => {
    if (batches * strips * blocks * depth === 0) return [];
    const [low, high] = rangeOf(bTable, depth);
    return [
      ...reads(a, 4 * depth * rows * blocks, [batches, aBatch], [strips, 0]),
      ...reads(bTable, 4 * depth),
      ...reads(
        b + low,
        16 * vectors,
        [strips, bStrip],
        [batches, bBatch],
        [2, high - low],
        [Math.ceil(depth / 2), 0],
      ),
      ...writes(
        c,
        16 * (vectors - 1) + 4 * lanes,
        [rows * blocks, cRow],
        [strips, 16 * vectors],
        [batches, cBatch],
      ),
    ];
  },
});

/** Products of matrices whose sums run along neighbours in both. */
export const matrixDotsKernel = define({
  name: 'matrixDots',
  of: t.strict({ rows: oneOf(1, 2, 3, 4), columns: oneOf(1, 2) }),
  takes: () => matrixDotsParameters,
  wasm: ({ rows, columns }) => matrixDots(rows, columns),
  native: ({ rows, columns }) => [rows, columns],
  loops: ({ rows, columns }) => matrixDotsLoops(rows, columns),
  flops: ({ rows, columns }, ...[, , , , , , , , , , batches, rowBlocks, columnBlocks, vectors]) =>
    8 * (vectors + 1) * batches * rows * rowBlocks * columns * columnBlocks,
  touches: (
    { rows, columns },
    _,
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
  ): readonly Touch[] => {
    const [i, j, line] = [rows * rowBlocks, columns * columnBlocks, 16 * (vectors + 1)];
    return [
      ...reads(mask, 16),
      ...reads(a, line, [i, aRow], [batches, aBatch]),
      ...reads(b, line, [j, bRow], [batches, bBatch]),
      ...writes(c, 4, [i, cRow], [j, cColumn], [batches, cBatch]),
    ];
  },
});

/** The four tables of a product of planes, and their numbers of entries. */
interface Tables {
  readonly batch: readonly [at: number, count: number];
  readonly row: readonly [at: number, count: number];
  readonly column: readonly [at: number, count: number];
  readonly depth: readonly [at: number, count: number];
}

/** The lowest and highest entry of a column of a table. */
const columnRange = (
  rangeOf: TableRange,
  [at, count]: readonly [number, number],
  columns: number,
  column: number,
): readonly [number, number] => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const [value] = rangeOf(at + 4 * (columns * i + column), 1);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
};

/** The ranges of the offsets of each operand's values. */
const spans = (rangeOf: TableRange, { batch, row, column, depth }: Tables) => {
  const sum = (...ranges: readonly (readonly [number, number])[]): readonly [number, number] =>
    ranges.reduce(([a, b], [low, high]) => [a + low, b + high] as const, [0, 0] as const);
  return {
    a: sum(
      columnRange(rangeOf, batch, 3, 0),
      columnRange(rangeOf, row, 2, 0),
      columnRange(rangeOf, depth, 2, 0),
    ),
    b: sum(
      columnRange(rangeOf, batch, 3, 1),
      columnRange(rangeOf, column, 2, 0),
      columnRange(rangeOf, depth, 2, 1),
    ),
    c: sum(
      columnRange(rangeOf, batch, 3, 2),
      columnRange(rangeOf, row, 2, 1),
      columnRange(rangeOf, column, 2, 1),
    ),
  };
};

const tableReads = ({ batch, row, column, depth }: Tables): readonly Touch[] => [
  ...reads(batch[0], 12 * batch[1]),
  ...[row, column, depth].flatMap(([at, count]) => reads(at, 8 * count)),
];

/** Sums of products of planes. */
export const planeProductKernel = define({
  name: 'planeProduct',
  of: t.strict({
    rows: oneOf(1, 2, 4),
    columns: oneOf(1, 2),
    lists: t.readonly(t.tuple([t.boolean, t.boolean])),
  }),
  takes: () => planeProductParameters,
  wasm: planeProduct,
  native: ({ rows, columns, lists }) => [rows, columns, ...lists.map((is) => (is ? 1 : 0))],
  loops: planeProductLoops,
  flops: ({ rows, columns }, ...[, , , , , , , batches, rowBlocks, columnBlocks, depth, strips]) =>
    16 * strips * batches * rows * rowBlocks * columns * columnBlocks * depth,
  touches: (
    { rows, columns, lists },
    rangeOf,
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
  ): readonly Touch[] => {
    const [i, j] = [rows * rowBlocks, columns * columnBlocks];
    if (batches * i * j * depth * strips === 0) return [];
    const tables: Tables = {
      batch: [batchTable, batches],
      row: [rowTable, i],
      column: [columnTable, j],
      depth: [depthTable, depth],
    };
    const of = spans(rangeOf, tables);
    const bytes = 32 * strips;
    const operand = (at: number, [low, high]: readonly [number, number], isList: boolean): readonly Touch[] =>
      reads(at + low, isList ? 4 : bytes, [2, high - low], [Math.ceil((batches * i * j * depth) / 2), 0]);
    return [
      ...tableReads(tables),
      ...operand(a, of.a, lists[0]),
      ...operand(b, of.b, lists[1]),
      ...writes(c + of.c[0], bytes, [2, of.c[1] - of.c[0]], [Math.ceil((batches * i * j) / 2), 0]),
    ];
  },
});

/** The same summed over the pixels of a piece, added to doubles. */
export const planeDotsKernel = define({
  name: 'planeDots',
  of: t.strict({ rows: oneOf(1, 2), columns: oneOf(1, 2) }),
  takes: () => planeDotsParameters,
  wasm: ({ rows, columns }) => planeDots(rows, columns),
  native: ({ rows, columns }) => [rows, columns],
  loops: ({ rows, columns }) => planeDotsLoops(rows, columns),
  flops: ({ rows, columns }, ...[, , , , , , , batches, rowBlocks, columnBlocks, depth, vectors]) =>
    8 * (vectors + 1) * batches * rows * rowBlocks * columns * columnBlocks * depth,
  touches: (
    { rows, columns },
    rangeOf,
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
  ): readonly Touch[] => {
    const [i, j] = [rows * rowBlocks, columns * columnBlocks];
    if (batches * i * j * depth === 0) return [];
    const tables: Tables = {
      batch: [batchTable, batches],
      row: [rowTable, i],
      column: [columnTable, j],
      depth: [depthTable, depth],
    };
    const of = spans(rangeOf, tables);
    const bytes = 16 * (vectors + 1);
    const operand = (at: number, [low, high]: readonly [number, number]): readonly Touch[] =>
      reads(at + low, bytes, [2, high - low], [Math.ceil((batches * i * j * depth) / 2), 0]);
    const sums = [c + of.c[0], 8, [2, of.c[1] - of.c[0]], [Math.ceil((batches * i * j) / 2), 0]] as const;
    return [
      ...tableReads(tables),
      ...reads(mask, 16),
      ...operand(a, of.a),
      ...operand(b, of.b),
      ...reads(...sums),
      ...writes(...sums),
    ];
  },
});
