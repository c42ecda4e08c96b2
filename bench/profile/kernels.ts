/** Profiles the fused path: wraps every kernel of a machine, times its calls and counts their work. */

import { Arena } from '../../src/compile/fuse/memory/arena.js';
import { workOf } from './work.js';

export interface Spent {
  readonly name: string;
  readonly calls: number;
  readonly seconds: number;
  readonly flops: number;
  readonly bytes: number;
}

export interface KernelProfile {
  readonly reset: () => void;
  /** The longest first. */
  readonly spent: () => readonly Spent[];
}

/** Wraps the kernels of all machines made from now on in this thread. */
export const profileKernels = (): KernelProfile => {
  const all = new Map<string, { calls: number; seconds: number; flops: number; bytes: number }>();
  const kernel = Arena.prototype.kernel;
  Arena.prototype.kernel = function (this: Arena, key, source) {
    const run = kernel.call(this, key, source);
    return (...parameters) => {
      const start = performance.now();
      run(...parameters);
      const seconds = (performance.now() - start) / 1000;
      const { name, flops, bytes } = workOf(key, parameters);
      const entry = all.get(name) ?? { calls: 0, seconds: 0, flops: 0, bytes: 0 };
      all.set(name, entry);
      entry.calls++;
      entry.seconds += seconds;
      entry.flops += flops;
      entry.bytes += bytes;
    };
  };
  return {
    reset: () => all.clear(),
    spent: () => [...all].map(([name, entry]) => ({ name, ...entry })).sort((a, b) => b.seconds - a.seconds),
  };
};
