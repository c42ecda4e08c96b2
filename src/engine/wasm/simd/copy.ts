/** Copying rows within the heap: many short runs, each in a few instructions. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { copyBytes, load, loadOne, loadTwo, repeat, step, store, type Value } from './code.js';
import type { Source } from './module.js';
import { type Native, native } from './native.js';

/** (from, fromStride, to, toStride, count): addresses and strides in bytes. */
const short = (width: number): Source => ({
  parameters: 5,
  body: ([from, fromStride, to, toStride, count], fresh) => {
    const part = (offset: number, floats: number): Value<'v128'> =>
      floats === 1 ? loadOne(from, offset) : floats === 2 ? loadTwo(from, offset) : load(from, offset);
    return repeat(
      fresh.i32(),
      count,
      ...Array.from({ length: Math.ceil(width / 4) }, (_, v) => {
        const floats = Math.min(4, width - 4 * v);
        return store(to, 16 * v, part(16 * v, floats), floats);
      }),
      step(from, fromStride),
      step(to, toStride),
    );
  },
});

/** (from, fromStride, to, toStride, count, bytes of a row). */
const long: Source = {
  parameters: 6,
  body: ([from, fromStride, to, toStride, count, size], fresh) =>
    repeat(fresh.i32(), count, copyBytes(to, from, size), step(from, fromStride), step(to, toStride)),
};

/** Rows of at most this many floats are copied float by float. */
export const shortRow = 16;

/** Copies `count` rows of `width` floats, at most 16: (from, fromStride, to, toStride, count). */
export const copyRows = (backend: BackendWasm, width: number): Native =>
  native(backend, `copyRows ${width}`, () => short(width));

/** Copies `count` rows of any size: (from, fromStride, to, toStride, count, bytes of a row). */
export const copyLongRows = (backend: BackendWasm): Native => native(backend, 'copyLongRows', () => long);
