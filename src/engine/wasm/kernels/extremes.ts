/**
 * Maximum, Minimum and Relu, which keep NaN. The wasm backend's own give the first of two if the second is NaN; its
 * Relu compares bits, so it takes a NaN whose sign is set, such as infinity - infinity, for 0.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { floats } from '../heap.js';
import { four, max, min } from '../simd/code.js';
import { pointwise } from '../simd/pointwise.js';

interface Pair {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

const anyNaN = (values: Float32Array): boolean => {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
};

/** For each element of a broadcast, the index of its element of x. */
const placesIn = (x: TensorInfo, shape: readonly number[]): ((element: number) => number) => {
  const sizes = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
  return (element) => {
    let [rest, place, stride] = [element, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (sizes[axis] > 1) place += (rest % shape[axis]) * stride;
      rest = Math.floor(rest / shape[axis]);
      stride *= sizes[axis];
    }
    return place;
  };
};

/** Element by element; only for broadcasts that hold a NaN, which are rare. */
const eachPair = (backend: BackendWasm, { a, b }: Pair, f: (a: number, b: number) => number): TensorInfo => {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  const out = backend.makeOutput(shape, 'float32');
  const [left, right, values] = [floats(backend, a), floats(backend, b), floats(backend, out)];
  const [inA, inB] = [placesIn(a, shape), placesIn(b, shape)];
  for (let i = 0; i < values.length; i++) values[i] = f(left[inA(i)], right[inB(i)]);
  return out;
};

const sameShape = (a: TensorInfo, b: TensorInfo): boolean =>
  a.shape.length === b.shape.length && a.shape.every((n, axis) => n === b.shape[axis]);

export const installExtremes = (): void => {
  const install = (name: 'Maximum' | 'Minimum', lanes: typeof max, f: typeof Math.max): void => {
    const plain = stock<Pair, object>(name);
    register<Pair, object>(name, ({ a, b }, attrs, backend) => {
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return plain({ a, b }, attrs, backend);
      if (sameShape(a, b))
        return pointwise(backend, name, [a, b], ([left, right]) => ({ result: lanes(left, right) }));
      return anyNaN(floats(backend, a)) || anyNaN(floats(backend, b))
        ? eachPair(backend, { a, b }, f)
        : plain({ a, b }, attrs, backend);
    });
  };
  install('Maximum', max, Math.max);
  install('Minimum', min, Math.min);
  const relu = stock<{ x: TensorInfo }, object>('Relu');
  register<{ x: TensorInfo }, object>('Relu', ({ x }, attrs, backend) =>
    x.dtype === 'float32'
      ? pointwise(backend, 'Relu', [x], ([value]) => ({ result: max(value, four(0)) }))
      : relu({ x }, attrs, backend),
  );
};
