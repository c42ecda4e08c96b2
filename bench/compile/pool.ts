/**
 * Seconds per training step (gradients and load) of the NWM, in this thread and in a pool, taken in turn.
 *
 *   npx tsx bench/compile/pool.ts [batch=16] [grid=64] [steps=100] [rounds=7] [workers=2]
 *
 * The cut is the same for both: two parts of equal size. Processor time shows what a busy machine hides.
 */

import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { type DrumheadError, describe } from '../../src/base/error.js';
import { stream } from '../../src/base/random.js';
import { equalParts } from '../../src/compile/cut.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { openPool, type Pool } from '../../src/compile/tfjs/pool.js';
import { openEngine } from '../../src/engine/index.js';
import { nwm } from '../../src/models/nwm.js';
import { processorTime } from '../engine/clock.js';

const value = <A>(either: E.Either<DrumheadError, A>): A => {
  if (E.isLeft(either)) throw new Error(describe(either.left));
  return either.right;
};

const [batch = 16, grid = 64, steps = 100, rounds = 7, workers = 2] = process.argv.slice(2).map(Number);
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
const engine = value(await openEngine('wasm')());
const parameters = initialParameters(program.graph, 0);
const random = stream(0, 'bench');
const image = Float32Array.from({ length: batch * grid * grid * 3 }, random.uniform);
const labels = Uint8Array.from({ length: batch * grid * grid }, () => random.integer(6));
const cut = equalParts(batch, 2);

interface Taken {
  readonly wall: number;
  readonly processor: number;
}
const timed = async (work: () => Promise<unknown>): Promise<Taken> => {
  const [start, used] = [performance.now(), processorTime()];
  await work();
  return { wall: (performance.now() - start) / 1000, processor: (processorTime() - used) / 1000 };
};
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

const pools: Pool[] = [];
for (const count of [1, workers]) {
  const { wall, processor } = await timed(async () => {
    pools.push(value(await openPool(engine, program, parameters, count)()));
  });
  console.log(
    `open, ${pools[pools.length - 1].why}: ${wall.toFixed(2)} s (processor ${processor.toFixed(2)} s)`,
  );
}
const load = (): string => readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 4).join(' ');
console.log(`batch ${batch}, ${grid}x${grid}, T ${steps}, cut ${cut.join(' ')}; load ${load()}`);
const taken: Taken[][] = pools.map(() => []);
for (let round = 0; round <= rounds; round++)
  for (const [i, pool] of pools.entries()) {
    const one = await timed(async () => {
      pool.load(parameters);
      await pool.gradients({ count: batch, inputs: { image }, labels }, cut);
    });
    // the first warms up
    if (round > 0) taken[i].push(one);
  }
const [here, there] = taken;
for (const [i, times] of taken.entries())
  console.log(
    `${pools[i].workers} thread(s): median ${median(times.map((t) => t.wall)).toFixed(2)} s, least ` +
      `${Math.min(...times.map((t) => t.wall)).toFixed(2)} s; processor, median ` +
      `${median(times.map((t) => t.processor)).toFixed(2)} s`,
  );
const ratios = here.map(({ wall }, i) => wall / there[i].wall);
console.log(
  `ratio of neighbours: median ${median(ratios).toFixed(2)}, each ${ratios.map((r) => r.toFixed(2)).join(' ')}; ` +
    `of least times ${(Math.min(...here.map((t) => t.wall)) / Math.min(...there.map((t) => t.wall))).toFixed(2)}`,
);
console.log(`load ${load()}; peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
for (const pool of pools) pool.close();
