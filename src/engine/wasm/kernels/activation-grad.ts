/** The gradients of ReLU and tanh in one pass each, from the value of the function; see gradients.ts. */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { register } from '../../seam.js';
import { choose, four, greater, mul, sub } from '../simd/code.js';
import { pointwise } from '../simd/pointwise.js';

interface Inputs {
  readonly dy: TensorInfo;
  readonly y: TensorInfo;
}

export const installActivationGrad = (): void => {
  register<Inputs, object>('ReluGrad', ({ dy, y }, _, backend) =>
    // y is 0 where x is not above it, and NaN where x is
    pointwise(backend, 'reluGrad', [dy, y], ([d, value]) => ({
      result: choose(greater(value, four(0)), d, value),
    })),
  );
  register<Inputs, object>('TanhGrad', ({ dy, y }, _, backend) =>
    pointwise(backend, 'tanhGrad', [dy, y], ([d, value]) => ({
      result: mul(d, sub(four(1), mul(value, value))),
    })),
  );
};
