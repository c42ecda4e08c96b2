/** Moving planes, lines and single entries. */

import {
  add,
  addDouble,
  block,
  constant,
  four,
  load,
  loadInteger,
  loadSplat,
  pick,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
  times,
  toDouble,
  toFloat,
  type Value,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals } from './product.js';

/** What `copy` is called with, in order. */
export const copyParameters = [
  'from',
  'fromInner',
  'fromOuter',
  'to',
  'toInner',
  'toOuter',
  'outer',
  'inner',
  'vectors',
] as const;

/** Copies blocks of whole vectors: (from, fromInner, fromOuter, to, toInner, toOuter, outer, inner, vectors). */
export const copy = (): Source => ({
  parameters: copyParameters.length,
  body: ([from, fromInner, fromOuter, to, toInner, toOuter, outer, inner, vectors], fresh): Statement => {
    const [a, b, c, d, i, j, k] = locals(fresh, 7);
    return repeat(
      i,
      outer,
      set(a, from),
      set(b, to),
      repeat(
        j,
        inner,
        set(c, a),
        set(d, b),
        repeat(k, vectors, store(d, 0, load(c)), step(c, constant(16)), step(d, constant(16))),
        step(a, fromInner),
        step(b, toInner),
      ),
      step(from, fromOuter),
      step(to, toOuter),
    );
  },
});

/**
 * Goes through single numbers and calls `put` for each: (from, fromInner, fromOuter, to, toInner, toOuter,
 * outer, inner).
 */
const cells = (put: (from: Value<'i32'>, to: Value<'i32'>) => Statement): Source => ({
  parameters: 8,
  body: ([from, fromInner, fromOuter, to, toInner, toOuter, outer, inner], fresh): Statement => {
    const [a, b, i, j] = locals(fresh, 4);
    return repeat(
      i,
      outer,
      set(a, from),
      set(b, to),
      repeat(j, inner, put(a, b), step(a, fromInner), step(b, toInner)),
      step(from, fromOuter),
      step(to, toOuter),
    );
  },
});

/** Copies single numbers: (from, fromInner, fromOuter, to, toInner, toOuter, outer, inner). */
export const copyCells = (): Source => cells((from, to) => store(to, 0, loadSplat(from), 1));

/** Adds single numbers: (from, fromInner, fromOuter, to, toInner, toOuter, outer, inner). */
export const addCells = (): Source =>
  cells((from, to) => store(to, 0, add(loadSplat(to), loadSplat(from)), 1));

/** Copies numbers from positions in a table of byte offsets, four at a time: (table, from, to, fours). */
export const pickCells = (): Source => ({
  parameters: 4,
  body: ([table, from, to, fours], fresh): Statement => {
    const [count] = locals(fresh, 1);
    return repeat(
      count,
      fours,
      ...[0, 4, 8, 12].map((at) => store(to, at, loadSplat(plus(from, loadInteger(table, at))), 1)),
      step(table, constant(16)),
      step(to, constant(16)),
    );
  },
});

/** Copies numbers to positions in a table of byte offsets: (table, from, to, numbers). */
export const placeCells = (): Source => ({
  parameters: 4,
  body: ([table, from, to, numbers], fresh): Statement => {
    const [count] = locals(fresh, 1);
    return repeat(
      count,
      numbers,
      store(plus(to, loadInteger(table)), 0, loadSplat(from), 1),
      step(table, constant(4)),
      step(from, constant(4)),
    );
  },
});

/**
 * Copies lines of contiguous numbers: (from, fromLine, to, toLine, lines, vectors), with `rest` numbers after
 * the whole vectors.
 */
export const copyLines = (rest: 0 | 1 | 2 | 3): Source => ({
  parameters: 6,
  body: ([from, fromLine, to, toLine, lines, vectors], fresh): Statement => {
    const [a, b, i, j] = locals(fresh, 4);
    return repeat(
      i,
      lines,
      set(a, from),
      set(b, to),
      repeat(j, vectors, store(b, 0, load(a)), step(a, constant(16)), step(b, constant(16))),
      rest === 0 ? [] : store(b, 0, load(a), rest),
      step(from, fromLine),
      step(to, toLine),
    );
  },
});

/**
 * Each line of the result is a sum of lines, in double precision in their order: (from, table, to, toLine,
 * lines, vectors), with `rest` numbers after the whole vectors. For each line the table holds the number of
 * summands, then the offset of each.
 */
export const sumLines = (rest: 0 | 1 | 2 | 3): Source => ({
  parameters: 6,
  body: ([from, table, to, toLine, lines, vectors], fresh): Statement => {
    const [i, v, k, at, names, put] = locals(fresh, 6);
    const [value, low, high] = [fresh.v128(), fresh.v128(), fresh.v128()];
    const summed = (lanes: number): Statement =>
      block(
        set(low, four(0)),
        set(high, four(0)),
        set(names, plus(table, constant(4))),
        repeat(
          k,
          loadInteger(table),
          set(value, load(plus(at, loadInteger(names)))),
          set(low, addDouble(low, toDouble(value))),
          set(high, addDouble(high, toDouble(pick(value, value, [2, 3, 2, 3])))),
          step(names, constant(4)),
        ),
        set(value, pick(toFloat(low), toFloat(high), [0, 1, 4, 5])),
        store(put, 0, value, lanes),
        step(at, constant(16)),
        step(put, constant(16)),
      );
    return repeat(
      i,
      lines,
      set(at, from),
      set(put, to),
      repeat(v, vectors, summed(4)),
      rest === 0 ? [] : summed(rest),
      step(table, plus(constant(4), times(constant(4), loadInteger(table)))),
      step(to, toLine),
    );
  },
});

/** Fills with the number at an address: (value, to, toOuter, outer, vectors). */
export const fill = (): Source => ({
  parameters: 5,
  body: ([value, to, toOuter, outer, vectors], fresh): Statement => {
    const [a, i, j] = locals(fresh, 3);
    const number = fresh.v128();
    return block(
      set(number, loadSplat(value)),
      repeat(
        i,
        outer,
        set(a, to),
        repeat(j, vectors, store(a, 0, number), step(a, constant(16))),
        step(to, toOuter),
      ),
    );
  },
});
