/** Convolutions as products over panels: no columns of image patches are ever written out. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { carried } from './carry.js';
import { type Matrix, packRight, rightBytes, rightPanel } from './pack.js';
import { panelColumns, panels } from './panel.js';
import { blocks, tilesOf } from './product.js';
import { withScratch } from './scratch.js';

const bytes = 4;

/** Sizes of a convolution over an image [batch, height, width, from] that is padded already. */
export interface Sizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Addresses of a forward convolution; the filter is [kernelHeight, kernelWidth, from, to]. */
export interface Forward extends Sizes {
  readonly image: number;
  readonly filter: number;
  readonly result: number;
  readonly bias?: number;
  readonly relu?: boolean;
}

const contiguous = (address: number, columns: number): Matrix => ({
  address,
  row: columns * bytes,
  column: bytes,
});

/**
 * result[b, y, x, :] = sum over i of image[b, y s + i, x s ... x s + kernelWidth - 1, :] · filter[i, :, :, :]. In an
 * image whose channels come last, the values under one row of the kernel lie one after the other: each is one segment
 * of a row of the left factor.
 */
export const convolve = (backend: BackendWasm, s: Forward): void => {
  const depth = s.kernelHeight * s.kernelWidth * s.from;
  const run = panels(backend, 'rows', s.bias === undefined ? 'nothing' : 'bias', s.relu ?? false);
  const pixel = s.from * bytes;
  const imageRow = s.width * pixel;
  const resultPixel = s.to * bytes;
  withScratch(backend, rightBytes(depth, s.to), (packed, heap) => {
    packRight(backend, heap, contiguous(s.filter, s.to), depth, s.to, packed);
    for (let b = 0; b < s.batch; b++) {
      for (const strip of blocks(s.to, panelColumns)) {
        for (const tiles of tilesOf(s.outWidth)) {
          run[tiles.rows][strip.count]({
            a: s.image + b * s.height * imageRow + tiles.start * s.strideWidth * pixel,
            aStride: s.strideWidth * pixel,
            aTile: tiles.rows * s.strideWidth * pixel,
            aSegment: imageRow,
            aOuter: s.strideHeight * imageRow,
            segments: s.kernelHeight,
            run: s.kernelWidth * s.from,
            b: rightPanel(packed, depth, strip.start),
            bias: (s.bias ?? 0) + strip.start * bytes,
            c: s.result + (b * s.outHeight * s.outWidth + tiles.start) * resultPixel + strip.start * bytes,
            cRow: resultPixel,
            cTile: tiles.rows * resultPixel,
            cOuter: s.outWidth * resultPixel,
            tiles: tiles.count,
            outer: s.outHeight,
          });
        }
      }
    }
  });
};

/** Addresses of the gradient by the filter; `gradient` is [batch, outHeight, outWidth, to]. */
export interface ByFilter extends Sizes {
  readonly image: number;
  readonly gradient: number;
  readonly result: number;
}

/**
 * result[i, j, c, o] = sum over b, y, x of image[b, y s + i, x s + j, c] gradient[b, y, x, o]: for each row i of the
 * kernel a product with a transposed left factor, whose columns are pixels and whose segments are image rows.
 */
export const convolveByFilter = (backend: BackendWasm, s: ByFilter): void => {
  const fresh = panels(backend, 'columns', 'nothing', false);
  const onto = panels(backend, 'columns', 'result', false);
  const pixel = s.from * bytes;
  const imageRow = s.width * pixel;
  const across = s.kernelWidth * s.from;
  const parts = partsOf(s);
  const most = Math.max(...parts.map(({ rows, columns }) => rows * columns));
  const size = s.kernelHeight * across * s.to;
  withScratch(backend, rightBytes(most, s.to), (packed, heap) =>
    carried(heap, { address: s.result, size }, s.batch * parts.length, (number, isFresh) => {
      const b = Math.floor(number / parts.length);
      const { row, rows, column, columns } = parts[number % parts.length];
      const depth = rows * columns;
      const gradient = s.gradient + ((b * s.outHeight + row) * s.outWidth + column) * s.to * bytes;
      packRight(backend, heap, contiguous(gradient, s.to), depth, s.to, packed);
      const run = isFresh ? fresh : onto;
      const first = (b * s.height + row * s.strideHeight) * imageRow + column * s.strideWidth * pixel;
      for (let i = 0; i < s.kernelHeight; i++) {
        for (const strip of blocks(s.to, panelColumns)) {
          for (const tiles of tilesOf(across)) {
            run[tiles.rows][strip.count]({
              a: s.image + first + i * imageRow + tiles.start * bytes,
              aStride: s.strideWidth * pixel,
              aTile: tiles.rows * bytes,
              aSegment: s.strideHeight * imageRow,
              aOuter: 0,
              segments: rows,
              run: columns,
              b: rightPanel(packed, depth, strip.start),
              bias: 0,
              c: s.result + ((i * across + tiles.start) * s.to + strip.start) * bytes,
              cRow: s.to * bytes,
              cTile: tiles.rows * s.to * bytes,
              cOuter: 0,
              tiles: tiles.count,
              outer: 1,
            });
          }
        }
      }
    }),
  );
};

/** Pixels of a gradient that are summed in single precision at a time. */
const pixelsTogether = 128;

/** The pixels of an image in parts, each of several whole rows or of a piece of one row. */
const partsOf = ({ outHeight, outWidth }: Sizes) => {
  const columns = blocks(outWidth, pixelsTogether);
  const rows = blocks(outHeight, Math.max(1, Math.floor(pixelsTogether / outWidth)));
  return rows.flatMap((band) =>
    columns.map((piece) => ({
      row: band.start,
      rows: band.count,
      column: piece.start,
      columns: piece.count,
    })),
  );
};
