/** UnsortedSegmentSum, the gradient of gather, which the wasm backend lacks. */

import type { TensorInfo, UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';
import { register } from '../../seam.js';
import { floats, integers, sizeOf } from '../heap.js';

/** out[ids[i], ...] += x[i, ...]; ids of any rank index the leading axes of x; ids out of range are ignored. */
export const installUnsortedSegmentSum = (): void => {
  register<{ x: TensorInfo; segmentIds: TensorInfo }, UnsortedSegmentSumAttrs>(
    'UnsortedSegmentSum',
    ({ x, segmentIds }, { numSegments }, backend) => {
      const inner = x.shape.slice(segmentIds.shape.length);
      const out = backend.makeOutput([numSegments, ...inner], 'float32');
      const [sums, values, ids] = [floats(backend, out), floats(backend, x), integers(backend, segmentIds)];
      const width = sizeOf(inner);
      sums.fill(0);
      for (let i = 0; i < ids.length; i++) {
        if (ids[i] < 0 || ids[i] >= numSegments) continue;
        for (let j = 0; j < width; j++) sums[ids[i] * width + j] += values[i * width + j];
      }
      return out;
    },
  );
};
