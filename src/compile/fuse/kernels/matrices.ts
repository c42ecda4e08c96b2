/** Products of matrices that are lists or the pixels of planes, many at once. */

import {
  add,
  block,
  constant,
  four,
  type Local,
  load,
  loadInteger,
  loadSplat,
  mul,
  pick,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { pairSums } from './pair-sums.js';
import { locals, range } from './product.js';

/**
 * Parameters of c[batch, i, j] = sum over k of a[batch, i, k] b[batch, k, j], with a packed and j in lanes;
 * addresses and strides in bytes.
 */
export const matrixProductParameters = [
  'a', // packed: [batch, blocks, k, rows]
  'aBatch',
  'b',
  'bBatch',
  'bTable', // the address of a table: the offset of each k
  'c',
  'cBatch',
  'cRow',
  'batches',
  'strips', // of 4 `vectors` columns
  'bStrip',
  'blocks', // of `rows` rows
  'depth',
] as const;

/** Rows and vectors of four columns at once; `lanes`: the number of columns in the last vector. */
export interface MatrixTile {
  readonly rows: 1 | 2 | 3 | 4;
  readonly vectors: 1 | 2;
  readonly lanes: 1 | 2 | 3 | 4;
}

export const matrixProduct = ({ rows, vectors, lanes }: MatrixTile): Source => ({
  parameters: matrixProductParameters.length,
  body: (
    [a, aBatch, b, bBatch, bTable, c, cBatch, cRow, batches, strips, bStrip, blocks, depth],
    fresh,
  ): Statement => {
    const [batch, strip, blockCount, k] = locals(fresh, 4);
    const [at, from, stripB, stripC, row, to, table] = locals(fresh, 7);
    const sums = range(rows).map(() => range(vectors).map(() => fresh.v128()));
    const values = range(vectors).map(() => fresh.v128());
    const weight = fresh.v128();
    const kept = (v: number): number => (v + 1 < vectors ? 4 : lanes);
    return repeat(
      batch,
      batches,
      set(stripB, b),
      set(stripC, c),
      repeat(
        strip,
        strips,
        set(at, a),
        set(to, stripC),
        repeat(
          blockCount,
          blocks,
          ...sums.flat().map((sum) => set(sum, four(0))),
          set(table, bTable),
          repeat(
            k,
            depth,
            set(from, plus(stripB, loadInteger(table))),
            ...values.map((value, v) => set(value, load(from, 16 * v))),
            ...sums.map((ofRow, i) =>
              block(
                set(weight, loadSplat(at, 4 * i)),
                ...ofRow.map((sum, v) => set(sum, add(sum, mul(weight, values[v])))),
              ),
            ),
            step(at, constant(4 * rows)),
            step(table, constant(4)),
          ),
          set(row, to),
          ...sums.map((ofRow, i) =>
            block(
              ...ofRow.map((sum, v) => store(row, 16 * v, sum, kept(v))),
              i + 1 < rows ? step(row, cRow) : [],
            ),
          ),
          set(to, plus(row, cRow)),
        ),
        step(stripB, bStrip),
        step(stripC, constant(16 * vectors)),
      ),
      step(a, aBatch),
      step(b, bBatch),
      step(c, cBatch),
    );
  },
});

/** What `matrixDots` is called with, in order. */
export const matrixDotsParameters = [
  'a',
  'aBatch',
  'aRow',
  'b',
  'bBatch',
  'bRow',
  'c',
  'cBatch',
  'cRow',
  'cColumn',
  'batches',
  'rowBlocks',
  'columnBlocks',
  'vectors', // of k, without the last
  'mask',
] as const;

/**
 * c[batch, i, j] = sum over k of a[batch, i, k] b[batch, j, k], where the k of each row are contiguous: sums
 * of products, four k at a time. Memory past the last k may hold anything.
 */
export const matrixDots = (rows: 1 | 2 | 3 | 4, columns: 1 | 2): Source => ({
  parameters: matrixDotsParameters.length,
  body: (
    [
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
    ],
    fresh,
  ): Statement => {
    const [batch, rowBlock, columnBlock, k] = locals(fresh, 4);
    const [firstA, firstB, firstC, to, row] = locals(fresh, 5);
    const { ofA, ofB, sums, edge, term } = pairSums(fresh, rows, columns);
    const started = (addresses: readonly Local<'i32'>[], first: Local<'i32'>, apart: Local<'i32'>) =>
      addresses.map((address, i) => set(address, i === 0 ? first : plus(addresses[i - 1], apart)));
    return block(
      set(edge, load(mask)),
      repeat(
        batch,
        batches,
        set(firstB, b),
        set(firstC, c),
        repeat(
          columnBlock,
          columnBlocks,
          set(firstA, a),
          set(to, firstC),
          repeat(
            rowBlock,
            rowBlocks,
            ...sums.flat().map((sum) => set(sum, four(0))),
            ...started(ofA, firstA, aRow),
            ...started(ofB, firstB, bRow),
            repeat(
              k,
              vectors,
              term(false),
              ...[...ofA, ...ofB].map((address) => step(address, constant(16))),
            ),
            term(true),
            ...sums.map((ofRow, i) =>
              block(
                set(row, i === 0 ? to : plus(to, cRow)),
                i === 0 ? [] : set(to, row),
                ...ofRow.map((sum, j) =>
                  block(
                    set(sum, add(sum, pick(sum, sum, [2, 3, 2, 3]))),
                    store(row, 0, add(sum, pick(sum, sum, [1, 1, 1, 1])), 1),
                    j + 1 < columns ? step(row, cColumn) : [],
                  ),
                ),
              ),
            ),
            step(to, cRow),
            ...range(rows).map(() => step(firstA, aRow)),
          ),
          ...range(columns).map(() => block(step(firstB, bRow), step(firstC, cColumn))),
        ),
        step(a, aBatch),
        step(b, bBatch),
        step(c, cBatch),
      ),
    );
  },
});
