/** Copying a rectangular region of one tensor into a region of another, as raw bits. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { bytesPerElement, stridesOf } from './heap.js';
import { copyLongRows, copyRows, shortRow } from './simd/copy.js';

/** A region's corner in a tensor. */
export interface Corner {
  readonly of: TensorInfo;
  readonly begin: readonly number[];
}

/** A region by its first element and the elements to step along each axis. */
export interface Strided {
  readonly of: TensorInfo;
  readonly offset: number;
  readonly strides: readonly number[];
}

const strided = ({ of, begin }: Corner): Strided => {
  const strides = stridesOf(of.shape);
  return { of, offset: strides.reduce((sum, stride, i) => sum + stride * begin[i], 0), strides };
};

/** Copies `size` elements along each axis from one corner to another; both tensors have the same type and rank. */
export const copyRegion = (backend: BackendWasm, from: Corner, to: Corner, size: readonly number[]): void =>
  copyRegionStrided(backend, strided(from), strided(to), size);

/** The same for arbitrary axis orders, equal on both sides. */
export const copyRegionStrided = (
  backend: BackendWasm,
  from: Strided,
  to: Strided,
  size: readonly number[],
): void => {
  if (size.includes(0)) return;
  const width = bytesPerElement(from.of.dtype);
  const address = ({ of, offset }: Strided): number => backend.getMemoryOffset(of.dataId) + offset * width;
  // axes that are contiguous in both are copied as one run, and the axis before them in one call
  let run = 1;
  let outer = size.length;
  while (outer > 0 && from.strides[outer - 1] === run && to.strides[outer - 1] === run) {
    outer--;
    run *= size[outer];
  }
  const last = outer - 1;
  const [fromStep, toStep, count] =
    last < 0 ? [0, 0, 1] : [from.strides[last] * width, to.strides[last] * width, size[last]];
  const copyRuns =
    width === 4 && run <= shortRow
      ? copyRows(backend, run)
      : (a: number, b: number, c: number, d: number, n: number) =>
          copyLongRows(backend)(a, b, c, d, n, run * width);
  const copyAxis = (axis: number, source: number, target: number): void => {
    if (axis >= last) {
      copyRuns(source, fromStep, target, toStep, count);
      return;
    }
    const [a, b] = [from.strides[axis] * width, to.strides[axis] * width];
    for (let n = 0; n < size[axis]; n++) copyAxis(axis + 1, source + n * a, target + n * b);
  };
  copyAxis(0, address(from), address(to));
};
