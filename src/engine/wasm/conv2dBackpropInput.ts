/** Conv2DBackpropInput: the gradient of a convolution by its input, and transposed convolution. */

import type { Conv2DAttrs, Conv2DBackpropInputAttrs, TensorInfo } from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { register, stock } from '../seam.js';
import { geometryOf } from './convolution.js';
import { floats, release } from './heap.js';

/** filter[kH-1-i, kW-1-j, out, in] of filter[i, j, in, out]. */
const flipped = (filter: TensorInfo, backend: BackendWasm): TensorInfo => {
  const [height, width, from, to] = filter.shape;
  const out = backend.makeOutput([height, width, to, from], 'float32');
  const source = floats(backend, filter);
  const target = floats(backend, out);
  const taps = height * width;
  for (let tap = 0; tap < taps; tap++) {
    const mirrored = taps - 1 - tap;
    for (let i = 0; i < from; i++) {
      for (let o = 0; o < to; o++) target[(mirrored * to + o) * from + i] = source[(tap * from + i) * to + o];
    }
  }
  return out;
};

/** dy with stride-1 zeros between its rows and columns, padded by `before` and up to the size given. */
const spread = (
  dy: TensorInfo,
  stride: readonly [number, number],
  before: readonly [number, number],
  size: readonly [number, number],
  backend: BackendWasm,
): TensorInfo => {
  const [batch, height, width, channels] = dy.shape;
  const out = backend.makeOutput([batch, size[0], size[1], channels], 'float32');
  const source = floats(backend, dy);
  const target = floats(backend, out);
  target.fill(0);
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < height; y++) {
      const row = before[0] + y * stride[0];
      if (row < 0 || row >= size[0]) continue;
      for (let x = 0; x < width; x++) {
        const column = before[1] + x * stride[1];
        if (column < 0 || column >= size[1]) continue;
        const from = ((b * height + y) * width + x) * channels;
        const to = ((b * size[0] + row) * size[1] + column) * channels;
        for (let c = 0; c < channels; c++) target[to + c] = source[from + c];
      }
    }
  }
  return out;
};

/** As a forward convolution of the spread dy with the flipped kernel, stride 1, which XNNPACK does. */
export const installConv2DBackpropInput = (): void => {
  const conv2d = stock<{ x: TensorInfo; filter: TensorInfo }, Conv2DAttrs>('Conv2D');
  register<{ dy: TensorInfo; filter: TensorInfo }, Conv2DBackpropInputAttrs>(
    'Conv2DBackpropInput',
    ({ dy, filter }, attrs, backend) => {
      const [kH, kW] = filter.shape;
      const info = geometryOf(attrs.inputShape, filter.shape, attrs);
      const before: [number, number] = [kH - 1 - info.padInfo.top, kW - 1 - info.padInfo.left];
      const size: [number, number] = [info.inHeight + kH - 1, info.inWidth + kW - 1];
      const image = spread(dy, [info.strideHeight, info.strideWidth], before, size, backend);
      const kernel = flipped(filter, backend);
      const out = conv2d(
        { x: image, filter: kernel },
        { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1], dimRoundingMode: 'floor' },
        backend,
      );
      release(backend, image, kernel);
      return out;
    },
  );
};
