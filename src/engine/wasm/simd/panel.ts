/** The innermost part of every matrix product and convolution: a panel of the result, a register tile at a time. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  add,
  block,
  constant,
  four,
  type Local,
  load,
  loadSplat,
  max,
  mul,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
} from './code.js';
import type { Source } from './module.js';
import { native } from './native.js';

/** Columns of the right factor that a panel spans at most: two vectors of four floats. */
export const panelColumns = 8;
/** Rows of a register tile at most: 4 x 2 sums, 2 columns, and a row's value fill the 16 vector registers of x64. */
export const tileRows = 4;

/** The start of a tile's sums: zero, the bias of their column, or the present result. */
export type Onto = 'nothing' | 'bias' | 'result';

/** The specialisation of a panel function. */
export interface Variant {
  /** Rows of a tile, 1 to 4. */
  readonly rows: number;
  /** Columns of the panel, 1 to 8. */
  readonly columns: number;
  /**
   * The layout of the left factor: `rows` if the values of a row are contiguous, `columns` if those of a column are, as
   * in a transposed factor.
   */
  readonly left: 'rows' | 'columns';
  readonly onto: Onto;
  /** Whether negative results become 0 at the end. */
  readonly relu: boolean;
}

/**
 * Parameters, all bytes or counts:
 *
 * - `a` the left factor. Its rows and the values summed over consist of `segments` runs of `run` values, so that a
 *   convolution is a product: each row of the kernel is a segment of the image. `aStride` from one row to
 *   the next for `rows`, from one value to the next for `columns`; `aTile` from one tile of rows, `aSegment` from one
 *   segment, `aOuter` from one group of tiles to the next.
 * - `b` the packed panel of the right factor; `bias` its columns' biases.
 * - `c` the result; `cRow`, `cTile`, `cOuter` likewise.
 * - `tiles` in a group, `outer` groups.
 */
export interface PanelCall {
  readonly a: number;
  /** Between rows for `rows`, between values for `columns`. */
  readonly aStride: number;
  readonly aTile: number;
  readonly aSegment: number;
  readonly aOuter: number;
  readonly segments: number;
  readonly run: number;
  readonly b: number;
  readonly bias: number;
  readonly c: number;
  readonly cRow: number;
  readonly cTile: number;
  readonly cOuter: number;
  readonly tiles: number;
  readonly outer: number;
}

const bytes = 4;

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const source = ({ rows, columns, left, onto, relu }: Variant): Source => {
  const vectors = columns > 4 ? 2 : 1;
  const countOf = (vector: number): number => Math.min(4, columns - 4 * vector);
  return {
    parameters: 15,
    body: (
      [a, aStride, aTile, aSegment, aOuter, segments, run, b, bias, c, cRow, cTile, cOuter, tiles, outer],
      fresh,
    ) => {
      const sums = upTo(rows).map(() => upTo(vectors).map(fresh.v128));
      const right = upTo(vectors).map(fresh.v128);
      const value = fresh.v128();
      const pointers = left === 'rows' ? upTo(rows).map(fresh.i32) : [fresh.i32()];
      const [segment, tile, target, pb, countRun, countSegments, countTiles, countOuter] = upTo(8).map(
        fresh.i32,
      );
      const output = upTo(rows).map(fresh.i32);
      const eachSum = (f: (sum: Local<'v128'>, row: number, vector: number) => Statement): Statement =>
        block(...sums.flatMap((ofRow, row) => ofRow.map((sum, vector) => f(sum, row, vector))));

      // One k at a time: V8 moves the loads of an unrolled body to its front and runs out of registers (half the speed).
      const accumulate = block(
        ...right.map((vector, v) => set(vector, load(pb, v * 4 * bytes))),
        ...sums.flatMap((ofRow, row) => [
          set(value, left === 'rows' ? loadSplat(pointers[row]) : loadSplat(pointers[0], row * bytes)),
          ...ofRow.map((sum, v) => set(sum, add(sum, mul(value, right[v])))),
        ]),
        step(pb, constant(vectors * 4 * bytes)),
        ...pointers.map((p) => step(p, left === 'rows' ? constant(bytes) : aStride)),
      );

      const startOfRows = (
        first: Local<'i32'>,
        all: readonly Local<'i32'>[],
        stride: Local<'i32'>,
      ): Statement =>
        block(...all.map((pointer, row) => set(pointer, row === 0 ? first : plus(all[row - 1], stride))));

      const finished = (sum: Local<'v128'>, row: number, vector: number): Statement => {
        const at = vector * 4 * bytes;
        const before = onto === 'bias' ? load(bias, at) : load(output[row], at);
        const total = onto === 'nothing' ? sum : add(before, sum);
        const result = relu ? max(total, four(0)) : total;
        return store(output[row], at, result, countOf(vector));
      };

      return repeat(
        countOuter,
        outer,
        set(tile, a),
        set(target, c),
        repeat(
          countTiles,
          tiles,
          eachSum((sum) => set(sum, four(0))),
          set(pb, b),
          set(segment, tile),
          repeat(
            countSegments,
            segments,
            startOfRows(segment, pointers, aStride),
            repeat(countRun, run, accumulate),
            step(segment, aSegment),
          ),
          startOfRows(target, output, cRow),
          eachSum(finished),
          step(tile, aTile),
          step(target, cTile),
        ),
        step(a, aOuter),
        step(c, cOuter),
      );
    },
  };
};

const panel = (backend: BackendWasm, variant: Variant): ((call: PanelCall) => void) => {
  const { rows, columns, left, onto, relu } = variant;
  const run = native(backend, `panel ${rows} ${columns} ${left} ${onto} ${relu}`, () => source(variant));
  return (p) =>
    run(
      p.a,
      p.aStride,
      p.aTile,
      p.aSegment,
      p.aOuter,
      p.segments,
      p.run,
      p.b,
      p.bias,
      p.c,
      p.cRow,
      p.cTile,
      p.cOuter,
      p.tiles,
      p.outer,
    );
};

/** The panel functions that differ only in rows and columns, each made on first use: `[rows][columns]`. */
export type Panels = readonly (readonly ((call: PanelCall) => void)[])[];

/**
 * The panel functions of a kind. They may read, never write, up to 28 bytes beyond the end of a bias or a result whose
 * columns are not a multiple of four; the allocator keeps more than that at the end of the heap.
 */
export const panels = (backend: BackendWasm, left: Variant['left'], onto: Onto, relu: boolean): Panels => {
  const made: ((call: PanelCall) => void)[][] = upTo(tileRows + 1).map(() => []);
  return made.map((ofRows, rows) =>
    upTo(panelColumns + 1).map((columns) => (call: PanelCall) => {
      ofRows[columns] ??= panel(backend, { rows, columns, left, onto, relu });
      ofRows[columns](call);
    }),
  );
};
