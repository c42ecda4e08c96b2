/**
 * Functions that the wasm backend computes inaccurately near zero: its sign is 0 below 1e-7, its sine has an absolute
 * error of 2e-7 at every argument, its log1p adds 1 and takes the logarithm.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { release } from '../heap.js';
import { absolute, add, and, block, choose, div, four, greater, mul, same, set, sub } from '../simd/code.js';
import { pointwise } from '../simd/pointwise.js';

interface One {
  readonly x: TensorInfo;
}

export const installNearZero = (): void => {
  register<One, object>('Sign', ({ x }, _, backend) =>
    pointwise(backend, 'sign', [x], ([value]) => {
      const signs = sub(and(greater(value, four(0)), four(1)), and(greater(four(0), value), four(1)));
      return { result: choose(same(value, value), signs, value) };
    }),
  );

  const sine = stock<One, object>('Sin');
  register<One, object>('Sin', ({ x }, attrs, backend) => {
    const far = sine({ x }, attrs, backend);
    const result = pointwise(backend, 'sin', [x, far], ([value, other], fresh) => {
      const square = fresh.v128();
      // x - x^3/6 + x^5/120: the relative error of the truncation is below 1e-11
      const series = sub(value, mul(mul(value, square), sub(four(1 / 6), mul(square, four(1 / 120)))));
      return {
        first: block(set(square, mul(value, value))),
        result: choose(greater(four(0.0625), absolute(value)), series, other),
      };
    });
    release(backend, far);
    return result;
  });

  const log = stock<One, object>('Log');
  register<One, object>('Log1p', ({ x }, attrs, backend) => {
    const above = pointwise(backend, 'onePlus', [x], ([value]) => ({ result: add(value, four(1)) }));
    const logarithm = log({ x: above }, attrs, backend);
    // Goldberg's formula: log(1 + x) x / ((1 + x) - 1), where 1 + x was rounded
    const result = pointwise(backend, 'log1p', [x, above, logarithm], ([value, one, l], fresh) => {
      const seen = fresh.v128();
      const rounded = choose(same(seen, four(0)), value, div(mul(l, value), seen));
      return { first: block(set(seen, sub(one, four(1)))), result: choose(same(seen, value), l, rounded) };
    });
    release(backend, above);
    release(backend, logarithm);
    return result;
  });
};
