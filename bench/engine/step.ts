/**
 * Seconds per training step of the NWM, kernel by kernel.
 *
 *   npx tsx bench/engine/step.ts [engine=wasm] [batch=16] [grid=64] [steps=100] [repeats=3]
 *
 * Times are of whole kernels, those called within a kernel counted there.
 */

import { performance } from 'node:perf_hooks';
import * as E from 'fp-ts/lib/Either.js';
import { describe } from '../../src/base/error.js';
import { openEngine, parseEngineChoice, type TensorFlow } from '../../src/engine/index.js';
import { processorTime } from './clock.js';
import { nwmStep } from './nwm.js';

interface Spent {
  calls: number;
  milliseconds: number;
}

/** Wraps every registered kernel so that its calls and time are counted. */
const profileKernels = (tf: TensorFlow): Map<string, Spent> => {
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
  return spent;
};

const [name = 'wasm', batch = '16', grid = '64', steps = '100', repeats = '3'] = process.argv.slice(2);
const choice = parseEngineChoice(name);
if (E.isLeft(choice)) throw new Error(describe(choice.left));
const opened = await openEngine(choice.right)();
if (E.isLeft(opened)) throw new Error(describe(opened.left));
const { tf, version } = opened.right;
const step = nwmStep(tf, { batch: Number(batch), grid: Number(grid), steps: Number(steps) });
const spent = profileKernels(tf);
const timed = (work: () => number): { seconds: string; loss: number } => {
  const [start, used] = [performance.now(), processorTime()];
  const loss = work();
  const [wall, processor] = [performance.now() - start, processorTime() - used];
  return { seconds: `${(wall / 1000).toFixed(2)} s (processor ${(processor / 1000).toFixed(2)} s)`, loss };
};
console.log(`${version}: batch ${batch}, ${grid}x${grid}, T ${steps}`);
for (let i = 0; i < Number(repeats); i++) {
  for (const entry of spent.values()) Object.assign(entry, { calls: 0, milliseconds: 0 });
  const { seconds, loss } = timed(step.train);
  console.log(`train ${seconds}  loss ${loss.toFixed(6)}  tensors ${tf.memory().numTensors}`);
}
const rows = [...spent].filter(([, s]) => s.calls > 0).sort((a, b) => b[1].milliseconds - a[1].milliseconds);
for (const [kernel, s] of rows) {
  if (s.milliseconds < 1) continue;
  console.log(
    `${kernel.padEnd(28)} ${s.milliseconds.toFixed(0).padStart(7)} ms ${String(s.calls).padStart(6)} calls ` +
      `${(s.milliseconds / s.calls).toFixed(3).padStart(9)} ms each`,
  );
}
console.log(`kernels together ${(rows.reduce((a, [, s]) => a + s.milliseconds, 0) / 1000).toFixed(2)} s`);
const inference = timed(step.infer);
console.log(`infer ${inference.seconds}; peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
