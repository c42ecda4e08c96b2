/**
 * Whether the process has enough addresses for WebAssembly's memories, and for threads. Each memory reserves about 10 GB of
 * addresses, used or not. A thread reserves about 600 MB, and 1 GiB is asked for each; the memories of 10 GB that a worker
 * makes for wasm are not counted there.
 */

import { readFileSync } from 'node:fs';
import { newMemory } from '../host.js';

/** The backend's memory, and those of fused programs for training and for inference. */
const memories = 3;

/** A number in a file of /proc; null where there is none, and on systems without /proc, which do not say. */
const numberIn = (file: string, pattern: RegExp): number | null => {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
};

/** The bytes of addresses that this process may have (`ulimit -v`); null where they are not limited. */
const limit = (): number | null => numberIn('/proc/self/limits', /^Max address space\s+(\d+)/m);

/** For a thread of Node and what it computes with. Where it finds less, V8 ends the whole process. */
const ofThread = 2 ** 30;

/** Whether the addresses of this process suffice for so many more threads. */
export const hasRoomForThreads = (count: number): boolean => {
  const most = limit();
  const used = numberIn('/proc/self/status', /^VmSize:\s+(\d+) kB/m);
  return most === null || used === null || most - 1024 * used >= count * ofThread;
};

/** Whether the memories can be reserved. Tried only where addresses are limited; the garbage collector frees the attempt. */
export const hasRoom = (): boolean => {
  if (limit() === null) return true;
  try {
    return Array.from({ length: memories }, () => newMemory(1)).length === memories;
  } catch {
    return false;
  }
};
