/** MaxPoolGrad: the wasm backend's own gives no gradient to windows whose values are all negative. */

import type { MaxPoolGradAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register } from '../../seam.js';
import { four } from '../convolution.js';
import { floats } from '../heap.js';

/** Whether a replaces b as the maximum; NaN counts as larger than all numbers. */
const exceeds = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));

/**
 * The first largest element of each window receives its dy, as in the JavaScript backend; if the window has NaN, the
 * first of those does.
 */
export const installMaxPoolGrad = (): void => {
  register<{ dy: TensorInfo; input: TensorInfo }, MaxPoolGradAttrs>(
    'MaxPoolGrad',
    ({ dy, input }, { filterSize, strides, pad, dimRoundingMode }, backend) => {
      const shape = four(input.shape);
      const g = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
      const out = backend.makeOutput([...shape], 'float32');
      const [dx, d, values] = [floats(backend, out), floats(backend, dy), floats(backend, input)];
      dx.fill(0);
      let at = 0;
      for (let b = 0; b < g.batchSize; b++) {
        for (let row = 0; row < g.outHeight; row++) {
          const top = row * g.strideHeight - g.padInfo.top;
          for (let column = 0; column < g.outWidth; column++) {
            const left = column * g.strideWidth - g.padInfo.left;
            for (let c = 0; c < g.inChannels; c++) {
              let best = -1;
              for (let y = Math.max(0, top); y < Math.min(g.inHeight, top + g.filterHeight); y++) {
                for (let x = Math.max(0, left); x < Math.min(g.inWidth, left + g.filterWidth); x++) {
                  const i = ((b * g.inHeight + y) * g.inWidth + x) * g.inChannels + c;
                  if (best < 0 || exceeds(values[i], values[best])) best = i;
                }
              }
              if (best >= 0) dx[best] += d[at];
              at++;
            }
          }
        }
      }
      return out;
    },
  );
};
