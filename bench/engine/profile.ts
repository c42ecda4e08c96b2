/** Where the time goes: every registered kernel, wrapped so that its calls and time are counted. */

import { performance } from 'node:perf_hooks';
import type { TensorFlow } from '../../src/engine/index.js';

export interface Profile {
  readonly reset: () => void;
  /** One line a kernel, the slowest first; kernels called within a kernel are counted there. */
  readonly lines: () => readonly string[];
}

interface Spent {
  calls: number;
  milliseconds: number;
}

/** Wraps the kernels of the current backend, once. */
export const profileKernels = (tf: TensorFlow): Profile => {
  const spent = new Map<string, Spent>();
  let depth = 0;
  for (const config of tf.getKernelsForBackend(tf.getBackend())) {
    const entry: Spent = { calls: 0, milliseconds: 0 };
    spent.set(config.kernelName, entry);
    tf.unregisterKernel(config.kernelName, config.backendName);
    tf.registerKernel({
      ...config,
      kernelFunc: (params) => {
        const start = performance.now();
        depth++;
        const result = config.kernelFunc(params);
        depth--;
        if (depth === 0) {
          entry.calls++;
          entry.milliseconds += performance.now() - start;
        }
        return result;
      },
    });
  }
  return {
    reset: () => {
      for (const entry of spent.values()) Object.assign(entry, { calls: 0, milliseconds: 0 });
    },
    lines: () => {
      const total = [...spent.values()].reduce((sum, s) => sum + s.milliseconds, 0);
      return [
        ...[...spent]
          .filter(([, s]) => s.milliseconds >= 1)
          .sort((a, b) => b[1].milliseconds - a[1].milliseconds)
          .map(
            ([kernel, s]) =>
              `${kernel.padEnd(28)} ${s.milliseconds.toFixed(0).padStart(7)} ms ` +
              `${String(s.calls).padStart(6)} calls ${(s.milliseconds / s.calls).toFixed(3).padStart(9)} ms each`,
          ),
        `kernels together ${(total / 1000).toFixed(2)} s`,
      ];
    },
  };
};
