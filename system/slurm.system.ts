/** Sweeps on a real Slurm of one node, started here: the results have the bits of a sweep without Slurm. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lasting } from '../spec/runner/kill/tiny.js';
import { runFoldersBelow } from '../src/runner/folder/paths.js';
import { type Cluster, startCluster, whyNoCluster } from './cluster.js';

const program = fileURLToPath(new URL('../bin/drumhead.js', import.meta.url));
const why = whyNoCluster();
const stopped = /stopping after this step/g;

/** A sweep of some runs with some short epochs each. */
const sweepOf = (name: string, rates: number, seeds: number, epochs: number): object => ({
  name,
  experiment: {
    name: `slurm/${name}`,
    task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 24, validation: 2, test: 2 },
    model: { name: 'nwm', mid: 2, steps: 4, hidden: [8] },
    training: { batch: 8, epochs },
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
  },
  vary: { 'training.rate': Array.from({ length: rates }, (_, i) => 0.001 * (i + 1)) },
});

describe(`sweeps on Slurm${why === null ? '' : ` (skipped: ${why})`}`, function () {
  this.timeout(600_000);
  let cluster: Cluster;
  let folder = '';

  before(async function () {
    if (why !== null) return this.skip();
    cluster = await startCluster();
  });
  after(async () => {
    if (why === null) await cluster.stop();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-slurm-'));
  });
  afterEach(() => {
    try {
      cluster.run('scancel', '--user=root');
    } catch {
      // nothing was left
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  });

  const drumhead = (...words: readonly string[]): string =>
    execFileSync(process.execPath, [program, ...words], {
      cwd: folder,
      env: { ...process.env, ...cluster.env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const write = (name: string, value: object): string => {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(value));
    return `${name}.json`;
  };
  interface Seen {
    readonly state: string;
    readonly epoch: number;
    readonly queue: string | null;
  }
  const states = (name: string): readonly Seen[] => JSON.parse(drumhead('status', name, '--json'));
  const count = (name: string, state: string): number =>
    states(name).filter((run) => run.state === state).length;
  const until = async (is: () => boolean, what: string, seconds = 300): Promise<void> => {
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; await setTimeout(1000)) if (is()) return;
    assert.fail(`${what}: not within ${seconds} s\n${cluster.run('squeue')}`);
  };
  const submit = (file: string, ...more: readonly string[]): string =>
    drumhead('sweep', file, '--slurm', '--no-pictures', '--engine', 'wasm', '--sbatch', 'cpus=1', ...more);
  const bits = async (runs: string): Promise<Readonly<Record<string, string>>> => {
    const found: Record<string, string> = {};
    for (const run of await runFoldersBelow(join(folder, runs)))
      for (const file of lasting)
        found[join(run.slice(join(folder, runs).length), file)] = createHash('sha256')
          .update(readFileSync(join(run, file)))
          .digest('hex');
    return found;
  };
  const logs = (name: string): string =>
    readdirSync(join(folder, 'runs', 'sweeps', name, 'slurm'))
      .filter((file) => file.endsWith('.log'))
      .map((file) => readFileSync(join(folder, 'runs', 'sweeps', name, 'slurm', file), 'utf8'))
      .join('\n');
  const stops = (name: string): number => (logs(name).match(stopped) ?? []).length;

  it('end as on a laptop, bit for bit, through two preemptions and a node that dies', async function () {
    this.timeout(900_000);
    const file = write('through', sweepOf('through', 6, 4, 120));
    const dry = drumhead(
      'sweep',
      file,
      '--slurm',
      '--dry-run',
      '--probe',
      '--engine',
      'wasm',
      '--sbatch',
      'partition=short',
    );
    assert.match(dry, /an estimate, from short probes on wasm of \S+, a node of the partition short$/m);
    assert.match(submit(file, 'partition=short'), /submitted job \d+, 24 runs in 24 tasks/);
    const training = (): Promise<void> =>
      until(() => states('through').some(({ state, epoch }) => state === 'running' && epoch > 2), 'a run');
    // A run that ends or only begins as the other job arrives is not stopped in its middle: then there is another.
    const preempt = async (): Promise<void> => {
      const before = stops('through');
      for (let tries = 0; tries < 5 && stops('through') === before; tries++) {
        await training();
        cluster.run('sbatch', '--partition=urgent', '--exclusive', '--output=/dev/null', '--wrap=sleep 1');
        await until(() => cluster.run('squeue', '--noheader', '--partition=urgent') === '', 'the preemption');
      }
      assert.ok(stops('through') > before, 'no run was stopped by five preemptions');
    };
    await preempt();
    await preempt();
    await training();
    cluster.loseNode();
    await setTimeout(15_000);
    await cluster.startNode();
    await until(() => count('through', 'finished') === 24, 'all runs', 500);
    drumhead('sweep', file, '--runs', 'laptop', '--no-pictures', '--engine', 'wasm');
    assert.deepEqual(await bits('runs'), await bits('laptop'));
    const table = (runs: string): string => drumhead('table', file, '--runs', runs);
    assert.equal(table('runs'), table('laptop'));
    assert.match(submit(file), /nothing to submit, every run is finished/);
  });

  it('are put back into the queue before their time limit, no more often than allowed', async () => {
    const file = write('limited', sweepOf('limited', 1, 1, 4000));
    submit(file, 'time=1', 'notice=50', 'restarts=1');
    await until(() => stops('limited') === 2, 'the second time limit');
    await until(() => cluster.run('squeue', '--noheader') === '', 'the end');
    const [{ state, epoch }] = states('limited');
    assert.equal(state, 'unfinished');
    assert.ok(epoch > 0);
    await setTimeout(8000);
    assert.equal(cluster.run('squeue', '--noheader'), '');
  });

  it('keep what a cancelled task had, and say why others wait', async () => {
    const file = write('cancelled', sweepOf('cancelled', 1, 3, 2000));
    const [, job] = /submitted job (\d+)/.exec(submit(file, 'atOnce=1')) ?? assert.fail();
    await until(() => states('cancelled').some(({ epoch }) => epoch > 1), 'a run');
    const waiting = states('cancelled').filter(({ queue }) => queue !== null);
    assert.deepEqual(
      waiting.map(({ state, queue }) => [state, queue]),
      Array(2).fill(['not begun', 'waits: JobArrayTaskLimit']),
    );
    assert.match(
      drumhead('sweep', file, '--slurm', '--engine', 'wasm', '--no-pictures'),
      /nothing to submit; 3 in the queue already|3 in the queue already/,
    );
    cluster.run('scancel', job);
    await until(
      () => states('cancelled').every(({ queue, state }) => queue === null && state !== 'running'),
      'the end of all',
    );
    assert.deepEqual(
      states('cancelled')
        .map(({ state }) => state)
        .sort(),
      ['not begun', 'not begun', 'unfinished'],
    );
  });

  it('do two hundred tiny runs, of two sweeps at once', async () => {
    const [one, other] = ['one', 'other'].map((name) => write(name, sweepOf(name, 5, 20, 1)));
    submit(one, 'arraySize=10');
    submit(other, 'arraySize=10');
    await until(
      () => count('one', 'finished') === 100 && count('other', 'finished') === 100,
      'two hundred runs',
      500,
    );
  });

  it('fail alone where the disk of one is full, and are not tried again with wrong settings', async function () {
    const small = join(folder, 'runs', 'slurm', 'full');
    mkdirSync(small, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', small], { stdio: 'ignore' });
    } catch {
      // no small disk can be made here
      return this.skip();
    }
    try {
      const full = write('full', sweepOf('full', 1, 1, 2));
      const fine = write('fine', sweepOf('fine', 1, 1, 3));
      submit(full);
      submit(fine);
      await until(() => count('fine', 'finished') === 1 && /failed/.test(logs('full')), 'both ends');
      await setTimeout(5000);
      assert.equal(cluster.run('squeue', '--noheader'), '');
      assert.match(logs('full'), /no space|full/i);
      assert.ok(existsSync(join(folder, 'runs', 'sweeps', 'full', 'sweep.json')));
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
