/**
 * Long sums: single precision within a block, double precision from block to block. So the error of a sum
 * over a grid, over steps and samples is that of a block of 64, however long the sum is: at most 66 2^-24
 * times the sum of the magnitudes.
 */

import {
  add,
  addDouble,
  and,
  block,
  constant,
  four,
  type Local,
  load,
  loadInteger,
  loadTwo,
  mul,
  mulDouble,
  pick,
  plus,
  repeat,
  type Statement,
  set,
  step,
  store,
  toDouble,
  toFloat,
  two,
  type Value,
} from '../../../engine/wasm/simd/code.js';
import type { Source } from '../../../engine/wasm/simd/module.js';
import { locals, range } from './product.js';

/** The number of values of a lane, or of vectors of a row, that are summed in single precision. */
export const blockVectors = 64;

const upper = (x: Local<'v128'>): Value<'v128'> => pick(x, x, [2, 3, 2, 3]);

/** Four floats as two doubles, the sums of one and three, two and four. */
const halved = (x: Local<'v128'>): Value<'v128'> => addDouble(toDouble(x), toDouble(upper(x)));

/** Adds the two doubles of a variable, together, to the double at an address. */
export const addAt = (address: Value<'i32'>, sum: Local<'v128'>): Statement =>
  block(set(sum, addDouble(sum, upper(sum))), store(address, 0, addDouble(loadTwo(address), sum), 2));

/**
 * For convolutions: c[i, j] += sum over lines and columns of x[offset i + ...] y[j ...], on whole planes with
 * lines of their own lengths. The last vector of a line is masked. c holds doubles; `lines` lines at a time
 * are summed as floats.
 */
export const dotParameters = [
  'x',
  'offsets', // the address of a table: the offset of each i
  'y',
  'yRow', // from plane j to j + 1
  'c',
  'cRow',
  'cColumn',
  'blocks', // of lines
  'lines',
  'xLine',
  'yLine',
  'vectors', // of a line, without the last
  'mask',
  'iBlocks',
  'jBlocks',
] as const;

/** The kernel of `dotParameters`, for this many rows and columns at once. */
export const dot = (rows: 1 | 2 | 3 | 4, columns: 1 | 2): Source => ({
  parameters: dotParameters.length,
  body: (
    [x, offsets, y, yRow, c, cRow, cColumn, blocks, lines, xLine, yLine, vectors, mask, iBlocks, jBlocks],
    fresh,
  ): Statement => {
    const [table, ci, cj, yj, row] = locals(fresh, 5);
    const [iCount, jCount, blockCount, lineCount, vectorCount] = locals(fresh, 5);
    const lineX = locals(fresh, rows);
    const lineY = locals(fresh, columns);
    const atX = locals(fresh, rows);
    const atY = locals(fresh, columns);
    const sums = range(rows).map(() => range(columns).map(() => fresh.v128()));
    const ys = range(columns).map(() => fresh.v128());
    const [value, edge] = [fresh.v128(), fresh.v128()];
    const term = (masked: boolean): Statement =>
      block(
        ...ys.map((to, j) => set(to, masked ? and(load(atY[j]), edge) : load(atY[j]))),
        ...sums.map((of, i) =>
          block(
            // beyond the edge x may hold anything, even NaN
            set(value, masked ? and(load(atX[i]), edge) : load(atX[i])),
            ...of.map((sum, j) => set(sum, add(sum, mul(value, ys[j])))),
          ),
        ),
      );
    const next = (addresses: readonly Local<'i32'>[]): Statement =>
      block(...addresses.map((address) => step(address, constant(16))));
    return block(
      set(edge, load(mask)),
      set(yj, y),
      set(cj, c),
      repeat(
        jCount,
        jBlocks,
        set(table, offsets),
        set(ci, cj),
        repeat(
          iCount,
          iBlocks,
          ...lineX.map((line, i) => set(line, plus(x, loadInteger(table, 4 * i)))),
          ...lineY.map((line, j) => set(line, j === 0 ? yj : plus(lineY[j - 1], yRow))),
          repeat(
            blockCount,
            blocks,
            ...sums.flat().map((sum) => set(sum, four(0))),
            repeat(
              lineCount,
              lines,
              ...atX.map((at, i) => set(at, lineX[i])),
              ...atY.map((at, j) => set(at, lineY[j])),
              repeat(vectorCount, vectors, term(false), next(atX), next(atY)),
              term(true),
              ...lineX.map((line) => step(line, xLine)),
              ...lineY.map((line) => step(line, yLine)),
            ),
            ...sums.map((of, i) =>
              block(
                i === 0 ? set(row, ci) : step(row, cRow),
                ...of.map((sum, j) =>
                  block(set(value, halved(sum)), addAt(j === 0 ? row : plus(row, cColumn), value)),
                ),
              ),
            ),
          ),
          set(ci, plus(row, cRow)),
          step(table, constant(4 * rows)),
        ),
        ...range(columns).map(() => block(step(yj, yRow), step(cj, cColumn))),
      ),
    );
  },
});

/**
 * Sums of planes: to[plane] += scale times the sum over strips (or one whole plane) of `vectors` vectors and
 * one masked vector; `to` holds doubles.
 */
export const sumParameters = ['from', 'plane', 'strip', 'to', 'planes', 'strips', 'vectors', 'mask'] as const;

/** The kernel of `sumParameters`. */
export const sumPlanes = (scale: number): Source => ({
  parameters: sumParameters.length,
  body: ([from, plane, strip, to, planes, strips, vectors, mask], fresh): Statement => {
    const [planeCount, stripCount, vectorCount, address, start] = locals(fresh, 5);
    const [sum, value, edge] = [fresh.v128(), fresh.v128(), fresh.v128()];
    const taken = (from: Value<'v128'>): Statement =>
      block(set(value, from), set(sum, addDouble(sum, halved(value))));
    return block(
      set(edge, load(mask)),
      repeat(
        planeCount,
        planes,
        set(sum, four(0)),
        set(start, from),
        repeat(
          stripCount,
          strips,
          set(address, start),
          repeat(vectorCount, vectors, taken(load(address)), step(address, constant(16))),
          taken(and(load(address), edge)),
          step(start, strip),
        ),
        scale === 1 ? [] : set(sum, mulDouble(sum, two(scale))),
        addAt(to, sum),
        step(to, constant(8)),
        step(from, plane),
      ),
    );
  },
});

/**
 * The same for planes of one short block: each is summed in single precision, and the sum is added in double
 * precision. A plane is `vectors` vectors and one masked vector.
 */
export const sumShortParameters = ['from', 'plane', 'to', 'planes', 'vectors', 'mask'] as const;

/** The kernel of `sumShortParameters`. */
export const sumShortPlanes = (scale: number): Source => ({
  parameters: sumShortParameters.length,
  body: ([from, plane, to, planes, vectors, mask], fresh): Statement => {
    const [planeCount, vectorCount, address] = locals(fresh, 3);
    const [sum, edge] = [fresh.v128(), fresh.v128()];
    return block(
      set(edge, load(mask)),
      repeat(
        planeCount,
        planes,
        set(sum, four(0)),
        set(address, from),
        repeat(vectorCount, vectors, set(sum, add(sum, load(address))), step(address, constant(16))),
        set(sum, add(sum, and(load(address), edge))),
        set(sum, halved(sum)),
        scale === 1 ? [] : set(sum, mulDouble(sum, two(scale))),
        addAt(to, sum),
        step(to, constant(8)),
        step(from, plane),
      ),
    );
  },
});

/**
 * Adds floats to doubles, four at a time: (from, to, fours). With `taking` the floats are set to zero
 * afterwards.
 */
export const addOnto = (taking: boolean): Source => ({
  parameters: 3,
  body: ([from, to, fours], fresh): Statement => {
    const [count] = locals(fresh, 1);
    const value = fresh.v128();
    return repeat(
      count,
      fours,
      set(value, load(from)),
      store(to, 0, addDouble(load(to), toDouble(value))),
      store(to, 16, addDouble(load(to, 16), toDouble(upper(value)))),
      taking ? store(from, 0, four(0)) : [],
      step(from, constant(16)),
      step(to, constant(32)),
    );
  },
});

/** Rounds doubles to floats, four at a time: (from, to, fours). */
export const roundToFloats = (): Source => ({
  parameters: 3,
  body: ([from, to, fours], fresh): Statement => {
    const [count] = locals(fresh, 1);
    return repeat(
      count,
      fours,
      store(to, 0, pick(toFloat(load(from)), toFloat(load(from, 16)), [0, 1, 4, 5])),
      step(from, constant(32)),
      step(to, constant(16)),
    );
  },
});
