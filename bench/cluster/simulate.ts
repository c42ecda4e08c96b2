/** A sweep from its plan to its end on a simulated cluster, each part of the scheduling counted. */

import { rmSync } from 'node:fs';
import { decodeWith } from '../../src/base/codec.js';
import { stream } from '../../src/base/random.js';
import { statuses } from '../../src/cli/commands/status.js';
import { slurmCodec } from '../../src/runner/cluster/options.js';
import { folderOfSweep, recordSubmitted, type ToSubmit, toSubmit } from '../../src/runner/cluster/plan.js';
import { slurmFolder, submit } from '../../src/runner/cluster/slurm-queue.js';
import { slurmScript } from '../../src/runner/cluster/slurm-script.js';
import { runSweep } from '../../src/runner/sweep/run.js';
import { value } from '../cases.js';
import { type Counted, counting } from './counting.js';
import { fakeCluster, sweepOfRuns } from './fake.js';
import { fatesOf } from './fates.js';

/** What one part of the scheduling cost. */
export interface Part extends Counted {
  readonly part: string;
  /** The runs that it was about. */
  readonly runs: number;
}

/** What a number of runs cost, and how the simulated cluster fared. */
export interface Outcome {
  readonly runs: number;
  readonly parts: readonly Part[];
  readonly rounds: number;
  readonly hours: number;
  readonly deaths: number;
  readonly preemptions: number;
}

const engine = 'wasm';

/** Every file of every run is read to tell its state, which takes minutes for more runs than these. */
const mostTold = 10_000;
/** How a sweep is simulated. */
export interface Simulation {
  readonly runs: number;
  /** Nodes, and the most tasks of the array. */
  readonly nodes: number;
  /** Tasks that go through the whole of drumhead. */
  readonly sample: number;
  /** How often a task may begin again before it is left for the next submission. */
  readonly restarts: number;
  readonly seed: number;
  /** Hears of each part when it is done. */
  readonly tell: (part: Part) => void;
}

export const simulated = async ({
  runs,
  nodes,
  sample,
  restarts,
  seed,
  tell,
}: Simulation): Promise<Outcome> => {
  const slurm = value(decodeWith(slurmCodec, 'options of Slurm')({ arraySize: nodes, restarts }));
  const fake = await fakeCluster();
  const random = stream(seed, 'bench:cluster');
  const sweep = sweepOfRuns(runs, fake.experiment);
  const setting = { engine, runs: fake.runs, cache: fake.cache, arraySize: nodes } as const;
  const parts: Part[] = [];
  const measured = async <A>(part: string, count: number, work: () => Promise<A>): Promise<A> => {
    const [done, cost] = await counting(work);
    const own = { part, runs: count, ...cost };
    parts.push(own);
    tell(own);
    return done;
  };
  const planned = (part: string): Promise<ToSubmit> =>
    measured(part, runs, async () => value(await toSubmit(sweep, setting)()));
  const submitted = (ready: ToSubmit): Promise<void> =>
    measured('submit', runs, async () => {
      const folder = folderOfSweep(fake.runs, sweep.name);
      value(await recordSubmitted(ready, fake.runs)());
      const task = { program: ['drumhead'], cwd: fake.runs, sweep: folder, more: [] };
      value(
        await submit(
          folder,
          slurmScript(sweep.name, ready.parts, task, slurmFolder(folder), slurm),
          ready.parts,
        )(),
      );
    });
  /** A task by the code of `--shard`, whose runs end as if trained. */
  const task = (number: number, of: number, count: number): Promise<void> =>
    measured('a task', count, async () => {
      value(
        await runSweep(sweep)({
          engine,
          runs: fake.runs,
          cache: fake.cache,
          workers: 1,
          pictures: false,
          now: () => performance.now() / 1000,
          tell: () => {},
          signal: new AbortController().signal,
          jobs: 1,
          shard: { part: number, of },
          remarked: true,
          job: async ({ placed = '' }) => {
            fake.finish(placed);
            return { kind: 'finished', folder: placed, before: false, foregroundIou: null };
          },
        })(),
      );
    });

  let [rounds, hours, deaths, preemptions] = [0, 0, 0, 0];
  let ready = await planned('plan, nothing done');
  while (ready.open.length > 0) {
    rounds++;
    await submitted(ready);
    const { parts: array, open } = ready;
    const byTask = new Map<number, string[]>();
    for (const { index, folder } of open) {
      const number = (index % array.of) + 1;
      byTask.set(number, [...(byTask.get(number) ?? []), folder ?? '']);
    }
    const fates = fatesOf(
      [...byTask].map(([number, folders]) => ({ number, runs: folders.length })),
      { nodes, restarts: slurm.restarts, random },
    );
    hours += fates.hours;
    deaths += fates.deaths;
    preemptions += fates.preemptions;
    let whole = rounds === 1 ? sample : 0;
    for (const { number, finished, left } of fates.tasks) {
      const folders = byTask.get(number) ?? [];
      if (whole > 0 && finished === folders.length) {
        whole--;
        await task(number, array.of, folders.length);
      } else {
        for (const folder of folders.slice(0, finished)) fake.finish(folder);
        if (left && finished < folders.length) fake.leaveDead(folders[finished]);
      }
    }
    fake.queue(fates.tasks.filter(({ left }) => left).map(({ number }) => number));
    if (rounds === 1 && runs <= mostTold)
      await measured('status, with the queue', runs, async () =>
        value(await statuses(sweep.name, { runs: fake.runs })()),
      );
    fake.queue([]);
    ready = await planned(ready.open.length === runs ? 'plan, most done' : 'plan, all but done');
  }
  rmSync(fake.folder, { recursive: true, force: true });
  return { runs, parts, rounds, hours, deaths, preemptions };
};

export const perRun = ({ seconds, operations, entries, runs }: Part): readonly [number, number, number] => [
  (1e6 * seconds) / runs,
  operations / runs,
  entries / runs,
];

/** The median of each part, as a part may be done several times. */
export const medians = (parts: readonly Part[]): ReadonlyMap<string, Part> => {
  const found = new Map<string, Part[]>();
  for (const part of parts) found.set(part.part, [...(found.get(part.part) ?? []), part]);
  return new Map(
    [...found].map(([name, all]) => [
      name,
      [...all].sort((a, b) => a.seconds / a.runs - b.seconds / b.runs)[Math.floor(all.length / 2)],
    ]),
  );
};
