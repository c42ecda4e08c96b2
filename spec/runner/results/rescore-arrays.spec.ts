/** Runs on arrays, scored again: to the bit on their own data, on other lengths and grids, and what is refused. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import { type EvaluateFlags, evaluateRuns } from '../../../src/cli/commands/evaluate.js';
import type { Experiment } from '../../../src/experiments/experiment.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { right } from '../../support/either.js';
import { addingExperiment, copyExperiment, forecastExperiment } from '../tiny-arrays.js';
import { environmentIn } from '../tiny-run.js';

describe('drumhead evaluate: arrays', () => {
  const runs = mkdtempSync(join(tmpdir(), 'drumhead-rescored-'));
  after(() => rmSync(runs, { recursive: true }));
  const folders = new Map<string, string>();
  before(async () => {
    for (const experiment of [addingExperiment, copyExperiment, forecastExperiment])
      folders.set(experiment.name, right(await runExperiment(experiment, 0)(environmentIn(runs))()).folder);
  });
  const scored = ({ name }: Experiment, flags: Partial<EvaluateFlags> = {}) =>
    evaluateRuns(folders.get(name) ?? '', {
      split: 'test',
      runs,
      engine: 'wasm',
      workers: '1',
      set: [],
      ...flags,
    })();
  const refusal = async (...of: Parameters<typeof scored>): Promise<string> => {
    const made = await scored(...of);
    return E.isLeft(made) ? errorMessage(made.left) : assert.fail(made.right);
  };

  it('gives the scores of the run again to the last bit, under their own names', async () => {
    const adding = right(await scored(addingExperiment));
    assert.match(adding, /^run +loss +absolute error +squared error$/m);
    assert.match(adding, /test samples of adding: .*: 6 scored\nthe same to the last bit/);
    for (const experiment of [copyExperiment, forecastExperiment])
      assert.match(right(await scored(experiment)), /the same to the last bit/);
  });

  it('scores other splits, longer sequences and larger grids with the same weights', async () => {
    const validation = right(await scored(copyExperiment, { split: 'validation' }));
    assert.match(validation, /validation samples of copy: .*: 4 scored/);
    assert.match(validation, /recorded: own test samples/);
    const longer = right(await scored(copyExperiment, { set: ['delay=3'] }));
    assert.match(longer, /said again after 3 steps/);
    const larger = right(await scored(forecastExperiment, { set: ['size=10'] }));
    assert.match(larger, /obstacles on 10x10/);
  });

  it('refuses arrays that the weights do not fit, sizes of arrays, and another order of classes', async () => {
    assert.match(
      await refusal(copyExperiment, { set: ['alphabet=3'] }),
      /the program takes \[5,4\], the task has \[5,5\]\n.*an axis is 4 by the parameter/,
    );
    assert.match(
      await refusal(addingExperiment, { resize: '24x24' }),
      /--resize: the arrays of this task have the sizes of its settings/,
    );
    assert.match(await refusal(addingExperiment, { task: 'tetrominoes' }), /there is no array 'sequence'/);
  });
});
