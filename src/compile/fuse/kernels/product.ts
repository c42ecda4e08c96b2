/**
 * Products over planes: dense layers, convolutions and their adjoints by the input are all this one sum,
 *
 *     c[line, i, x] = sum over k of a[i, k] b[line, k, x],
 *
 * with a packed beforehand, and x running over contiguous pixels. The address of b for each k follows from a
 * stride (dense) or from a table of offsets (convolutions: channel and position in the window).
 */

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
import type { Fresh, Source } from '../../../engine/wasm/simd/module.js';

/** What a kernel is called with, in order; addresses and strides in bytes. */
export const productParameters = [
  'a', // packed: [blocks, k, rows]
  'b',
  'c',
  'depth', // the number of k
  'bStep', // from k to k + 1, or the address of a table of offsets
  'cStep', // from row to row of c
  'lines',
  'bLine',
  'cLine',
  'strips', // of 4 `vectors` pixels
  'bStrip',
  'cStrip',
  'blocks', // of `rows` rows
] as const;

/** Rows and vectors of four pixels at once: at most eight sums, which fit the registers. */
export interface Tile {
  readonly rows: 1 | 2 | 3 | 4;
  readonly vectors: 1 | 2 | 4;
  /**
   * Whether the sums are added to the old values of c. That happens once each sum is complete, so its
   * rounding error does not depend on them. With `lanes`, c holds doubles, and the first `lanes` numbers of
   * each strip are added.
   */
  readonly onto: boolean | { readonly lanes: number };
  /** Whether the offsets of b are in a table. */
  readonly table: boolean;
}

export const product = ({ rows, vectors, onto, table }: Tile): Source => ({
  parameters: productParameters.length,
  body: (
    [a, b, c, depth, bStep, cStep, lines, bLine, cLine, strips, bStrip, cStrip, blocks],
    fresh,
  ): Statement => {
    const [lineB, lineC, stripB, stripC] = locals(fresh, 4);
    const [k, at, from, to, row] = locals(fresh, 5);
    const [lineCount, stripCount, blockCount, depthCount] = locals(fresh, 4);
    const sums = range(rows).map(() => range(vectors).map(() => fresh.v128()));
    const values = range(vectors).map(() => fresh.v128());
    const weight = fresh.v128();
    const eachRow = (visit: (i: number) => Statement): Statement =>
      block(set(row, to), ...range(rows).map((i) => block(visit(i), i + 1 < rows ? step(row, cStep) : [])));
    const term = block(
      ...values.map((value, v) => set(value, load(from, 16 * v))),
      ...range(rows).map((i) =>
        block(
          set(weight, loadSplat(at, 4 * i)),
          ...values.map((value, v) => set(sums[i][v], add(sums[i][v], mul(weight, value)))),
        ),
      ),
    );
    return block(
      set(lineB, b),
      set(lineC, c),
      repeat(
        lineCount,
        lines,
        set(stripB, lineB),
        set(stripC, lineC),
        repeat(
          stripCount,
          strips,
          set(at, a),
          set(to, stripC),
          repeat(
            blockCount,
            blocks,
            ...sums.flat().map((sum) => set(sum, zero)),
            table ? set(k, bStep) : set(from, stripB),
            // one at a time: unrolled, V8 keeps more values than there are registers and is nearly twice as slow
            repeat(
              depthCount,
              depth,
              table ? set(from, plus(stripB, loadInteger(k))) : [],
              term,
              step(at, constant(4 * rows)),
              table ? step(k, constant(4)) : step(from, bStep),
            ),
            eachRow((i) =>
              typeof onto === 'object'
                ? block(...sums[i].flatMap((sum, v) => addDoubles(row, v, sum, onto.lanes)))
                : block(
                    ...sums[i].map((sum, v) => store(row, 16 * v, onto ? add(load(row, 16 * v), sum) : sum)),
                  ),
            ),
            set(to, plus(row, cStep)),
          ),
          step(stripB, bStrip),
          step(stripC, cStrip),
        ),
        step(lineB, bLine),
        step(lineC, cLine),
      ),
    );
  },
});

const zero = four(0);

/** Adds the floats of the v-th vector of a strip to doubles; past `lanes` nothing is written. */
const addDoubles = (row: Local<'i32'>, v: number, sum: Local<'v128'>, lanes: number): readonly Statement[] =>
  [sum, pick(sum, sum, [2, 3, 2, 3])].flatMap((half, h) => {
    const [at, left] = [32 * v + 16 * h, lanes - 4 * v - 2 * h];
    return left <= 0 ? [] : [store(row, at, addDouble(load(row, at), toDouble(half)), left === 1 ? 2 : 4)];
  });

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
export const locals = (fresh: Fresh, count: number): Local<'i32'>[] => range(count).map(() => fresh.i32());
