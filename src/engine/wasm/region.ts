/** Copying a rectangular region of one tensor into a region of another, as raw bits. */

import type { TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { bytesPerElement, heapBuffer, stridesOf } from './heap.js';

/** A region's corner in a tensor. */
export interface Corner {
  readonly of: TensorInfo;
  readonly begin: readonly number[];
}

/** Shorter runs are copied element by element, which costs less than a call of copyWithin. */
const shortRun = 24;

/** Copies `size` elements along each axis from one corner to another; both tensors have the same type and rank. */
export const copyRegion = (backend: BackendWasm, from: Corner, to: Corner, size: readonly number[]): void => {
  if (size.includes(0)) return;
  const width = bytesPerElement(from.of.dtype);
  const buffer = heapBuffer(backend, to.of);
  const heap = width === 1 ? new Uint8Array(buffer) : new Int32Array(buffer);
  const fromStrides = stridesOf(from.of.shape);
  const toStrides = stridesOf(to.of.shape);
  const start = (corner: Corner, strides: readonly number[]): number =>
    backend.getMemoryOffset(corner.of.dataId) / width +
    strides.reduce((a, s, i) => a + s * corner.begin[i], 0);
  // axes that lie contiguously in both tensors are copied as one run
  let run = 1;
  let axes = size.length;
  while (axes > 0 && fromStrides[axes - 1] === run && toStrides[axes - 1] === run) {
    axes--;
    run *= size[axes];
  }
  const copyRun = (source: number, target: number): void => {
    if (run > shortRun) heap.copyWithin(target, source, source + run);
    else for (let i = 0; i < run; i++) heap[target + i] = heap[source + i];
  };
  const copyAxis = (axis: number, source: number, target: number): void => {
    if (axis === axes) {
      copyRun(source, target);
      return;
    }
    const fromStep = fromStrides[axis];
    const toStep = toStrides[axis];
    const count = size[axis];
    if (axis === axes - 1 && run <= shortRun) {
      for (let n = 0; n < count; n++) {
        for (let i = 0; i < run; i++) heap[target + n * toStep + i] = heap[source + n * fromStep + i];
      }
      return;
    }
    for (let n = 0; n < count; n++) copyAxis(axis + 1, source + n * fromStep, target + n * toStep);
  };
  copyAxis(0, start(from, fromStrides), start(to, toStrides));
};
