/** A trained model at another grid and over more steps, as a person asks for it. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateRuns } from '../../src/cli/commands/evaluate.js';
import { play } from '../../src/cli/commands/play.js';
import { runProgramFile } from '../../src/cli/commands/run-program.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { decodeNpy, encodeNpy } from '../../src/formats/npy/npy.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { environmentIn } from '../runner/tiny-run.js';
import { right, sentence } from '../support/either.js';

const experiment = (readout: string) => ({
  name: `tiny/${readout}`,
  task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 8, validation: 2, test: 3 },
  model: { name: 'nwm', mid: 2, steps: 9, hidden: [4], readout },
  training: { batch: 8, epochs: 1 },
});

describe('--resize', () => {
  let runs = '';
  const folders: Record<string, string> = {};
  before(async () => {
    runs = mkdtempSync(join(tmpdir(), 'drumhead-resize-'));
    for (const readout of ['max', 'linear']) {
      const decoded = right(decodeExperiment(experiment(readout)));
      folders[readout] = right(await runExperiment(decoded, 0)(environmentIn(runs))()).folder;
    }
  });
  after(() => rmSync(runs, { recursive: true }));

  const flags = () => ({ engine: 'wasm', runs, workers: '1', split: 'test', json: true });
  const scored = async (resize?: string, set?: readonly string[]) => {
    const [one] = JSON.parse(
      right(
        await evaluateRuns(folders.max, {
          ...flags(),
          ...(resize ? { resize } : {}),
          ...(set ? { set } : {}),
        })(),
      ),
    );
    return one;
  };

  it('of evaluate scores images of another size, and more steps', async () => {
    const own = await scored();
    assert.equal(own.ownTest, true);
    const large = await scored('24x24');
    assert.equal(large.task.size, 24);
    assert.deepEqual(large.scores, (await scored(undefined, ['size=24'])).scores);
    const same = await scored('steps=9');
    assert.deepEqual(same.scores, own.scores);
    const longer = await scored('24x24,steps=20');
    assert.notDeepEqual(longer.scores, large.scores);
    // They are not the scores of the run's own test, and the label says at what sizes they were made.
    assert.equal(longer.ownTest, false);
    assert.match(longer.description, /; resized to 24x24,steps=20$/);
  });

  it('refuses a readout that has a weight for each step, and a size that the images do not have', async () => {
    assert.match(
      sentence(await evaluateRuns(folders.linear, { ...flags(), resize: 'steps=20' })()),
      /--resize: an axis is 9 by the parameter 'projection\/weight' .* and 20 by the steps of scan1/,
    );
    assert.match(
      sentence(await evaluateRuns(folders.max, { ...flags(), resize: '24x16' })()),
      /--resize: tetrominoes makes square images/,
    );
  });

  it('of run-program takes an array of that size', async () => {
    const [input, out] = [join(runs, 'x.npy'), join(runs, 'answer')];
    writeFileSync(
      input,
      right(encodeNpy({ dtype: 'float32', shape: [12, 20, 3], data: new Float32Array(720).fill(0.5) })),
    );
    const asked = { input: [input], out, engine: 'wasm', runs, resize: '12x20,steps=30' };
    assert.match(right(await runProgramFile(folders.max, asked)()), /resized to 12x20,steps=30/);
    const classes = right(decodeNpy(readFileSync(join(out, 'classes.npy')), 'classes.npy'));
    assert.deepEqual(classes.shape, [1, 12, 20]);
    assert.match(
      sentence(await runProgramFile(folders.max, { ...asked, resize: '12' })()),
      /12 is no grid of the input 'image' \[16,16,3\]; it has 2 axes/,
    );
  });

  it('of play shows the waves of a larger grid', async () => {
    const gif = join(runs, 'large.gif');
    const asked = { gif, seed: '0', set: [], fps: '16', frames: '4', engine: 'wasm', runs };
    right(await play(folders.max, { ...asked, resize: '24x24,steps=12' })());
    assert.equal(readFileSync(gif).subarray(0, 3).toString(), 'GIF');
  });
});
