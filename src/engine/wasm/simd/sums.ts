/** Sums of floats, kept in double precision from block to block: the order is fixed by the sizes alone. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { add, block, four, load, repeat, set, step, store } from './code.js';
import type { Source } from './module.js';
import { native } from './native.js';
import { withScratch } from './scratch.js';

const bytes = 4;
/** Columns summed at once: sixteen floats, a line of the cache. */
const vectorsAtOnce = 4;
/** Rows summed in single precision before the sums go on in double precision. */
const rowBlock = 64;

/** to[j] = sum over `rows` rows of from[row * stride + j], for `vectors` vectors of four columns. */
const source = (vectors: number): Source => ({
  parameters: 4,
  body: ([from, stride, to, rows], fresh) => {
    const sums = Array.from({ length: vectors }, fresh.v128);
    return block(
      ...sums.map((sum) => set(sum, four(0))),
      repeat(
        fresh.i32(),
        rows,
        ...sums.map((sum, v) => set(sum, add(sum, load(from, 16 * v)))),
        step(from, stride),
      ),
      ...sums.map((sum, v) => store(to, 16 * v, sum)),
    );
  },
});

/**
 * The sums of the columns of a matrix [rows, columns] at an address. It may read up to 12 bytes beyond the matrix, as
 * panels do.
 */
export const columnSums = (
  backend: BackendWasm,
  address: number,
  rows: number,
  columns: number,
): Float64Array => {
  const vectors = Math.ceil(columns / 4);
  const sums = new Float64Array(columns);
  withScratch(backend, vectors * 16, (scratch, heap) => {
    for (let row = 0; row < rows; row += rowBlock) {
      for (let v = 0; v < vectors; v += vectorsAtOnce) {
        const width = Math.min(vectorsAtOnce, vectors - v);
        const run = native(backend, `columnSums ${width}`, () => source(width));
        const from = address + (row * columns + 4 * v) * bytes;
        run(from, columns * bytes, scratch + 16 * v, Math.min(rowBlock, rows - row));
      }
      for (let j = 0; j < columns; j++) sums[j] += heap[scratch / bytes + j];
    }
  });
  return sums;
};

/** The sum of a part of an array. */
export const runSum = (values: Float32Array, start: number, count: number): number => {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = start + count - (count % 4);
  for (let i = start; i < whole; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (let i = whole; i < start + count; i++) a += values[i];
  return a + b + (c + d);
};
