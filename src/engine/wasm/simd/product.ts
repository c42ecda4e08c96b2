/** Matrix products on the heap, blocked for the caches: C = A B, with either factor transposed, bias and ReLU. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { partsTogether } from './carry.js';
import { leftBytes, type Matrix, packLeft, packRight, rightBytes, rightPanel } from './pack.js';
import { type Onto, panelColumns, panels, tileRows } from './panel.js';
import { withScratch } from './scratch.js';

/** A product to do; `left` is [m, k] and `right` [k, n] as multiplied, whichever way they are stored. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly left: Matrix;
  readonly right: Matrix;
  /** Address of the result, [m, n], row by row. */
  readonly result: number;
  /** Address of n biases. */
  readonly bias?: number;
  readonly relu?: boolean;
}

const bytes = 4;
/** Values summed at a time: a packed panel (8 columns) of the right factor is 16 KiB, half of a level-1 cache. */
const depthBlock = 512;
/** With a packed left factor both are streamed from the level-2 cache, so less at a time. */
const depthBlockPacked = 128;
/** Columns whose packed panels are kept at once: at most 1 MiB, the level-2 cache. */
const columnBlock = 512;
const rowBlock = 128;
const rowBlockPacked = 256;

/** A total cut into blocks of a size, the last one smaller. */
export const blocks = (total: number, size: number): { readonly start: number; readonly count: number }[] =>
  Array.from({ length: Math.ceil(total / size) }, (_, i) => ({
    start: i * size,
    count: Math.min(size, total - i * size),
  }));

/**
 * Does the product. The order of every sum is fixed by the sizes alone, so the result is the same to the bit. Sums of
 * many values, such as the gradient of a weight over all pixels, are continued in double precision.
 */
export const multiply = (backend: BackendWasm, product: Product): void => {
  const { m, k, n, left, right, result, bias, relu = false } = product;
  const longest = partsTogether * depthOf(left, k);
  if (k <= longest) {
    multiplyTogether(backend, product);
    return;
  }
  const totals = new Float64Array(m * n);
  const first = result / bytes;
  for (const { start, count } of blocks(k, longest)) {
    multiplyTogether(backend, {
      m,
      k: count,
      n,
      left: { ...left, address: left.address + start * left.column },
      right: { ...right, address: right.address + start * right.row },
      result,
    });
    withScratch(backend, bytes, (_, heap) => {
      for (let i = 0; i < totals.length; i++) totals[i] += heap[first + i];
    });
  }
  withScratch(backend, bytes, (_, heap) => {
    if (bias !== undefined) for (let i = 0; i < totals.length; i++) totals[i] += heap[bias / bytes + (i % n)];
    for (let i = 0; i < totals.length; i++) heap[first + i] = relu ? Math.max(totals[i], 0) : totals[i];
  });
};

/** Longer sums than this are over pixels or samples, not over features. */
const mostFeatures = 2048;

/** Values that are summed at a time. */
const depthOf = (left: Matrix, k: number): number =>
  left.column === bytes && k <= mostFeatures ? depthBlock : depthBlockPacked;

const multiplyTogether = (backend: BackendWasm, product: Product): void => {
  const { m, k, n, left, right, result, bias, relu = false } = product;
  const packed = left.column !== bytes;
  const depth = depthOf(left, k);
  const rows = packed ? rowBlockPacked : rowBlock;
  const rightSize = rightBytes(Math.min(k, depth), Math.min(n, columnBlock));
  const leftSize = packed ? leftBytes(Math.min(k, depth), Math.min(m, rows)) : 0;
  withScratch(backend, rightSize + leftSize, (scratch, heap) => {
    const packedLeft = scratch + rightSize;
    for (const columns of blocks(n, columnBlock)) {
      const strips = blocks(columns.count, panelColumns);
      for (const part of blocks(k, depth)) {
        const rightPart = {
          ...right,
          address: right.address + part.start * right.row + columns.start * right.column,
        };
        packRight(backend, heap, rightPart, part.count, columns.count, scratch);
        const onto: Onto = part.start > 0 ? 'result' : bias === undefined ? 'nothing' : 'bias';
        const run = panels(backend, packed ? 'columns' : 'rows', onto, relu && part.start + part.count === k);
        for (const band of blocks(m, rows)) {
          const address = left.address + band.start * left.row + part.start * left.column;
          if (packed) {
            packLeft(
              backend,
              { address, row: left.column, column: left.row },
              part.count,
              band.count,
              packedLeft,
            );
          }
          for (const strip of strips) {
            for (const tiles of tilesOf(band.count)) {
              const column = columns.start + strip.start;
              run[tiles.rows][strip.count]({
                a: packed ? packedLeft + tiles.start * part.count * bytes : address + tiles.start * left.row,
                aStride: packed ? tiles.rows * bytes : left.row,
                aTile: packed ? tileRows * part.count * bytes : tileRows * left.row,
                aSegment: 0,
                aOuter: 0,
                segments: 1,
                run: part.count,
                b: rightPanel(scratch, part.count, strip.start),
                bias: (bias ?? 0) + column * bytes,
                c: result + ((band.start + tiles.start) * n + column) * bytes,
                cRow: n * bytes,
                cTile: tileRows * n * bytes,
                cOuter: 0,
                tiles: tiles.count,
                outer: 1,
              });
            }
          }
        }
      }
    }
  });
};

/** Rows in whole tiles, then the rest as one smaller tile. */
export const tilesOf = (
  rows: number,
): readonly { readonly rows: number; readonly start: number; readonly count: number }[] => {
  const whole = Math.floor(rows / tileRows);
  const over = rows % tileRows;
  return [
    ...(whole > 0 ? [{ rows: tileRows, start: 0, count: whole }] : []),
    ...(over > 0 ? [{ rows: over, start: whole * tileRows, count: 1 }] : []),
  ];
};
