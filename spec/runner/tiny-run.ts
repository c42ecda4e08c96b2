/** The smallest run that has everything a run has, for specs of what reads runs. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import type { Environment } from '../../src/runner/environment.js';
import { runExperiment } from '../../src/runner/run/run.js';

export const environmentIn = (runs: string): Environment => ({
  engine: 'wasm',
  runs,
  cache: join(runs, '.cache'),
  workers: 1,
  pictures: false,
  now: () => 0,
  tell: () => {},
  signal: new AbortController().signal,
});

const experiment = decodeExperiment({
  name: 'tiny/sealed',
  task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 8, validation: 2, test: 3 },
  model: { name: 'nwm', mid: 2, channels: 1, steps: 4, readout: 'linear', hidden: [8] },
  training: { batch: 8, epochs: 2 },
});

/** Trains it, and gives its folder. */
export const trainTiny = async (runs: string): Promise<string> => {
  if (E.isLeft(experiment)) assert.fail(errorMessage(experiment.left));
  const finished = await runExperiment(experiment.right, 0)(environmentIn(runs))();
  return E.isLeft(finished) ? assert.fail(errorMessage(finished.left)) : finished.right.folder;
};
