/** Which level of native code runs: all but the first give the same bits, so the fastest that the processor can run. */

import type { NativeCode, NativeLevel } from './code.js';

/** The fastest level. */
export const fastestLevel = (code: NativeCode): NativeLevel => ({ code, level: code.levels().length - 1 });

/** Whether some level has a product and a sum in one instruction: without it native code is slower than WebAssembly. */
export const hasFma = (code: NativeCode): boolean => code.levels().length > 2;
