/**
 * The recurrence alone, on 64x64 with two channels and a hundred steps, batch 16 on two threads: forward with
 * the whole sequence kept, and a training step, forward and back. Compares the speed per operation of the
 * Neural Wave Machine's step with that of a step with five fields and twelve pointwise operations, for which
 * no kernel was written.
 *
 *     npm run bench:recurrence
 */

import { stream } from '../../src/base/random.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { openPool, type Pool } from '../../src/compile/tfjs/session/pool.js';
import { openEngine } from '../../src/engine/index.js';
import { value } from '../cases.js';
import { median, ratio } from '../statistics.js';
import { duration } from '../table.js';
import { type Steps, size, waveMachine, written } from './steps.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const batch = 16;
const rounds = 15;
const parts = [8, 8];
const { side, channels, steps } = size;
const pixels = batch * side * side;

const engine = value(await openEngine('wasm')());
const random = stream(0, 'bench');
const field = (): Float32Array => Float32Array.from({ length: pixels * channels }, random.uniform);
const inputs = { y: field(), omega: field(), alpha: field() };
const labels = Uint8Array.from({ length: pixels }, () => random.integer(channels));

type Run = (pool: Pool) => Promise<unknown>;
const phases: Readonly<Record<string, Run>> = {
  forward: (pool) => pool.infer({ count: batch, inputs }, ['logits'], { microBatches: parts }),
  'forward and back': (pool) => pool.gradients({ count: batch, inputs, labels }, parts),
};

const contenders: readonly Steps[] = [waveMachine, written];
const pools: Pool[] = [];
for (const { program } of contenders)
  pools.push(value(await openPool(engine, program, initialParameters(program.graph, 0), 2)()));

for (const [phase, run] of Object.entries(phases)) {
  const times: number[][] = contenders.map(() => []);
  for (let round = -2; round < rounds; round++)
    for (const [i, pool] of pools.entries()) {
      const start = performance.now();
      await run(pool);
      if (round >= 0) times[i].push((performance.now() - start) / 1000);
    }
  say(`${phase}, batch ${batch}, two threads`);
  for (const [i, { name, operations }] of contenders.entries()) {
    const all = operations * steps * channels * pixels;
    const least = Math.min(...times[i]);
    say(
      `  ${name}: median ${duration(median(times[i]))}, least ${duration(least)}; ${operations} operations, ` +
        `${(all / least / 1e9).toFixed(1)} GOP/s`,
    );
  }
  const perOperation = ratio(
    times[0].map((seconds) => seconds / contenders[0].operations),
    times[1].map((seconds) => seconds / contenders[1].operations),
  );
  say(`  the second reaches ${perOperation.toFixed(2)} of the first's operations a second`);
}
for (const pool of pools) pool.close();
process.exit(0);
