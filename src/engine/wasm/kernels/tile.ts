/**
 * Tile by copies of whole blocks. The wasm backend's kernel copies element by element and is about a hundred times
 * slower.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { register, stock } from '../../seam.js';
import { floats, sizeOf } from '../heap.js';

interface Inputs {
  readonly x: TensorInfo;
}
interface Reps {
  readonly reps: readonly number[];
}

/** Writes the values once and again along each axis; `values` hold a whole block of `shape`. */
const repeat = (
  values: Float32Array,
  shape: readonly number[],
  reps: readonly number[],
  out: Float32Array,
): void => {
  const levels = shape.map((n, axis) => {
    const size = sizeOf(shape.slice(axis));
    const repeats = sizeOf(reps.slice(axis + 1));
    return {
      n,
      size,
      count: reps[axis],
      block: size * repeats,
      inner: size / n,
      isWhole: repeats === 1,
    };
  });
  const write = (axis: number, from: number, to: number): void => {
    const { n, size, count, block, inner, isWhole } = levels[axis];
    // A single number is written by a fill, and a part that is not repeated further inside by one copy.
    if (size === 1 && isWhole) {
      out.fill(values[from], to, to + count);
      return;
    }
    if (isWhole) out.set(values.subarray(from, from + size), to);
    else for (let i = 0; i < n; i++) write(axis + 1, from + i * inner, to + i * (block / n));
    for (let i = 1; i < count; i++) out.copyWithin(to + i * block, to, to + block);
  };
  if (shape.length === 0) out[0] = values[0];
  else write(0, 0, 0);
};

export const installTile = (): void => {
  const plain = stock<Inputs, Reps>('Tile');
  register<Inputs, Reps>('Tile', ({ x }, attrs, backend) => {
    if (x.dtype !== 'float32' || x.shape.length !== attrs.reps.length) return plain({ x }, attrs, backend);
    const out = backend.makeOutput(
      x.shape.map((n, axis) => n * attrs.reps[axis]),
      'float32',
    );
    repeat(floats(backend, x), x.shape, attrs.reps, floats(backend, out));
    return out;
  });
};
