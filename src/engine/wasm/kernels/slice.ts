/** Slice, SplitV and Unpack: the wasm backend reads its whole input for every part; here only the part is copied. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { SliceAttrs, SplitVAttrs, TensorInfo, UnpackAttrs } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { copyRegion } from '../region.js';

const part = (
  backend: BackendWasm,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): TensorInfo => {
  const out = backend.makeOutput([...size], x.dtype);
  copyRegion(backend, { of: x, begin }, { of: out, begin: size.map(() => 0) }, size);
  return out;
};

/** Parts along one axis, one after the other: in time proportional to the whole, not to parts times the whole. */
const parts = (backend: BackendWasm, x: TensorInfo, axis: number, sizes: readonly number[]): TensorInfo[] => {
  let start = 0;
  return sizes.map((length) => {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    start += length;
    return part(
      backend,
      x,
      begin,
      x.shape.map((n, i) => (i === axis ? length : n)),
    );
  });
};

/**
 * The gradients of stack and concat are Unpack and SplitV, with one part per time step; part by part they would take
 * time quadratic in T.
 */
export const installSlice = (): void => {
  const slice = stock<{ x: TensorInfo }, SliceAttrs>('Slice');
  register<{ x: TensorInfo }, SliceAttrs>('Slice', ({ x }, attrs, backend) => {
    if (x.dtype === 'string') return slice({ x }, attrs, backend);
    const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size);
    return part(backend, x, begin, size);
  });
  register<{ x: TensorInfo }, SplitVAttrs>('SplitV', ({ x }, { numOrSizeSplits, axis }, backend) => {
    const along = tf.util.parseAxisParam(axis, x.shape)[0];
    return parts(backend, x, along, tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along));
  });
  register<{ value: TensorInfo }, UnpackAttrs>('Unpack', ({ value }, { axis }, backend) => {
    const along = axis < 0 ? axis + value.shape.length : axis;
    const shape = value.shape.filter((_, i) => i !== along);
    const ones = new Array<number>(value.shape[along]).fill(1);
    return parts(backend, value, along, ones).map((out) => ({ ...out, shape }));
  });
};
