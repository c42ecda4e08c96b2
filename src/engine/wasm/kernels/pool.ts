/**
 * MaxPool and AvgPool where values are not finite or near the largest float: the wasm backend's own give -Infinity for
 * a window that holds a NaN.
 */

import type { MaxPoolAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { four } from '../convolution.js';
import { floats } from '../heap.js';

/** Sums of windows stay finite below this. */
const large = 1e34;

const ordinary = (values: Float32Array): boolean => {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]) < large)) return false;
  return true;
};

export const installPool = (): void => {
  const install = (
    name: 'MaxPool' | 'AvgPool',
    start: number,
    join: (a: number, b: number) => number,
    end: (joined: number, count: number) => number,
  ): void => {
    const plain = stock<{ x: TensorInfo }, MaxPoolAttrs>(name);
    register<{ x: TensorInfo }, MaxPoolAttrs>(name, ({ x }, attrs, backend) => {
      if (ordinary(floats(backend, x))) return plain({ x }, attrs, backend);
      const { filterSize, strides, pad, dimRoundingMode } = attrs;
      const g = tf.backend_util.computePool2DInfo(
        four(x.shape),
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      const out = backend.makeOutput(g.outShape, 'float32');
      const [values, results] = [floats(backend, x), floats(backend, out)];
      let at = 0;
      for (let b = 0; b < g.batchSize; b++)
        for (let row = 0; row < g.outHeight; row++)
          for (let column = 0; column < g.outWidth; column++)
            for (let c = 0; c < g.inChannels; c++) {
              const top = row * g.strideHeight - g.padInfo.top;
              const left = column * g.strideWidth - g.padInfo.left;
              let joined = start;
              let count = 0;
              for (let y = Math.max(0, top); y < Math.min(g.inHeight, top + g.filterHeight); y++)
                for (let z = Math.max(0, left); z < Math.min(g.inWidth, left + g.filterWidth); z++) {
                  joined = join(joined, values[((b * g.inHeight + y) * g.inWidth + z) * g.inChannels + c]);
                  count++;
                }
              results[at++] = end(joined, count);
            }
      return out;
    });
  };
  install('MaxPool', Number.NEGATIVE_INFINITY, Math.max, (largest) => largest);
  install(
    'AvgPool',
    0,
    (a, b) => a + b,
    (sum, count) => sum / count,
  );
};
