/** Sums of products of planes, pixel by pixel; any dimension of the planes may be summed over. */

import {
  add,
  addDouble,
  block,
  constant,
  four,
  type Local,
  load,
  loadInteger,
  loadSplat,
  loadTwo,
  mul,
  pick,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
  toDouble,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { pairSums } from './pair-sums.js';
import { locals, range } from './product.js';

/** Rows and columns at once, and whether an operand is a list, one number for all pixels. */
export interface PlaneTile {
  readonly rows: 1 | 2 | 4;
  readonly columns: 1 | 2;
  readonly lists: readonly [boolean, boolean];
}

/**
 * c[batch, i, j] = sum over k of a[batch, i, k] b[batch, k, j], all of them planes. The offset of a plane is
 * a sum of three entries of tables: (a, b, c) for each batch, (a, c) for each i, (b, c) for each j, and (a,
 * b) for each k.
 */
export const planeProductParameters = [
  'a',
  'b',
  'c',
  'batchTable',
  'rowTable',
  'columnTable',
  'depthTable',
  'batches',
  'rowBlocks',
  'columnBlocks',
  'depth',
  'strips', // of eight pixels
] as const;

/** Vectors of a strip. */
const vectors = 2;

export const planeProduct = ({ rows, columns, lists }: PlaneTile): Source => ({
  parameters: planeProductParameters.length,
  body: (
    [a, b, c, batchTable, rowTable, columnTable, depthTable, batches, rowBlocks, columnBlocks, depth, strips],
    fresh,
  ): Statement => {
    const [batch, rowBlock, columnBlock, k, strip] = locals(fresh, 5);
    const [ofBatchA, ofBatchB, ofBatchC, atRow, atColumn, atDepth] = locals(fresh, 6);
    const [pixel, to, moved] = locals(fresh, 3);
    const ofA = locals(fresh, rows);
    const ofB = locals(fresh, columns);
    const sums = range(rows).map(() => range(columns).map(() => range(vectors).map(() => fresh.v128())));
    const others = range(columns).map(() => range(vectors).map(() => fresh.v128()));
    const values = range(vectors).map(() => fresh.v128());
    const from = (address: Local<'i32'>, v: number, isList: boolean) =>
      isList ? loadSplat(address) : load(address, 16 * v);
    // in a list both vectors are the same
    const read = (into: readonly Local<'v128'>[], address: Local<'i32'>, isList: boolean): Statement =>
      block(...into.map((value, v) => set(value, isList && v > 0 ? into[0] : from(address, v, isList))));
    const placed = (base: Local<'i32'>, isList: boolean) => (isList ? base : plus(base, pixel));
    return repeat(
      batch,
      batches,
      set(ofBatchA, plus(a, loadInteger(batchTable))),
      set(ofBatchB, plus(b, loadInteger(batchTable, 4))),
      set(ofBatchC, plus(c, loadInteger(batchTable, 8))),
      step(batchTable, constant(12)),
      set(pixel, constant(0)),
      repeat(
        strip,
        strips,
        set(atColumn, columnTable),
        repeat(
          columnBlock,
          columnBlocks,
          set(atRow, rowTable),
          repeat(
            rowBlock,
            rowBlocks,
            ...sums.flat(2).map((sum) => set(sum, four(0))),
            set(atDepth, depthTable),
            ...ofA.map((address, i) =>
              set(address, plus(placed(ofBatchA, lists[0]), loadInteger(atRow, 8 * i))),
            ),
            ...ofB.map((address, j) =>
              set(address, plus(placed(ofBatchB, lists[1]), loadInteger(atColumn, 8 * j))),
            ),
            repeat(
              k,
              depth,
              ...others.map((into, j) =>
                block(set(moved, plus(ofB[j], loadInteger(atDepth, 4))), read(into, moved, lists[1])),
              ),
              ...sums.map((ofRow, i) =>
                block(
                  set(moved, plus(ofA[i], loadInteger(atDepth))),
                  read(values, moved, lists[0]),
                  ...ofRow.map((pair, j) =>
                    block(...pair.map((sum, v) => set(sum, add(sum, mul(values[v], others[j][v]))))),
                  ),
                ),
              ),
              step(atDepth, constant(8)),
            ),
            ...sums.flatMap((ofRow, i) =>
              ofRow.map((pair, j) =>
                block(
                  set(
                    to,
                    plus(
                      plus(ofBatchC, pixel),
                      plus(loadInteger(atRow, 8 * i + 4), loadInteger(atColumn, 8 * j + 4)),
                    ),
                  ),
                  ...pair.map((sum, v) => store(to, 16 * v, sum)),
                ),
              ),
            ),
            step(atRow, constant(8 * rows)),
          ),
          step(atColumn, constant(8 * columns)),
        ),
        step(pixel, constant(16 * vectors)),
      ),
    );
  },
});

/** What `planeDots` is called with, in order. */
export const planeDotsParameters = [
  ...planeProductParameters.slice(0, -1),
  'vectors', // of the piece, without the last
  'mask',
] as const;

/**
 * The same summed over the pixels of a piece of the planes, and added to doubles: c counts doubles. The last vector of
 * the piece is masked.
 */
export const planeDots = (rows: 1 | 2, columns: 1 | 2): Source => ({
  parameters: planeDotsParameters.length,
  body: (
    [
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
      count,
      mask,
    ],
    fresh,
  ): Statement => {
    const [batch, rowBlock, columnBlock, k, vector] = locals(fresh, 5);
    const [ofBatchA, ofBatchB, ofBatchC, atRow, atColumn, atDepth, to] = locals(fresh, 7);
    const { ofA, ofB, sums, edge, term } = pairSums(fresh, rows, columns);
    // the sums over the depths before, in double precision
    const totals = range(rows).map(() => range(columns).map(() => fresh.v128()));
    return block(
      set(edge, load(mask)),
      repeat(
        batch,
        batches,
        set(ofBatchA, plus(a, loadInteger(batchTable))),
        set(ofBatchB, plus(b, loadInteger(batchTable, 4))),
        set(ofBatchC, plus(c, loadInteger(batchTable, 8))),
        step(batchTable, constant(12)),
        set(atColumn, columnTable),
        repeat(
          columnBlock,
          columnBlocks,
          set(atRow, rowTable),
          repeat(
            rowBlock,
            rowBlocks,
            ...totals.flat().map((total) => set(total, four(0))),
            set(atDepth, depthTable),
            repeat(
              k,
              depth,
              ...sums.flat().map((sum) => set(sum, four(0))),
              ...ofA.map((address, i) =>
                set(address, plus(plus(ofBatchA, loadInteger(atRow, 8 * i)), loadInteger(atDepth))),
              ),
              ...ofB.map((address, j) =>
                set(address, plus(plus(ofBatchB, loadInteger(atColumn, 8 * j)), loadInteger(atDepth, 4))),
              ),
              repeat(
                vector,
                count,
                term(false),
                ...[...ofA, ...ofB].map((address) => step(address, constant(16))),
              ),
              term(true),
              ...sums.flatMap((ofRow, i) =>
                ofRow.map((sum, j) =>
                  set(
                    totals[i][j],
                    addDouble(totals[i][j], addDouble(toDouble(sum), toDouble(pick(sum, sum, [2, 3, 2, 3])))),
                  ),
                ),
              ),
              step(atDepth, constant(8)),
            ),
            ...totals.flatMap((ofRow, i) =>
              ofRow.map((total, j) =>
                block(
                  set(
                    to,
                    plus(ofBatchC, plus(loadInteger(atRow, 8 * i + 4), loadInteger(atColumn, 8 * j + 4))),
                  ),
                  set(total, addDouble(total, pick(total, total, [2, 3, 2, 3]))),
                  store(to, 0, addDouble(loadTwo(to), total), 2),
                ),
              ),
            ),
            step(atRow, constant(8 * rows)),
          ),
          step(atColumn, constant(8 * columns)),
        ),
      ),
    );
  },
});
