/**
 * A process with a pool that nobody closes, for pool-process.spec.ts.
 *
 *   node --import tsx spec/compile/tfjs/session/pool-child.ts SOURCE STEPS
 *
 * SOURCE: the URL of src/ or dist/. Prints `open WORKERS`, then the loss of a gradient STEPS times.
 */

import type { Pool } from '../../../../src/compile/tfjs/session/pool.js';

const [source, steps] = process.argv.slice(2);
const from = async (path: string) => import(new URL(path, source).href);
const extension = source.endsWith('src/') ? 'ts' : 'js';
const { openEngine } = await from(`engine/index.${extension}`);
const { openPool } = await from(`compile/tfjs/session/pool.${extension}`);
const { initialParameters } = await from(`compile/parameters.${extension}`);
const { nwm } = await from(`models/nwm.${extension}`);

const program = nwm({
  height: 8,
  width: 8,
  input: 1,
  mid: 4,
  channels: 1,
  steps: 6,
  dt: 0.1,
  readout: 'linear',
  hidden: [8],
  classes: 3,
});
const engine = (await openEngine('wasm')()).right;
const pool: Pool = (await openPool(engine, program, initialParameters(program.graph, 0), 2)()).right;
console.log(`open ${pool.workers}`);
const batch = {
  count: 4,
  inputs: { image: new Float32Array(4 * 64).fill(0.5) },
  labels: new Uint8Array(256),
};
for (let i = 0; i < Number(steps); i++) console.log((await pool.gradients(batch, [2, 2])).loss);
