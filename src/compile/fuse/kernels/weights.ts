/** Gradients by weights: sums over pixels of products of planes. */

import {
  add,
  and,
  block,
  constant,
  four,
  type Local,
  load,
  loadInteger,
  loadOne,
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
import { locals, range } from './product.js';

/**
 * Turns blocks of features, strips [strip, feature, 8 pixels], over: [strip, 8 pixels, `wide` features], of which `rows` are there and the
 * others zero. So gradients of dense layers become products: c[i, j] += sum over pixels of x[pixel, i] y[pixel, j].
 */
export const turnParameters = [
  'from',
  'fromRow',
  'fromStrip',
  'fromBlock',
  'to',
  'toBlock',
  'strips',
  'blocks', // of `rows` features
] as const;

export const turn = (rows: number, wide: number): Source => ({
  parameters: turnParameters.length,
  body: ([from, fromRow, fromStrip, fromBlock, to, toBlock, strips, blocks], fresh): Statement => {
    const [count, blockCount, address, start, put] = locals(fresh, 5);
    const quarters = Math.ceil(wide / 4);
    const values = range(4 * quarters).map(() => fresh.v128());
    const [a, b, c, d] = range(4).map(() => fresh.v128());
    const quarter = (half: number, feature: number): Statement => {
      const [p, q, r, s] = values.slice(feature, feature + 4);
      const save = (pixel: number, value: ReturnType<typeof pick>): Statement =>
        store(put, 4 * wide * (4 * half + pixel) + 4 * feature, value, Math.min(4, wide - feature));
      return block(
        set(a, pick(p, q, [0, 4, 1, 5])),
        set(b, pick(r, s, [0, 4, 1, 5])),
        set(c, pick(p, q, [2, 6, 3, 7])),
        set(d, pick(r, s, [2, 6, 3, 7])),
        save(0, pick(a, b, [0, 1, 4, 5])),
        save(1, pick(a, b, [2, 3, 6, 7])),
        save(2, pick(c, d, [0, 1, 4, 5])),
        save(3, pick(c, d, [2, 3, 6, 7])),
      );
    };
    return repeat(
      blockCount,
      blocks,
      set(start, from),
      set(put, to),
      repeat(
        count,
        strips,
        ...range(2).map((half) =>
          block(
            set(address, start),
            ...values.map((value, i) =>
              i < rows
                ? block(set(value, load(address, 16 * half)), step(address, fromRow))
                : set(value, four(0)),
            ),
            ...range(quarters).map((part) => quarter(half, 4 * part)),
          ),
        ),
        step(start, fromStrip),
        step(put, constant(32 * wide)),
      ),
      step(from, fromBlock),
      step(to, toBlock),
    );
  },
});

/**
 * For convolutions: c[i, j] += sum over lines and columns of x[offset i + ...] y[j ...], on whole planes with lines of
 * their own lengths. The last vector of a line is masked.
 */
export const dotParameters = [
  'x',
  'offsets', // the address of a table: where each i begins
  'y',
  'yRow', // from plane j to j + 1
  'c',
  'cRow',
  'cColumn',
  'lines',
  'xLine',
  'yLine',
  'vectors', // of a line, without the last
  'mask',
  'iBlocks',
  'jBlocks',
] as const;

export const dot = (rows: 1 | 2 | 3 | 4, columns: 1 | 2): Source => ({
  parameters: dotParameters.length,
  body: (
    [x, offsets, y, yRow, c, cRow, cColumn, lines, xLine, yLine, vectors, mask, iBlocks, jBlocks],
    fresh,
  ): Statement => {
    const [table, ci, cj, yj, row] = locals(fresh, 5);
    const [iCount, jCount, lineCount, vectorCount] = locals(fresh, 4);
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
            // beyond the edge x may be anything, even not a number
            set(value, masked ? and(load(atX[i]), edge) : load(atX[i])),
            ...of.map((sum, j) => set(sum, add(sum, mul(value, ys[j])))),
          ),
        ),
      );
    const next = (addresses: readonly Local<'i32'>[]): Statement =>
      block(...addresses.map((address) => step(address, constant(16))));
    const total = (sum: Local<'v128'>): Statement =>
      block(
        set(sum, add(sum, pick(sum, sum, [2, 3, 2, 3]))),
        set(sum, add(sum, pick(sum, sum, [1, 1, 1, 1]))),
      );
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
              ...(i === 0 ? [set(row, ci)] : [step(row, cRow)]),
              ...of.map((sum, j) =>
                block(
                  total(sum),
                  j === 0
                    ? store(row, 0, add(loadOne(row), sum), 1)
                    : block(set(value, sum), storeSum(plus(row, cColumn), value)),
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

const storeSum = (address: ReturnType<typeof plus>, value: Local<'v128'>): Statement =>
  store(address, 0, add(loadOne(address), value), 1);

/**
 * Sums of planes: to[plane] += the sum over `outer` strips (or one whole plane) of so many vectors and one masked
 * vector.
 */
export const sumParameters = ['from', 'plane', 'strip', 'to', 'planes', 'strips', 'vectors', 'mask'] as const;

export const sumPlanes = (): Source => ({
  parameters: sumParameters.length,
  body: ([from, plane, strip, to, planes, strips, vectors, mask], fresh): Statement => {
    const [planeCount, stripCount, vectorCount, address, start] = locals(fresh, 5);
    const [sum, edge] = [fresh.v128(), fresh.v128()];
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
          repeat(vectorCount, vectors, set(sum, add(sum, load(address))), step(address, constant(16))),
          set(sum, add(sum, and(load(address), edge))),
          step(start, strip),
        ),
        set(sum, add(sum, pick(sum, sum, [2, 3, 2, 3]))),
        set(sum, add(sum, pick(sum, sum, [1, 1, 1, 1]))),
        store(to, 0, add(loadOne(to), sum), 1),
        step(to, constant(4)),
        step(from, plane),
      ),
    );
  },
});
