/**
 * Laying out the factors of a product so that the panels read them one value after the other. If columns are not a
 * multiple of four, memory after a row is packed along with it (up to 28 bytes beyond the last); those sums are never
 * stored.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { copyRows } from './copy.js';
import { panelColumns, tileRows } from './panel.js';

const bytes = 4;

/** Floats a packed panel takes for each row of the right factor: whole vectors. */
const panelWidth = (columns: number): number => (columns > 4 ? panelColumns : 4);

/** A matrix on the heap: bytes from one row and from one column to the next. */
export interface Matrix {
  readonly address: number;
  readonly row: number;
  readonly column: number;
}

/** The address of an element. */
export const elementOf = ({ address, row, column }: Matrix, i: number, j: number): number =>
  address + i * row + j * column;

/** Bytes that a packed block of the right factor takes. */
export const rightBytes = (depth: number, columns: number): number =>
  Math.ceil(columns / panelColumns) * panelColumns * depth * bytes;

/** The address of one panel of the packed right factor. */
export const rightPanel = (packed: number, depth: number, columnsBefore: number): number =>
  packed + columnsBefore * depth * bytes;

/**
 * The right factor, [depth, columns], as panels of eight columns, in each panel row after row. A transposed factor,
 * whose columns are not contiguous, is gathered value by value; such factors are weights, and small.
 */
export const packRight = (
  backend: BackendWasm,
  heap: Float32Array,
  right: Matrix,
  depth: number,
  columns: number,
  packed: number,
): void => {
  for (let first = 0; first < columns; first += panelColumns) {
    const count = Math.min(panelColumns, columns - first);
    const width = panelWidth(count);
    const to = rightPanel(packed, depth, first);
    if (right.column === bytes) {
      copyRows(backend, width)(elementOf(right, 0, first), right.row, to, width * bytes, depth);
    } else {
      for (let j = 0; j < width; j++) {
        const from = elementOf(right, 0, first + j) / bytes;
        const step = right.row / bytes;
        for (let k = 0; k < depth; k++)
          heap[to / bytes + k * width + j] = j < count ? heap[from + k * step] : 0;
      }
    }
  }
};

/** Bytes that a packed block of the transposed left factor takes. */
export const leftBytes = (depth: number, rows: number): number => rows * depth * bytes;

/** The left factor of a transposed product, stored [depth, rows], in groups of four rows, in each value after value. */
export const packLeft = (
  backend: BackendWasm,
  stored: Matrix,
  depth: number,
  rows: number,
  packed: number,
): void => {
  for (let first = 0; first < rows; first += tileRows) {
    const count = Math.min(tileRows, rows - first);
    const to = packed + first * depth * bytes;
    copyRows(backend, count)(elementOf(stored, 0, first), stored.row, to, count * bytes, depth);
  }
};
