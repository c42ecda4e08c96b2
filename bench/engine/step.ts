/**
 * Seconds per training step of the NWM written straight in TensorFlow.js, kernel by kernel.
 *
 *   npx tsx bench/engine/step.ts [engine=wasm] [batch=16] [grid=64] [steps=100] [repeats=3]
 */

import * as E from 'fp-ts/lib/Either.js';
import { describe } from '../../src/base/error.js';
import { openEngine, parseEngineChoice } from '../../src/engine/index.js';
import { timed } from './clock.js';
import { nwmStep } from './nwm.js';
import { profileKernels } from './profile.js';

const [name = 'wasm', batch = '16', grid = '64', steps = '100', repeats = '3'] = process.argv.slice(2);
const choice = parseEngineChoice(name);
if (E.isLeft(choice)) throw new Error(describe(choice.left));
const opened = await openEngine(choice.right)();
if (E.isLeft(opened)) throw new Error(describe(opened.left));
const { tf, version } = opened.right;
const step = nwmStep(tf, { batch: Number(batch), grid: Number(grid), steps: Number(steps) });
const profile = profileKernels(tf);
console.log(`${version}: batch ${batch}, ${grid}x${grid}, T ${steps}`);
for (let i = 0; i < Number(repeats); i++) {
  profile.reset();
  const { seconds, value } = await timed(step.train);
  console.log(`train ${seconds}  loss ${value.toFixed(6)}  tensors ${tf.memory().numTensors}`);
}
for (const line of profile.lines()) console.log(line);
const { seconds } = await timed(step.infer);
console.log(`infer ${seconds}; peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
