/**
 * The gradients of depthwise convolution, which the wasm backend lacks; and its values with a kernel of one tap, for
 * which the backend's own gives -Infinity if a product is NaN.
 */

import type {
  DepthwiseConv2dNativeAttrs,
  DepthwiseConv2dNativeBackpropFilterAttrs,
  DepthwiseConv2dNativeBackpropInputAttrs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { type Geometry, geometryOf } from '../convolution.js';
import { floats, sizeOf } from '../heap.js';

/**
 * Calls `visit` with the offsets of x, filter and dy for every tap that falls inside x; `visit` loops over the
 * channels.
 */
const eachTap = (g: Geometry, visit: (x: number, filter: number, dy: number) => void): void => {
  const multiplier = g.outChannels / g.inChannels;
  for (let b = 0; b < g.batchSize; b++) {
    for (let row = 0; row < g.outHeight; row++) {
      for (let column = 0; column < g.outWidth; column++) {
        const dy = ((b * g.outHeight + row) * g.outWidth + column) * g.outChannels;
        for (let i = 0; i < g.filterHeight; i++) {
          const y = row * g.strideHeight - g.padInfo.top + i * g.dilationHeight;
          if (y < 0 || y >= g.inHeight) continue;
          for (let j = 0; j < g.filterWidth; j++) {
            const x = column * g.strideWidth - g.padInfo.left + j * g.dilationWidth;
            if (x < 0 || x >= g.inWidth) continue;
            const filter = (i * g.filterWidth + j) * g.inChannels * multiplier;
            visit(((b * g.inHeight + y) * g.inWidth + x) * g.inChannels, filter, dy);
          }
        }
      }
    }
  }
};

/** Products of one tap, by a loop; a window outside of x is 0. */
const oneTap = (g: Geometry, x: Float32Array, filter: Float32Array, out: Float32Array): void => {
  const multiplier = g.outChannels / g.inChannels;
  out.fill(0);
  eachTap(g, (from, tap, to) => {
    for (let m = 0; m < g.outChannels; m++)
      out[to + m] += x[from + Math.floor(m / multiplier)] * filter[tap + m];
  });
};

/** dx[c] += dy[c m] filter[c m] and dfilter[c m] += dy[c m] x[c], by direct summation in double precision for the filter. */
export const installDepthwiseConv2d = (): void => {
  const plain = stock<{ x: TensorInfo; filter: TensorInfo }, DepthwiseConv2dNativeAttrs>(
    'DepthwiseConv2dNative',
  );
  register<{ x: TensorInfo; filter: TensorInfo }, DepthwiseConv2dNativeAttrs>(
    'DepthwiseConv2dNative',
    ({ x, filter }, attrs, backend) => {
      const made = plain({ x, filter }, attrs, backend);
      const [height, width] = filter.shape;
      const out = Array.isArray(made) ? made[0] : made;
      if (height * width === 1 && floats(backend, out).includes(Number.NEGATIVE_INFINITY))
        oneTap(
          geometryOf(x.shape, filter.shape, attrs, true),
          floats(backend, x),
          floats(backend, filter),
          floats(backend, out),
        );
      return out;
    },
  );
  register<{ dy: TensorInfo; filter: TensorInfo }, DepthwiseConv2dNativeBackpropInputAttrs>(
    'DepthwiseConv2dNativeBackpropInput',
    ({ dy, filter }, attrs, backend) => {
      const g = geometryOf(attrs.inputShape, filter.shape, attrs, true);
      const out = backend.makeOutput([...attrs.inputShape], 'float32');
      const [dx, w, d] = [floats(backend, out), floats(backend, filter), floats(backend, dy)];
      const multiplier = g.outChannels / g.inChannels;
      dx.fill(0);
      eachTap(g, (x, f, y) => {
        for (let c = 0; c < g.inChannels; c++) {
          let sum = 0;
          for (let m = c * multiplier; m < (c + 1) * multiplier; m++) sum += d[y + m] * w[f + m];
          dx[x + c] += sum;
        }
      });
      return out;
    },
  );
  register<{ x: TensorInfo; dy: TensorInfo }, DepthwiseConv2dNativeBackpropFilterAttrs>(
    'DepthwiseConv2dNativeBackpropFilter',
    (inputs, attrs, backend) => {
      const g = geometryOf(inputs.x.shape, attrs.filterShape, attrs, true);
      const out = backend.makeOutput([...attrs.filterShape], 'float32');
      const [values, d] = [floats(backend, inputs.x), floats(backend, inputs.dy)];
      const multiplier = g.outChannels / g.inChannels;
      const sums = new Float64Array(sizeOf(attrs.filterShape));
      eachTap(g, (x, f, y) => {
        for (let c = 0; c < g.inChannels; c++) {
          const value = values[x + c];
          for (let m = c * multiplier; m < (c + 1) * multiplier; m++) sums[f + m] += d[y + m] * value;
        }
      });
      floats(backend, out).set(sums);
      return out;
    },
  );
};
