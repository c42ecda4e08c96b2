/** Which level of native code runs: all but the first give the same bits, so the fastest that the processor can run. */

import type { NativeCode, NativeLevel } from './code.js';

/** The fastest level. */
export const fastestLevel = (code: NativeCode): NativeLevel => ({ code, level: code.levels().length - 1 });

/** Whether a level has fused multiply-add instructions; without them native code is slower than WebAssembly. */
export const hasFma = (code: NativeCode): boolean => code.levels().length > 2;
