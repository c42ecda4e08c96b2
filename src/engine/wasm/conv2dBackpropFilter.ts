/** Conv2DBackpropFilter, which the wasm backend lacks. */

import type { Conv2DAttrs, Conv2DBackpropFilterAttrs, TensorInfo, TransposeAttrs } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { register, stock } from '../seam.js';

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
    ({ x, dy }, { strides, pad, dataFormat, dimRoundingMode, filterShape }, backend) => {
      const info = tf.backend_util.computeConv2DInfo(
        [x.shape[0], x.shape[1], x.shape[2], x.shape[3]],
        filterShape,
        strides,
        1,
        pad,
        dimRoundingMode,
        false,
        tf.backend_util.convertConv2DDataFormat(dataFormat),
      );
      const { top, left } = info.padInfo;
      // rows and columns that the last stride does not reach are cut off by asking for less padding at the end
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
      const wanted = transpose({ x: gradient }, { perm: [1, 2, 0, 3] }, backend);
      for (const used of [image, filter, gradient]) backend.disposeData(used.dataId);
      return wanted;
    },
  );
};
