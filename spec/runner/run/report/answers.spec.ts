/** What runs on arrays draw of their answers: numbers that agree with their scores, in the page and beside it. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../../src/base/error.js';
import { figure } from '../../../../src/cli/commands/figure.js';
import { report } from '../../../../src/cli/commands/report.js';
import { dense, program, reshape } from '../../../../src/dsl/index.js';
import { openEngine } from '../../../../src/engine/index.js';
import { decodeExperiment, type Experiment } from '../../../../src/experiments/experiment.js';
import { shareRight } from '../../../../src/experiments/scores/answers.js';
import { samplesLookedAt } from '../../../../src/runner/observe/answers.js';
import { modelWaves } from '../../../../src/runner/pictures/model-waves.js';
import { observeImages, observeSamples, openRun } from '../../../../src/runner/results/open-run.js';
import { sampleNote } from '../../../../src/runner/run/report/answers.js';
import { readFigures } from '../../../../src/runner/run/report/figures.js';
import { runExperiment } from '../../../../src/runner/run/run.js';
import { right } from '../../../support/either.js';
import { addingExperiment, copyExperiment, forecastExperiment } from '../../tiny-arrays.js';
import { environmentIn } from '../../tiny-run.js';

describe('answers of a run', () => {
  const runs = mkdtempSync(join(tmpdir(), 'drumhead-answers-'));
  after(() => rmSync(runs, { recursive: true }));
  const drawn = async (experiment: Experiment) => {
    const told: string[] = [];
    const { folder, result } = right(
      await runExperiment(
        experiment,
        0,
      )({
        ...environmentIn(runs),
        pictures: true,
        tell: (event) => {
          if (event.kind === 'stage' || event.kind === 'note') told.push(event.message);
        },
      })(),
    );
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    return { folder, result, told, page, figures: right(await readFigures(folder)()) };
  };

  it('name a score of a sample in words, as tables do', () => {
    const evaluation = { scores: { foregroundIou: 0.5 }, loss: 0.25 };
    assert.match(sampleNote(evaluation, 'foregroundIou'), /^loss 0\.25\d*, foreground IoU 0\.50*$/);
    assert.match(sampleNote(evaluation, 'loss'), /^loss 0\.25\d*$/);
  });

  it('of classes agree with the accuracy of the test; training and validation stand beside it', async () => {
    const { folder, result, told, page, figures } = await drawn(copyExperiment);
    const classes = figures.answers?.classes ?? assert.fail();
    assert.ok(Math.abs((shareRight(classes) ?? 0) - (result.test.accuracy ?? 1)) < 1e-12);
    assert.deepEqual(classes.classes, ['0', '1', 'blank']);
    assert.equal(figures.answers?.place, 'step');
    assert.equal(figures.examples?.groups.length, 6);
    assert.ok(
      told.includes('drawing the waves, the learning curves, the answers and the report'),
      told.join('\n'),
    );
    assert.match(page, /Confusion matrix of 3 classes/);
    assert.match(page, /<th scope="col" class="number">training, first 6<\/th>/);
    assert.match(page, /mean cross-entropy, nats per answer/);
    assert.ok(!/(one|test|an|every|whole) images?\b/.test(page));
    assert.ok(existsSync(join(folder, 'answers.png')));
  });

  it('of numbers agree with the errors of the test, and go by how hard samples are', async () => {
    const { result, figures } = await drawn(addingExperiment);
    const { numbers, graded } = figures.answers ?? assert.fail();
    assert.equal(numbers?.count, 6);
    assert.ok(Math.abs((numbers?.meanAbsolute ?? 0) - (result.test.absoluteError ?? 1)) < 1e-6);
    assert.equal(graded?.score, 'absoluteError');
    assert.equal(
      graded?.bins.reduce((sum, { count }) => sum + count, 0),
      6,
    );
  });

  it('of forecasts show frames that are true, answered and their difference', async () => {
    const { figures } = await drawn(forecastExperiment);
    assert.deepEqual(
      figures.examples?.groups[0].stills.map(({ name }) => name),
      ['past', 'medium', 'future, true', 'future, answered', 'answered − true'],
    );
  });

  it('of series are lines over time, behind what was seen, of the best and the worst sample', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `${Math.sin(i / 3)},${i / 120}`);
    writeFileSync(join(runs, 'tide.csv'), `height,wind\n${rows.join('\n')}\n`);
    const experiment = right(
      decodeExperiment({
        name: 'tiny/tide',
        task: { name: 'series', folder: join(runs, 'tide.csv'), past: 6, future: 4 },
        model: program({ past: [6, 2] }, ({ past }) => ({
          prediction: reshape(4, 2)(dense(8)(reshape(12)(past))),
        })),
        loss: 'mean-squared',
        training: { batch: 8, epochs: 1 },
      }),
    );
    const { folder, page, figures } = await drawn(experiment);
    const { series = [] } = figures.answers ?? assert.fail();
    assert.deepEqual(
      series.map(({ rank, column, columns, every, past, truth, predicted }) =>
        [rank, column, columns, every, past.length, truth.length, predicted.length].join(' '),
      ),
      ['best 1 2 1 6 4 4', 'best 2 2 1 6 4 4', 'worst 1 2 1 6 4 4', 'worst 2 2 1 6 4 4'],
    );
    // The second column rises by 1/120 each row, without a jump between what was seen and what is asked.
    const { past, truth } = series[1];
    [...past, ...truth].forEach((height, i, all) => {
      if (i > 0) assert.ok(Math.abs(height - all[i - 1] - 1 / 120) < 1e-5);
    });
    assert.match(page, /what was seen is left of the upright line/);
    // Kept for other pages, and drawn from there.
    const flags = { runs, engine: 'wasm', out: join(runs, 'figures') };
    assert.match(right(await figure('answers', [folder], flags)()), /series\.svg/);
  });

  it('come with their waves, beside the input alone, in page, play and figure', async () => {
    const { folder, page, figures } = await drawn(forecastExperiment);
    assert.match(page, /See the waves/);
    assert.deepEqual(
      figures.waves?.groups[0].stills.map(({ name }) => name),
      ['input'],
    );
    const open = right(await openRun(folder, environmentIn(runs))());
    const [one] = right(await observeSamples(open, [1])());
    assert.deepEqual([one.steps, one.waveHeight, one.name], [3, 8, 'test sample 1']);
    // the frames of the past, beside each other
    assert.deepEqual([one.height, one.width], [8, 17]);
    const pixels = await observeImages(open, [0])();
    assert.match(E.isLeft(pixels) ? errorMessage(pixels.left) : '', /arrays, not images; .*figure answers/);
    const engine = right(await openEngine('wasm')());
    const watched = { experiment: forecastExperiment, image: 0, frames: 3, delay: 60, cacheDir: runs };
    assert.notDeepEqual(
      right(await modelWaves(engine, { ...watched, run: folder })()),
      right(await modelWaves(engine, { ...watched, run: null })()),
    );
  });

  it('are drawn again from what was kept, alone and in the report of a sweep, by the scores that runs have', async () => {
    const { folder } = await drawn(addingExperiment);
    const flags = { runs, engine: 'wasm', out: join(runs, 'figures') };
    const written = right(await figure('answers', [folder], flags)());
    for (const name of ['predicted.svg', 'predicted-dark.png', 'difficulty.png', 'answers.png'])
      assert.ok(written.includes(name), written);
    assert.match(right(await figure('scores', [folder], flags)()), /scores\.svg/);
    assert.match(readFileSync(join(runs, 'figures', 'scores.svg'), 'utf8'), /absolute error/i);
    const wrong = await figure('scores', [folder], { ...flags, score: 'squaredEror' })();
    assert.match(E.isLeft(wrong) ? errorMessage(wrong.left) : '', /did you mean 'squaredError'/);
    const page = join(runs, 'sweep.html');
    right(await report(join(runs, 'tiny/adding'), { runs, preset: 'full', out: page })());
    assert.match(readFileSync(page, 'utf8'), /What they answer.*Predicted values against true ones/s);
  });

  it('are of as many samples as a page can wait for', () => {
    assert.equal(samplesLookedAt(200, 1), 200);
    assert.equal(samplesLookedAt(60_000, 1), 10_000);
    assert.equal(samplesLookedAt(1_000, 64 * 64), 488);
    assert.equal(samplesLookedAt(1_000, 1e6), 64);
  });
});
