/** A training small enough to be killed many times: 4 epochs of 3 steps, a third of a second. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import type { Environment, RunEvent } from '../../../src/runner/environment.js';
import { right } from '../../support/either.js';

const decoded = decodeExperiment({
  name: 'tiny/killed',
  task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 24, validation: 2, test: 2 },
  model: { name: 'nwm', mid: 2, steps: 4, hidden: [8] },
  training: { batch: 8, epochs: 4, rate: 0.01 },
});

export const tiny: Experiment = right(decoded);

export const environmentOf = (
  runs: string,
  { workers = 1, tell = () => {} }: { workers?: number; tell?: (event: RunEvent) => void } = {},
): Environment => ({
  engine: 'wasm',
  runs,
  cache: join(runs, '.cache'),
  workers,
  pictures: false,
  now: () => performance.now() / 1000,
  tell,
  signal: new AbortController().signal,
});

/** Files that are the same bytes whenever and however often a run was stopped. */
export const lasting = [
  'result.json',
  'metrics.ndjson',
  join('weights', 'weights.bin'),
  'program.json',
  'run.json',
];

/** The one run folder below a folder of runs. */
export const theRun = async (runs: string): Promise<string> => {
  const folder = join(runs, ...tiny.name.split('/'));
  const [name, ...others] = await readdir(folder);
  assert.deepEqual(others, []);
  return join(folder, name);
};

/** SHA-256 of each lasting file, and the names of all files of the run. */
export const fingerprint = async (
  runs: string,
): Promise<{ readonly hashes: Readonly<Record<string, string>>; readonly names: readonly string[] }> => {
  const folder = await theRun(runs);
  const hashes: Record<string, string> = {};
  for (const name of lasting)
    hashes[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  return { hashes, names: (await readdir(folder, { recursive: true })).sort() };
};
