/** Transpose: axes that stay neighbours are moved as one, and the innermost two are transposed in blocks. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo, TransposeAttrs } from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { heapBuffer, shared, sizeOf, stridesOf } from '../heap.js';
import { copyRegionStrided } from '../region.js';
import { copyRows } from '../simd/copy.js';
import { turn } from '../simd/transpose.js';

/** An output axis: its length, and elements to step in the input and in the output. */
interface Axis {
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** The output's axes without those of length 1; neighbours that are neighbours in the input too are merged into one. */
const mergedAxes = (shape: readonly number[], perm: readonly number[]): Axis[] => {
  const inputStrides = stridesOf(shape);
  const outputStrides = stridesOf(perm.map((axis) => shape[axis]));
  const merged: Axis[] = [];
  for (const [i, axis] of perm.entries()) {
    const [length, from, to] = [shape[axis], inputStrides[axis], outputStrides[i]];
    if (length === 1) continue;
    const before = merged[merged.length - 1];
    if (before?.from === from * length)
      merged[merged.length - 1] = { length: before.length * length, from, to };
    else merged.push({ length, from, to });
  }
  return merged;
};

const bytes = 4;
/** Matrices with fewer rows or columns than this are not transposed in blocks: it would not be faster. */
const small = 4;
/**
 * The number of elements taken along the longest axis at a time, so that they and their neighbours stay in the
 * level-2 cache.
 */
const blockLength = 256;

/** Element by element, the longest axis innermost. */
const moveAll = (backend: BackendWasm, x: TensorInfo, out: TensorInfo, axes: readonly Axis[]): void => {
  const copy = copyRows(backend, 1);
  const longest = axes.reduce((a, b) => (b.length > a.length ? b : a));
  const others = axes.filter((axis) => axis !== longest);
  const visit = (axis: number, count: number, from: number, to: number): void => {
    if (axis === others.length) {
      copy(from, longest.from * bytes, to, longest.to * bytes, count);
      return;
    }
    const { length, from: step, to: stepOut } = others[axis];
    for (let i = 0; i < length; i++)
      visit(axis + 1, count, from + i * step * bytes, to + i * stepOut * bytes);
  };
  const [source, target] = [x, out].map(({ dataId }) => backend.getMemoryOffset(dataId));
  for (let i = 0; i < longest.length; i += blockLength) {
    const count = Math.min(blockLength, longest.length - i);
    visit(0, count, source + i * longest.from * bytes, target + i * longest.to * bytes);
  }
};

/** The input is contiguous along another axis than the output, so there are matrices to transpose. */
const turnAll = (backend: BackendWasm, x: TensorInfo, out: TensorInfo, axes: readonly Axis[]): void => {
  const heap = new Int32Array(heapBuffer(backend, out));
  const rows = axes[axes.length - 1];
  const columns = axes.find(({ from }) => from === 1) ?? rows;
  if (Math.min(rows.length, columns.length) < small) {
    moveAll(backend, x, out, axes);
    return;
  }
  const others = axes.filter((axis) => axis !== rows && axis !== columns);
  const visit = (axis: number, from: number, to: number): void => {
    if (axis < others.length) {
      const { length, from: step, to: stepOut } = others[axis];
      for (let i = 0; i < length; i++) visit(axis + 1, from + i * step * bytes, to + i * stepOut * bytes);
      return;
    }
    turn(backend, heap, {
      from,
      fromRow: rows.from * bytes,
      rows: rows.length,
      columns: columns.length,
      to,
      toRow: columns.to * bytes,
    });
  };
  visit(0, backend.getMemoryOffset(x.dataId), backend.getMemoryOffset(out.dataId));
};

export const installTranspose = (): void => {
  const transpose = stock<{ x: TensorInfo }, TransposeAttrs>('Transpose');
  register<{ x: TensorInfo }, TransposeAttrs>('Transpose', ({ x }, { perm }, backend) => {
    if (x.dtype === 'bool' || x.dtype === 'string' || x.dtype === 'complex64') {
      return transpose({ x }, { perm }, backend);
    }
    const shape = perm.map((axis) => x.shape[axis]);
    const axes = mergedAxes(x.shape, perm);
    if (axes.length <= 1) return shared(backend, x, shape);
    const out = backend.makeOutput(shape, x.dtype);
    if (sizeOf(shape) === 0) return out;
    if (axes[axes.length - 1].from === 1) {
      copyRegionStrided(
        backend,
        { of: x, offset: 0, strides: axes.map(({ from }) => from) },
        { of: out, offset: 0, strides: axes.map(({ to }) => to) },
        axes.map(({ length }) => length),
      );
    } else turnAll(backend, x, out, axes);
    return out;
  });
};
