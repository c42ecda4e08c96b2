/** An image laid out for a convolution: padded with zeros and, if requested, with zeros between its pixels. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floats } from './heap.js';

/** The layout of the pixels of an image [batch, height, width, channels]. */
export interface Layout {
  /** Rows and columns of the result. */
  readonly size: readonly [number, number];
  /** Row and column of the first pixel; negative cuts pixels off. */
  readonly before: readonly [number, number];
  /** Rows and columns from one pixel to the next. */
  readonly stride: readonly [number, number];
}

/** The image, laid out. Its own values when there is nothing to add; the caller releases the result either way. */
export const spread = (
  backend: BackendWasm,
  image: TensorInfo,
  { size, before, stride }: Layout,
): TensorInfo => {
  const [batch, height, width, channels] = image.shape;
  const out = backend.makeOutput([batch, size[0], size[1], channels], 'float32');
  const source = floats(backend, image);
  const target = floats(backend, out);
  target.fill(0);
  const dense = stride[1] === 1;
  // pixels of a row that fall inside
  const first = Math.max(0, Math.ceil(-before[1] / stride[1]));
  const last = Math.min(width - 1, Math.floor((size[1] - 1 - before[1]) / stride[1]));
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < height; y++) {
      const row = before[0] + y * stride[0];
      if (row < 0 || row >= size[0] || last < first) continue;
      const from = (b * height + y) * width * channels;
      const to = ((b * size[0] + row) * size[1] + before[1]) * channels;
      if (dense) {
        target.set(
          source.subarray(from + first * channels, from + (last + 1) * channels),
          to + first * channels,
        );
        continue;
      }
      for (let x = first; x <= last; x++) {
        for (let c = 0; c < channels; c++) {
          target[to + x * stride[1] * channels + c] = source[from + x * channels + c];
        }
      }
    }
  }
  return out;
};
