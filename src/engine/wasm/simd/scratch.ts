/** Working memory on the heap for the length of one kernel. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { heapBuffer, release } from '../heap.js';

/**
 * Runs `work` with the address of temporary bytes and a view of the whole heap; both are valid only during the call.
 */
export const withScratch = <A>(
  backend: BackendWasm,
  size: number,
  work: (address: number, heap: Float32Array) => A,
): A => {
  const memory = backend.makeOutput([Math.ceil(size / 4)], 'float32');
  const address = backend.getMemoryOffset(memory.dataId);
  const result = work(address, new Float32Array(heapBuffer(backend, memory)));
  release(backend, memory);
  return result;
};
