/** Concat and Pack: the wasm backend makes an array view for every run; here runs are copied within the heap. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { ConcatAttrs, PackAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { shared, sizeOf } from '../heap.js';
import { copyRegion } from '../region.js';

const joined = (backend: BackendWasm, inputs: readonly TensorInfo[], axis: number): TensorInfo => {
  const filled = inputs.filter(({ shape }) => sizeOf(shape) > 0);
  if (filled.length === 1) return shared(backend, filled[0]);
  const shape = tf.backend_util.computeOutShape(
    inputs.map((t) => t.shape),
    axis,
  );
  const out = backend.makeOutput(shape, inputs[0].dtype);
  let start = 0;
  for (const input of filled) {
    const begin = shape.map((_, i) => (i === axis ? start : 0));
    copyRegion(backend, { of: input, begin: shape.map(() => 0) }, { of: out, begin }, input.shape);
    start += input.shape[axis];
  }
  return out;
};

export const installConcat = (): void => {
  const concat = stock<TensorInfo[], ConcatAttrs>('Concat');
  register<TensorInfo[], ConcatAttrs>('Concat', (inputs, attrs, backend) => {
    if (inputs[0].dtype === 'string') return concat(inputs, attrs, backend);
    const axis = tf.util.parseAxisParam(attrs.axis, inputs[0].shape)[0];
    tf.backend_util.assertParamsConsistent(
      inputs.map((t) => t.shape),
      axis,
    );
    return joined(backend, inputs, axis);
  });
  const pack = stock<TensorInfo[], PackAttrs>('Pack');
  register<TensorInfo[], PackAttrs>('Pack', (inputs, attrs, backend) => {
    const [{ shape, dtype }] = inputs;
    if (dtype === 'string') return pack(inputs, attrs, backend);
    const axis = attrs.axis < 0 ? attrs.axis + shape.length + 1 : attrs.axis;
    for (const input of inputs) {
      tf.util.assertShapesMatch(shape, input.shape, 'stack: ');
      tf.util.assert(dtype === input.dtype, () => 'stack: tensors have different types');
    }
    const widened = inputs.map((t) => ({ ...t, shape: [...shape.slice(0, axis), 1, ...shape.slice(axis)] }));
    return joined(backend, widened, axis);
  });
};
