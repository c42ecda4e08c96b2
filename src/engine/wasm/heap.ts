/** The values of tensors on the heap of the wasm backend. Views end when memory grows: take them after all outputs. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** The number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Elements to step for each axis of a row-major tensor. */
export const stridesOf = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
};

/** The whole heap, found through any tensor on it; another buffer after memory has grown. */
export const heapBuffer = (backend: BackendWasm, x: TensorInfo): ArrayBufferLike =>
  backend.typedArrayFromHeap(x).buffer;

/** The values of a float32 tensor, in place. */
export const floats = (backend: BackendWasm, x: TensorInfo): Float32Array =>
  new Float32Array(heapBuffer(backend, x), backend.getMemoryOffset(x.dataId), sizeOf(x.shape));

/** The values of an int32 tensor, in place. */
export const integers = (backend: BackendWasm, x: TensorInfo): Int32Array =>
  new Int32Array(heapBuffer(backend, x), backend.getMemoryOffset(x.dataId), sizeOf(x.shape));

/** The same values under another shape: no copy; to be disposed like any output. */
export const shared = (backend: BackendWasm, x: TensorInfo, shape: number[] = x.shape): TensorInfo => {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape, dtype: x.dtype };
};

/** Frees the temporary tensors of a kernel. */
export const release = (backend: BackendWasm, ...used: readonly TensorInfo[]): void => {
  for (const { dataId } of used) backend.disposeData(dataId);
};

/** Bytes of one element on the heap: bool takes one, numbers four. */
export const bytesPerElement = (dtype: DataType): 1 | 4 => (dtype === 'bool' ? 1 : 4);
