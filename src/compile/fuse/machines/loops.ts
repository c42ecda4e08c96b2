/**
 * The machine in plain loops: runs any list on a memory, with the rounding of the WebAssembly kernels. It is slow;
 * every other machine is tested against it.
 */

import type { Instruction } from '../list/instruction.js';
import type { Loops, Memory } from '../list/kernel.js';
import { walk } from '../list/walk.js';
import { Kernels } from '../registry/resolve.js';

/** A fresh memory of this many bytes: zeros. */
export const memoryOf = (bytes: number): Memory => memoryOn(new ArrayBuffer(Math.ceil(bytes / 8) * 8));

/** A buffer as a memory; its length is a multiple of 8. */
export const memoryOn = (buffer: ArrayBuffer): Memory => ({
  floats: new Float32Array(buffer),
  doubles: new Float64Array(buffer),
  integers: new Int32Array(buffer),
});

/** A list as a function that runs it in plain loops. */
export const loopRunner = (list: readonly Instruction[]): ((memory: Memory) => void) => {
  const kernels = new Kernels();
  const made = new Map<string, Loops>();
  return (memory) =>
    walk(list, {
      call: (call, given) => {
        const { key, loops } = kernels.of(call);
        const run = made.get(key) ?? loops();
        made.set(key, run);
        run(memory, ...given);
      },
      clock: (at, count) => {
        memory.floats[at / 4] = count;
      },
      ends: (at) => memory.floats[at / 4] !== 0,
      read: (at) => memory.floats[at / 4],
    });
};
