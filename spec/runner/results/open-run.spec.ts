/** A tiny run, trained once, opened and looked at in every way. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { errorMessage, unknownName } from '../../../src/base/error.js';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import { imageScores } from '../../../src/experiments/scores/scores.js';
import type { Environment } from '../../../src/runner/environment.js';
import { drawStates } from '../../../src/runner/pictures/hidden-states.js';
import { writeSweepReport } from '../../../src/runner/pictures/sweep-report.js';
import { analyseWaves } from '../../../src/runner/pictures/waves/analysis.js';
import { collect } from '../../../src/runner/results/collection.js';
import { firstImages, observeImages, observeSamples, openRun } from '../../../src/runner/results/open-run.js';
import { readPublished } from '../../../src/runner/results/published.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { environmentIn } from '../tiny-run.js';

const refusal = async (task: TE.TaskEither<Parameters<typeof errorMessage>[0], unknown>): Promise<string> => {
  const refused = await task();
  assert.ok(E.isLeft(refused));
  return errorMessage(refused.left);
};

const tiny = (model: object): Experiment =>
  right(
    decodeExperiment({
      name: 'tiny/look',
      task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 8, validation: 2, test: 3 },
      model,
      training: { batch: 8, epochs: 1 },
    }),
  );

describe('a finished run, opened', () => {
  let runs = '';
  let environment: Environment;
  let nwm = '';
  let lstm = '';
  let cnn = '';
  before(async function () {
    this.timeout(60_000);
    runs = mkdtempSync(join(tmpdir(), 'drumhead-open-'));
    environment = environmentIn(runs);
    const folderOf = async (model: object): Promise<string> =>
      (await rightOf(runExperiment(tiny(model), 0)(environment))).folder;
    nwm = await folderOf({ name: 'nwm', mid: 2, steps: 9, hidden: [4] });
    lstm = await folderOf({ name: 'conv-lstm', mid: 2, steps: 8, hidden: [4], readout: 'last' });
    cnn = await folderOf({ name: 'cnn', mid: 2, layers: 1, hidden: [4], features: 2 });
  });
  after(() => rmSync(runs, { recursive: true }));

  it('has first images to look at, however few there are', async () => {
    const open = await rightOf(openRun(nwm, environment));
    assert.deepEqual(firstImages(open, 12), [0, 1, 2]);
    assert.deepEqual(firstImages(open, 2), [0, 1]);
  });

  it('predicts on its test images what it was scored for', async () => {
    const open = await rightOf(openRun(nwm, environment));
    const samples = await rightOf(observeSamples(open, [0, 1, 2]));
    const ious = samples.map(({ prediction, target }) => {
      const found = imageScores(
        Int32Array.from({ length: 256 }, (_, i) => prediction?.[i] ?? -1),
        Int32Array.from({ length: 256 }, (_, i) => target[i]),
      );
      return found.iou ?? Number.NaN;
    });
    const mean = ious.reduce((sum, iou) => sum + iou, 0) / 3;
    assert.ok(Math.abs(mean - (open.run.scores?.iou ?? Number.NaN)) < 1e-12);
    assert.equal(samples[0].waves.length, 9 * 16 * 16 * 2);
    assert.deepEqual((await rightOf(observeImages(open, [1])))[0].prediction, samples[1].prediction);
  });

  it('has its waves analysed, over more steps for the spectrum', async () => {
    const open = await rightOf(openRun(nwm, environment));
    const found = await rightOf(analyseWaves(open, { samples: [0, 1], channel: null, steps: 40 }));
    assert.deepEqual([found.steps, found.spectrumSteps, found.samples.length], [9, 40, 2]);
    assert.equal(found.energies.length, 8);
    assert.ok(found.energies.every(({ kinetic }) => kinetic >= 0));
    assert.ok(found.lines.some(({ of }) => of === 'learned') && found.lattice?.channels === 2);
  });

  it('without oscillators is analysed without theirs, without waves not at all', async () => {
    const other = await rightOf(
      analyseWaves(await rightOf(openRun(lstm, environment)), { samples: [0], channel: 1, steps: null }),
    );
    assert.deepEqual([other.lines, other.energies, other.lattice, other.channel], [[], [], null, 1]);
    const none = await rightOf(openRun(cnn, environment));
    assert.match(await refusal(analyseWaves(none, { samples: [0], channel: null, steps: null })), /no waves/);
    assert.match(await refusal(observeSamples(none, [0])), /no waves/);
  });

  it('stands beside another of its task', async () => {
    const both = [await rightOf(openRun(nwm, environment)), await rightOf(openRun(lstm, environment))];
    const drawn = await rightOf(drawStates(both, 1, 0));
    assert.ok(drawn.light.length > 10_000 && drawn.dark.length > 10_000);
    assert.match(await refusal(drawStates(both, 9, 0)), /there is no test image 9: they are 0 to 2/);
    assert.match(await refusal(drawStates(both, 0, 5)), /there is no channel 6: they are 1 to 2/);
  });

  it('is one of the runs of a report that needs nothing but itself', async () => {
    const collection = await rightOf(collect(runs, runs, TE.left(unknownName('sweep', runs, []))));
    const page = join(runs, 'report.html');
    await rightOf(writeSweepReport(collection, await rightOf(readPublished), page));
    const html = readFileSync(page, 'utf8');
    assert.ok(html.includes('3 of 3 runs are finished'));
    assert.ok(html.length < 10_000_000);
    for (const [, source] of html.matchAll(/(?:src|srcset)="([^"]*)"/g)) assert.match(source, /^data:/);
    assert.match(
      await refusal(writeSweepReport({ ...collection, runs: [] }, [], join(runs, 'none.html'))),
      /no runs/,
    );
    assert.ok(!existsSync(join(runs, 'none.html')));
  });

  it('is refused when it is damaged or not finished', async () => {
    const values = join(lstm, 'weights', 'weights.bin');
    const bytes = readFileSync(values);
    bytes[5] ^= 1;
    writeFileSync(values, bytes);
    assert.match(await refusal(openRun(lstm, environment)), /damaged/);
    rmSync(join(lstm, 'weights'), { recursive: true });
    assert.match(await refusal(openRun(lstm, environment)), /weights\.bin: it is missing/);
    assert.match(await refusal(openRun(join(runs, 'none'), environment)), /no such file/);
  });
});
