/** Conv2DBackpropFilter, which the wasm backend lacks. */

import type { Conv2DAttrs, Conv2DBackpropFilterAttrs, TensorInfo, TransposeAttrs } from '@tensorflow/tfjs';
import { register, stock } from '../seam.js';
import { geometryOf } from './convolution.js';
import { release } from './heap.js';
import { copyRegion } from './region.js';

/**
 * The gradient of a convolution by its filter is itself a convolution, with the batch as the channels that are
 * summed over: image [cIn, H, W, B] with filter [H', W', B, cOut], stride and dilation exchanged, gives
 * [cIn, kH, kW, cOut]. Forward convolution is fast (XNNPACK), so that is how it is done.
 */
export const installConv2DBackpropFilter = (): void => {
  const transpose = stock<{ x: TensorInfo }, TransposeAttrs>('Transpose');
  const conv2d = stock<{ x: TensorInfo; filter: TensorInfo }, Conv2DAttrs>('Conv2D');
  register<{ x: TensorInfo; dy: TensorInfo }, Conv2DBackpropFilterAttrs>(
    'Conv2DBackpropFilter',
    ({ x, dy }, attrs, backend) => {
      const info = geometryOf(x.shape, attrs.filterShape, attrs);
      const { top, left } = info.padInfo;
      // what the last stride does not reach of the image makes rows and columns too many: they are left out at the end
      const bottom = (info.outHeight - 1) * info.strideHeight + info.filterHeight - info.inHeight - top;
      const right = (info.outWidth - 1) * info.strideWidth + info.filterWidth - info.inWidth - left;
      const image = transpose({ x }, { perm: [3, 1, 2, 0] }, backend);
      const filter = transpose({ x: dy }, { perm: [1, 2, 0, 3] }, backend);
      const gradient = conv2d(
        { x: image, filter },
        {
          strides: [1, 1],
          pad: [
            [0, 0],
            [top, Math.max(0, bottom)],
            [left, Math.max(0, right)],
            [0, 0],
          ],
          dataFormat: 'NHWC',
          dilations: [info.strideHeight, info.strideWidth],
          dimRoundingMode: 'floor',
        },
        backend,
      );
      const turned = transpose({ x: gradient }, { perm: [1, 2, 0, 3] }, backend);
      release(backend, image, filter, gradient);
      if (bottom >= 0 && right >= 0) return turned;
      const out = backend.makeOutput([...attrs.filterShape], 'float32');
      const begin = [0, 0, 0, 0];
      copyRegion(backend, { of: turned, begin }, { of: out, begin }, attrs.filterShape);
      release(backend, turned);
      return out;
    },
  );
};
