/**
 * Whether the process has enough addresses for WebAssembly's memories. Each memory reserves about 10 GB of addresses,
 * used or not.
 */

import { readFileSync } from 'node:fs';
import { newMemory } from '../host.js';

/** The backend's memory, and those of fused programs for training and for inference. */
const memories = 3;

/**
 * Whether the addresses of this process are limited (`ulimit -v`); false on systems without /proc, which do not say.
 */
const isLimited = (): boolean => {
  try {
    return /^Max address space\s+\d/m.test(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return false;
  }
};

/** Whether the memories can be reserved. Tried only where addresses are limited; the garbage collector frees the attempt. */
export const hasRoom = (): boolean => {
  if (!isLimited()) return true;
  try {
    return Array.from({ length: memories }, () => newMemory(1)).length === memories;
  } catch {
    return false;
  }
};
