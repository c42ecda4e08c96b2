/**
 * Sum and Mean. The wasm backend transposes to sum over leading axes, and adds one float to the next: over the 16,384
 * pixels of a small batch a mean loss is then wrong in the fifth digit. Here sums are continued in double precision.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MeanAttrs, SumAttrs, TensorInfo, TransposeAttrs } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { floats, release, sizeOf } from '../heap.js';
import { columnSums, runSum } from '../simd/sums.js';

/** Fewer values than this are summed in JavaScript, because a native pass costs more to set up. */
const few = 4096;

/** Sums of [outer, middle, inner] over the middle, times a scale. */
const sumMiddle = (
  backend: BackendWasm,
  x: TensorInfo,
  [outer, middle, inner]: readonly number[],
  out: TensorInfo,
  scale: number,
): void => {
  const address = backend.getMemoryOffset(x.dataId);
  if (inner > 1 && middle * inner >= few) {
    for (let i = 0; i < outer; i++) {
      const sums = columnSums(backend, address + i * middle * inner * 4, middle, inner);
      const target = floats(backend, out);
      for (let j = 0; j < inner; j++) target[i * inner + j] = sums[j] * scale;
    }
    return;
  }
  const values = floats(backend, x);
  const target = floats(backend, out);
  for (let i = 0; i < outer; i++) {
    const start = i * middle * inner;
    if (inner === 1) target[i] = runSum(values, start, middle) * scale;
    else {
      for (let j = 0; j < inner; j++) {
        let sum = 0;
        for (let m = 0; m < middle; m++) sum += values[start + m * inner + j];
        target[i * inner + j] = sum * scale;
      }
    }
  }
};

const reduced = (
  backend: BackendWasm,
  x: TensorInfo,
  axes: readonly number[],
  keepDims: boolean,
  scale: number,
): TensorInfo => {
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const out = backend.makeOutput(
    keepDims ? x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)) : kept,
    'float32',
  );
  const [first, last] = [Math.min(...axes), Math.max(...axes)];
  if (last - first + 1 === axes.length) {
    const parts = [x.shape.slice(0, first), x.shape.slice(first, last + 1), x.shape.slice(last + 1)];
    sumMiddle(backend, x, parts.map(sizeOf), out, scale);
    return out;
  }
  const others = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const turned = stock<{ x: TensorInfo }, TransposeAttrs>('Transpose')(
    { x },
    { perm: [...others, ...axes] },
    backend,
  );
  const inner = sizeOf(axes.map((axis) => x.shape[axis]));
  sumMiddle(backend, turned, [sizeOf(kept), inner, 1], out, scale);
  release(backend, turned);
  return out;
};

export const installSum = (): void => {
  const install = (name: 'Sum' | 'Mean', scaleOf: (count: number) => number): void => {
    const plain = stock<{ x: TensorInfo }, SumAttrs | MeanAttrs>(name);
    register<{ x: TensorInfo }, SumAttrs | MeanAttrs>(name, ({ x }, attrs, backend) => {
      const axes = tf.util.parseAxisParam(attrs.axis, x.shape);
      if (axes.length === 0 || x.dtype !== 'float32' || sizeOf(x.shape) === 0) {
        return plain({ x }, attrs, backend);
      }
      const count = sizeOf(axes.map((axis) => x.shape[axis]));
      return reduced(backend, x, axes, attrs.keepDims, scaleOf(count));
    });
  };
  install('Sum', () => 1);
  install('Mean', (count) => 1 / count);
};
