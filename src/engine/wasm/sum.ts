/** Sum over leading axes, the gradient of every bias: one pass over the rows instead of a transposition. */

import type { SumAttrs, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { register, stock } from '../seam.js';
import { floats, sizeOf } from './heap.js';

/** Column sums are kept in double precision: a bias gradient adds tens of thousands of rows. */
const sumRows = (x: Float32Array, columns: number, out: Float32Array): void => {
  const sums = new Float64Array(columns);
  for (let row = 0; row < x.length; row += columns) {
    for (let j = 0; j < columns; j++) sums[j] += x[row + j];
  }
  out.set(sums);
};

export const installSum = (): void => {
  const sum = stock<{ x: TensorInfo }, SumAttrs>('Sum');
  register<{ x: TensorInfo }, SumAttrs>('Sum', ({ x }, attrs, backend) => {
    const axes = tf.util.parseAxisParam(attrs.axis, x.shape);
    const leading =
      axes.length < x.shape.length && [...axes].sort((a, b) => a - b).every((axis, i) => axis === i);
    if (!leading || x.dtype !== 'float32' || sizeOf(x.shape) === 0) return sum({ x }, attrs, backend);
    const kept = x.shape.slice(axes.length);
    const out = backend.makeOutput(attrs.keepDims ? [...axes.map(() => 1), ...kept] : kept, 'float32');
    sumRows(floats(backend, x), sizeOf(kept), floats(backend, out));
    return out;
  });
};
