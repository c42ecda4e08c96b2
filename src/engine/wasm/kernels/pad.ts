/** PadV2: fills, then copies rows, where the wasm backend places value by value. */

import type { PadV2Attrs, TensorInfo } from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { floats, sizeOf } from '../heap.js';
import { copyRegion } from '../region.js';

export const installPad = (): void => {
  const pad = stock<{ x: TensorInfo }, PadV2Attrs>('PadV2');
  register<{ x: TensorInfo }, PadV2Attrs>('PadV2', ({ x }, attrs, backend) => {
    if (x.dtype !== 'float32' || sizeOf(x.shape) === 0) return pad({ x }, attrs, backend);
    const { paddings, constantValue } = attrs;
    const shape = x.shape.map((n, i) => paddings[i][0] + n + paddings[i][1]);
    const out = backend.makeOutput(shape, 'float32');
    floats(backend, out).fill(constantValue);
    const begin = paddings.map(([before]) => before);
    copyRegion(backend, { of: x, begin: shape.map(() => 0) }, { of: out, begin }, x.shape);
    return out;
  });
};
