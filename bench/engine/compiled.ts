/**
 * Seconds per gradient of the NWM written in drumhead and compiled, kernel by kernel.
 *
 *   npx tsx bench/engine/compiled.ts [engine=wasm] [batch=16] [grid=64] [steps=100] [repeats=3] [parts=1]
 */

import * as E from 'fp-ts/lib/Either.js';
import { describe } from '../../src/base/error.js';
import { stream } from '../../src/base/random.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { openSession } from '../../src/compile/tfjs/session.js';
import { openEngine, parseEngineChoice } from '../../src/engine/index.js';
import { nwm } from '../../src/models/nwm.js';
import { timed } from './clock.js';
import { profileKernels } from './profile.js';

const [name = 'wasm', ...numbers] = process.argv.slice(2);
const [batch = 16, grid = 64, steps = 100, repeats = 3, parts = 1] = numbers.map(Number);
const choice = parseEngineChoice(name);
if (E.isLeft(choice)) throw new Error(describe(choice.left));
const opened = await openEngine(choice.right)();
if (E.isLeft(opened)) throw new Error(describe(opened.left));
const { tf, version } = opened.right;
const program = nwm({
  height: grid,
  width: grid,
  input: 3,
  mid: 16,
  channels: 2,
  steps,
  dt: 0.1,
  readout: 'linear',
  hidden: [256, 256, 256],
  classes: 6,
});
const session = openSession(opened.right, program, initialParameters(program.graph, 0));
if (E.isLeft(session)) throw new Error(describe(session.left));
const random = stream(0, 'bench');
const image = Float32Array.from({ length: batch * grid * grid * 3 }, random.uniform);
const labels = Uint8Array.from({ length: batch * grid * grid }, () => random.integer(6));
const cut = Array.from({ length: parts }, () => batch / parts);
const profile = profileKernels(tf);
console.log(`${version}: batch ${batch}, ${grid}x${grid}, T ${steps}, cut ${cut.join(' ')}`);
for (let i = 0; i < repeats; i++) {
  profile.reset();
  const { seconds, value } = await timed(() =>
    session.right.gradients({ count: batch, inputs: { image }, labels }, cut),
  );
  console.log(`gradient ${seconds}  loss ${value.loss.toFixed(6)}  tensors ${tf.memory().numTensors}`);
}
for (const line of profile.lines()) console.log(line);
console.log(`peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
