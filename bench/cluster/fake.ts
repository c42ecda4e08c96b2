/** A folder of runs, programs that answer as Slurm's do, and what leaves the files of a finished run without training. */

import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import type { Sweep } from '../../src/experiments/sweep/sweep.js';
import { holderName } from '../../src/files/holder.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { value } from '../cases.js';

export interface Fake {
  readonly folder: string;
  readonly runs: string;
  readonly cache: string;
  readonly experiment: Experiment;
  /** Leaves the files of a finished run. */
  readonly finish: (folder: string) => void;
  /** Leaves what a node leaves that died ten minutes ago: a folder with its lock. */
  readonly leaveDead: (folder: string) => void;
  /** What squeue says from now on: these tasks of the last array wait. */
  readonly queue: (tasks: readonly number[]) => void;
}

/** Members of a sweep; the seeds of each are as many as are needed. */
const members = 10;

/** A sweep of so many runs. */
export const sweepOfRuns = (runs: number, experiment: Experiment): Sweep => ({
  name: 'simulated',
  members: Array.from({ length: members }, (_, i) => {
    const rate = 0.001 * (i + 1);
    const seeds = Array.from({ length: Math.ceil(runs / members) }, (_, seed) => seed);
    return {
      axes: { rate },
      experiment: { ...experiment, seeds, training: { ...experiment.training, rate } },
    };
  }),
});

export const fakeCluster = async (): Promise<Fake> => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-simulated-'));
  const at = (name: string): string => join(folder, name);
  const [runs, cache, bin] = [at('runs'), at('cache'), at('bin')];
  for (const path of [runs, bin]) mkdirSync(path);
  const program = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  writeFileSync(at('queue'), '');
  writeFileSync(at('jobs'), '100');
  program('sbatch', `cat > /dev/null; n=$(($(cat ${at('jobs')}) + 1)); printf $n | tee ${at('jobs')}; echo`);
  program('squeue', `n=$(cat ${at('jobs')}); sed "s/JOB/$n/" ${at('queue')}`);
  process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;

  const experiment = value(
    decodeExperiment({
      name: 'simulated/tiny',
      task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 8, validation: 2, test: 2 },
      model: { name: 'nwm', mid: 2, steps: 2, hidden: [4] },
      training: { batch: 8, epochs: 1 },
    }),
  );
  // The one run that is trained; the files of all others are links to its.
  const trained = value(
    await runExperiment(
      experiment,
      0,
    )({
      engine: 'wasm',
      runs: at('trained'),
      cache,
      workers: 1,
      pictures: false,
      now: () => performance.now() / 1000,
      tell: () => {},
      signal: new AbortController().signal,
    })(),
  );
  const names = readdirSync(trained.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath.slice(trained.folder.length), entry.name));
  const folders = new Set(names.map((name) => join(name, '..')));
  let [finished, source] = [0, trained.folder];
  return {
    folder,
    runs,
    cache,
    experiment,
    finish: (to) => {
      // A file system has a limit on the links of one file; ext4 has 65,000.
      if (finished++ % 30_000 === 0) {
        source = at(`source-${finished}`);
        cpSync(trained.folder, source, { recursive: true });
      }
      for (const inner of folders) mkdirSync(join(to, inner), { recursive: true });
      for (const name of names) linkSync(join(source, name), join(to, name));
    },
    leaveDead: (to) => {
      mkdirSync(to, { recursive: true });
      const lock = join(
        to,
        `lock-${holderName({ pid: 1, started: '1', host: 'a-dead-node', realm: 'abcdef012345.1' })}`,
      );
      writeFileSync(lock, '');
      const then = Date.now() / 1000 - 600;
      utimesSync(lock, then, then);
    },
    queue: (tasks) => {
      writeFileSync(at('queue'), tasks.length === 0 ? '' : `JOB_[${tasks.join()}]|PENDING|Resources\n`);
    },
  };
};
