/**
 * The machine that runs lists in native code: one call runs a list, on the memory that WebAssembly and plain loops
 * also use.
 */

import type { NativeLevel } from '../../../engine/native/code.js';
import type { Instruction } from '../list/instruction.js';
import type { Kernel, Memory } from '../list/kernel.js';
import { encodeList } from './encode.js';

/** A list as a function that runs it; `called` runs a kernel without native code. */
export const nativeRunner = (
  list: readonly Instruction[],
  { code, level }: NativeLevel,
  called: (kernel: Kernel) => (...given: readonly number[]) => void,
): ((memory: Memory) => void) => {
  const { numbers, kernels } = encodeList(list);
  const program = code.program(numbers);
  const made = new Map<number, (...given: readonly number[]) => void>();
  const outside = (number: number, ...given: readonly number[]): void => {
    const run = made.get(number) ?? called(kernels[number]);
    made.set(number, run);
    run(...given);
  };
  return (memory) => code.run(program, level, bufferOf(memory), outside);
};

const bufferOf = ({ floats: { buffer } }: Memory): ArrayBuffer => {
  if (!(buffer instanceof ArrayBuffer)) throw new Error('native code runs on memory of one thread');
  return buffer;
};
