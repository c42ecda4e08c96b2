/** The machine that runs lists on an arena: native code if the arena has it, else WebAssembly. */

import type { Instruction } from '../list/instruction.js';
import type { Arena } from '../memory/arena.js';
import { nativeRunner } from '../native/run.js';
import { kernelOn, wasmRunner } from './wasm.js';

/** A list as a function that runs it on the arena's memory. */
export const runner = (list: readonly Instruction[], arena: Arena): (() => void) => {
  if (arena.native === undefined || list.length === 0 || !arena.runs) return wasmRunner(list, arena);
  const run = nativeRunner(list, arena.native, (kernel) => kernelOn(arena, kernel));
  return () => run(arena);
};
