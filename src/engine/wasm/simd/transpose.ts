/** Transposing a matrix within the heap, in 4 x 4 blocks. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  constant,
  type Local,
  load,
  pick,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
  type Value,
} from './code.js';
import type { Source } from './module.js';
import { native } from './native.js';

/** A matrix of floats and its transpose: addresses, and bytes from row to row. */
export interface Turn {
  readonly from: number;
  readonly fromRow: number;
  readonly rows: number;
  readonly columns: number;
  readonly to: number;
  readonly toRow: number;
}

const bytes = 4;
/** Columns turned at a time: as many rows of the result stay in the level-1 cache until their lines are full. */
const columnBlock = 64;

/** (from, fromRow, to, toRow, row groups, column groups): groups of four. */
const source: Source = {
  parameters: 6,
  body: ([from, fromRow, to, toRow, rowGroups, columnGroups], fresh) => {
    const rows = Array.from({ length: 4 }, fresh.i32);
    const target = fresh.i32();
    const values = Array.from({ length: 4 }, fresh.v128);
    const halves = Array.from({ length: 4 }, fresh.v128);
    const [a, b, c, d] = values;
    const [evenLow, oddLow, evenHigh, oddHigh] = halves;
    const put = (even: Local<'v128'>, odd: Local<'v128'>, lanes: readonly number[]): readonly Statement[] => {
      const row: Value<'v128'> = pick(even, odd, lanes);
      return [store(target, 0, row), step(target, toRow)];
    };
    return repeat(
      fresh.i32(),
      rowGroups,
      ...rows.map((row, i) => set(row, i === 0 ? from : plus(rows[i - 1], fromRow))),
      set(target, to),
      repeat(
        fresh.i32(),
        columnGroups,
        ...values.map((value, i) => set(value, load(rows[i]))),
        set(evenLow, pick(a, b, [0, 4, 1, 5])),
        set(oddLow, pick(c, d, [0, 4, 1, 5])),
        set(evenHigh, pick(a, b, [2, 6, 3, 7])),
        set(oddHigh, pick(c, d, [2, 6, 3, 7])),
        ...put(evenLow, oddLow, [0, 1, 4, 5]),
        ...put(evenLow, oddLow, [2, 3, 6, 7]),
        ...put(evenHigh, oddHigh, [0, 1, 4, 5]),
        ...put(evenHigh, oddHigh, [2, 3, 6, 7]),
        ...rows.map((row) => step(row, constant(16))),
      ),
      ...rows.map(() => step(from, fromRow)),
      step(to, constant(16)),
    );
  },
};

/** to[j, i] = from[i, j]. `heap` is a view of the whole heap. */
export const turn = (backend: BackendWasm, heap: Int32Array, t: Turn): void => {
  const run = native(backend, 'turn', () => source);
  const [rowGroups, wholeRows] = [t.rows >> 2, t.rows & ~3];
  const wholeColumns = t.columns & ~3;
  for (let j = 0; j < wholeColumns; j += columnBlock) {
    const groups = Math.min(columnBlock, wholeColumns - j) >> 2;
    run(t.from + j * bytes, t.fromRow, t.to + j * t.toRow, t.toRow, rowGroups, groups);
  }
  const single = (i: number, j: number): void => {
    heap[(t.to + j * t.toRow) / bytes + i] = heap[(t.from + i * t.fromRow) / bytes + j];
  };
  for (let i = 0; i < t.rows; i++) {
    for (let j = i < wholeRows ? wholeColumns : 0; j < t.columns; j++) single(i, j);
  }
};
