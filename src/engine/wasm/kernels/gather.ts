/**
 * GatherV2: the wasm backend computes the index of every single value; here neighbouring entries are copied together.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { GatherV2Attrs, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { heapBuffer, integers, sizeOf } from '../heap.js';

/** A run of entries that are contiguous both in the input and in the result: its first index and its length. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

const runsOf = (indices: Int32Array): readonly Run[] => {
  const runs: Run[] = [];
  let begin = 0;
  for (let i = 1; i <= indices.length; i++)
    if (i === indices.length || indices[i] !== indices[i - 1] + 1) {
      runs.push({ from: indices[begin], to: begin, length: i - begin });
      begin = i;
    }
  return runs;
};

/** The number of words from which copying a block is faster than a loop over its words. */
const longBlock = 32;

/** out[o, i, ...] = x[o, indices[i], ...], as raw bits. */
const entries = (backend: BackendWasm, x: TensorInfo, indices: TensorInfo, axis: number): TensorInfo => {
  const count = indices.shape[0];
  const shape = x.shape.map((n, i) => (i === axis ? count : n));
  const out = backend.makeOutput(shape, x.dtype);
  const words = new Int32Array(heapBuffer(backend, x));
  const [source, target] = [x, out].map(({ dataId }) => backend.getMemoryOffset(dataId) / 4);
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  const runs = runsOf(integers(backend, indices));
  for (let o = 0; o < outer; o++)
    for (const { from, to, length } of runs) {
      const a = source + (o * x.shape[axis] + from) * inner;
      const b = target + (o * count + to) * inner;
      const block = length * inner;
      if (block >= longBlock) words.copyWithin(b, a, a + block);
      else for (let k = 0; k < block; k++) words[b + k] = words[a + k];
    }
  return out;
};

export const installGather = (): void => {
  const gather = stock<{ x: TensorInfo; indices: TensorInfo }, GatherV2Attrs>('GatherV2');
  register<{ x: TensorInfo; indices: TensorInfo }, GatherV2Attrs>(
    'GatherV2',
    ({ x, indices }, attrs, backend) => {
      const axis = tf.util.parseAxisParam(attrs.axis, x.shape)[0];
      const isPlain =
        attrs.batchDims === 0 &&
        indices.shape.length === 1 &&
        indices.dtype === 'int32' &&
        (x.dtype === 'float32' || x.dtype === 'int32') &&
        integers(backend, indices).every((index) => index >= 0 && index < x.shape[axis]);
      return isPlain ? entries(backend, x, indices, axis) : gather({ x, indices }, attrs, backend);
    },
  );
};
