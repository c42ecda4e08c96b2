/** Identity and Cast: the wasm backend copies; here the values are shared by reference counting, as Reshape does. */

import type { CastAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { shared } from '../heap.js';

/**
 * Every tensor that the gradient tape saves passes through Identity, so a copy doubles the time and the memory of
 * the tape. Kernels never write to their inputs, so sharing is safe.
 */
export const installIdentity = (): void => {
  const identity = stock<{ x: TensorInfo }, object>('Identity');
  const cast = stock<{ x: TensorInfo }, CastAttrs>('Cast');
  register<{ x: TensorInfo }, object>('Identity', ({ x }, attrs, backend) =>
    x.dtype === 'string' ? identity({ x }, attrs, backend) : shared(backend, x),
  );
  register<{ x: TensorInfo }, CastAttrs>('Cast', ({ x }, attrs, backend) =>
    x.dtype === attrs.dtype && x.dtype !== 'string' ? shared(backend, x) : cast({ x }, attrs, backend),
  );
};
