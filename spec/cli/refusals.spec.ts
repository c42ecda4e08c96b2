/** What cannot be meant is refused in the words of what a person meant. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importWeights } from '../../src/cli/commands/import.js';
import { finishedRuns } from '../../src/cli/source/finished.js';
import { sweepFrom } from '../../src/cli/source/source.js';
import { taskFrom } from '../../src/cli/source/task.js';
import { collect } from '../../src/runner/results/collection.js';
import { refusal } from '../support/effects.js';

describe('a refusal', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drumhead-refusals-'));
    await mkdir(join(folder, 'me', 'pooled', 'seed-0-0123456789'), { recursive: true });
    await mkdir(join(folder, 'sweeps', 'me', 'rates'), { recursive: true });
    await writeFile(join(folder, 'sweeps', 'me', 'rates', 'sweep.json'), '{}');
  });
  after(() => rm(folder, { recursive: true }));

  it('of a task of own files says that it needs their folder', async () => {
    for (const name of ['npy', 'png'])
      assert.match(
        await refusal(taskFrom(name, {}, {})),
        new RegExp(`^${name}: this task is a folder of your own files; .*--set folder=FOLDER`),
      );
  });

  it('of a file that is no weights says what import takes', async () => {
    const path = join(folder, 'README.md');
    await writeFile(path, '# Read me');
    const words = await refusal(importWeights(path, { out: join(folder, 'out'), set: [], preset: 'full' }));
    assert.match(words, /give a \.safetensors file, program\.json/);
    assert.doesNotMatch(words, /damaged/);
  });

  it('of an unknown name names the nearest sweep, experiment or run there is', async () => {
    assert.match(
      await refusal(sweepFrom('paper/smal', 'full')),
      /unknown experiment, sweep or run 'paper\/smal'; did you mean 'paper\//,
    );
    const table = (name: string) => refusal(collect(name, folder, sweepFrom(name, 'full')));
    assert.match(await table('me/poled'), /did you mean 'me\/pooled'\?/);
    assert.match(await table('me/rate'), /did you mean 'me\/rates'\?/);
    assert.match(
      await table('me/nothing'),
      /unknown experiment, sweep or run 'me\/nothing'.*Known: me\/pooled, me\/rates/,
    );
    assert.match(await refusal(finishedRuns('me/poled', { runs: folder })), /did you mean 'me\/pooled'\?/);
  });
});
