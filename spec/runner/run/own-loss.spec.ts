/** A run whose loss and scores are outputs of its program: trained, continued, scored again, and answered without targets. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvParse } from 'd3-dsv';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { errorMessage } from '../../../src/base/error.js';
import { evaluateRuns } from '../../../src/cli/commands/evaluate.js';
import { report } from '../../../src/cli/commands/report.js';
import { table } from '../../../src/cli/commands/table.js';
import {
  conv,
  crossEntropy,
  fill,
  greaterEqual,
  inputsOf,
  maximum,
  mul,
  outputsOf,
  program,
  reshape,
  sub,
  sum,
  tanh,
} from '../../../src/dsl/index.js';
import { decodeExperiment, type Experiment, withTraining } from '../../../src/experiments/experiment.js';
import { learningFor } from '../../../src/experiments/model.js';
import type { RunEvent } from '../../../src/runner/environment.js';
import { readTrained } from '../../../src/runner/export/trained.js';
import { keptScores } from '../../../src/runner/results/kept-scores.js';
import { rescore } from '../../../src/runner/results/rescore.js';
import { readRun, readRuns } from '../../../src/runner/results/summary.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import { rightOf } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { environmentIn } from '../tiny-run.js';

const size = 16;

/** The class of each pixel by a cross-entropy of its own, and how much of the foreground is found. */
const own = program({ image: [size, size, 3], mask: [size, size] }, ({ image, mask }) => {
  const logits = pipe(image, conv(4), tanh, conv(6));
  const { total, count } = crossEntropy()(logits, mask);
  const found = greaterEqual(
    fill(0, size, size),
    pipe(logits, (x) => reshape(size, size, 6)(x), sum(2)),
  );
  const wanted = greaterEqual(mask, fill(1, size, size));
  const both = mul(found, wanted);
  return { logits, total, count, both: sum(0, 1)(both), either: sum(0, 1)(maximum(found, wanted)) };
});

const draft = {
  name: 'tiny/own',
  task: { name: 'tetrominoes', size, cell: 2, maxPieces: 2, train: 8, validation: 3, test: 4 },
  model: own,
  loss: { output: 'total', count: 'count' },
  scores: {
    iou: { output: 'both', count: 'either', better: 'more' },
    mean: { output: 'total', better: 'less' },
  },
  training: { batch: 4, epochs: 2, rate: 0.01 },
};
const experiment: Experiment = right(decodeExperiment(draft));

describe('a loss of the program', () => {
  let runs = '';
  before(async () => {
    runs = await mkdtemp(join(tmpdir(), 'own-loss-'));
  });
  after(() => rm(runs, { recursive: true, force: true }));

  it('trains as the loss by name does, is scored by its own scores, and answers without its targets', async function () {
    this.timeout(60_000);
    const { folder, result } = await rightOf(
      runExperiment(experiment, 0)({ ...environmentIn(runs), pictures: true }),
    );
    assert.deepEqual(Object.keys(result.test), ['loss', 'iou', 'mean', 'samples']);
    assert.equal(result.test.samples, 4);
    const { total, count, either, both, ...rest } = outputsOf(own.graph);
    assert.ok([total, count, either, both].every((shape) => shape.length === 0));
    const plain = program({ image: [size, size, 3] }, ({ image }) => ({
      logits: pipe(image, conv(4), tanh, conv(6)),
    }));
    const { loss: _, scores: __, ...others } = draft;
    const known = right(decodeExperiment({ ...others, name: 'tiny/named', model: plain }));
    const named = (await rightOf(runExperiment(known, 0)(environmentIn(runs)))).result;
    assert.ok(
      Math.abs((result.test.loss ?? 0) - (named.test.loss ?? 1)) < 1e-4,
      `${result.test.loss} ${named.test.loss}`,
    );
    assert.notEqual(result.identity, named.identity);

    const trained = await rightOf(readTrained(folder));
    assert.deepEqual(inputsOf(trained.program.graph), { image: [size, size, 3] });
    assert.deepEqual(outputsOf(trained.program.graph), rest);
    const again = await rightOf(
      rescore(
        folder,
        { task: (task) => (task === null ? assert.fail() : TE.right(task)), split: 'test' },
        environmentIn(runs),
      ),
    );
    assert.deepEqual(again.scores, result.test);
    assert.ok(again.ownTest);
    const kept = keptScores(await rightOf(readRun(folder)));
    assert.equal(kept?.iou, result.test.iou);
    assert.equal(typeof kept?.['validation.mean'], 'number');
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    assert.match(
      page,
      /<th scope="row">IoU<\/th>.*sum of the output both over that of either; more is better/,
    );
    assert.match(page, /mean of the output total over the samples; less is better/);
    assert.doesNotMatch(page, /foreground IoU/i);
    assert.match(
      await readFile(join(folder, 'metrics.ndjson'), 'utf8'),
      /"validation":\{"loss":[\d.]+,"iou":/,
    );
  });

  it('is shown by its own scores in tables, queries and scorings, beside those of a segmentation', async function () {
    this.timeout(60_000);
    const csv = await rightOf(table(runs, { runs, preset: 'full', format: 'csv' }));
    const rows = csvParse(csv);
    const columns = (name: string): readonly string[] =>
      rows.flatMap(({ experiment: of, score, mean }) => (of === name && mean !== '' ? [score] : []));
    assert.deepEqual(columns('tiny/own'), ['iou', 'mean']);
    assert.deepEqual(columns('tiny/named'), ['foregroundIou', 'foregroundAccuracy', 'iou', 'accuracy']);
    assert.match(
      await rightOf(table(runs, { runs, preset: 'full', format: 'csv', split: 'train' })),
      /,loss,train,/,
    );
    const [ownFolder] = (await rightOf(readRuns(join(runs, 'tiny/own')))).runs.map(({ folder }) => folder);
    const alone = csvParse(
      await rightOf(table(ownFolder, { runs, preset: 'full', format: 'csv', split: 'validation' })),
    );
    assert.deepEqual(
      alone.map(({ score, split, mean }) => [score, split, mean !== '']),
      [
        ['iou', 'validation', true],
        ['mean', 'validation', true],
      ],
    );

    const flags = { split: 'test', runs, engine: 'wasm', workers: '1', set: [] };
    const scored = await rightOf(evaluateRuns(ownFolder, flags));
    assert.match(scored, /^run +IoU +loss +mean$/m);
    assert.match(scored, /test samples of .*: 4 scored/);
    assert.match(scored, /the same to the last bit/);
  });

  it('is in the report of a sweep by its own scores, in tables and figures apart from those of a segmentation', async function () {
    this.timeout(60_000);
    const page = join(runs, 'sweep.html');
    const flags = { runs, preset: 'full' };
    await rightOf(report(runs, { ...flags, out: page }));
    const text = await readFile(page, 'utf8');
    assert.match(text, /tiny\/own has a mean test IoU of 0\.\d+ over 1 seed/);
    assert.match(text, /tiny\/named has a mean test foreground IoU of/);
    assert.match(text, /data-head="test foreground IoU"/);
    assert.match(text, /data-head="test mean"/);
    assert.match(text, />IoU 0\.\d+</);
    const alone = join(runs, 'alone.html');
    await rightOf(report(join(runs, 'tiny/own'), { ...flags, out: alone }));
    assert.doesNotMatch(await readFile(alone, 'utf8'), /foreground/i);
  });

  it('is refused before training with every problem by its path', () => {
    const forms = {
      image: { shape: [size, size, 3], integer: false },
      mask: { shape: [size, size + 1], integer: true },
    };
    const weighed = program(
      { image: [size, size, 3], mask: [size, size], other: [2] },
      ({ image, mask, other }) => {
        const each = conv(1)(image);
        return {
          each,
          total: sum(0, 1, 2)(each),
          count: sum(0, 1, 2)(conv(1)(image)),
          m: sum(0, 1)(mask),
          o: sub(other, other),
        };
      },
    );
    const problems = (loss: object, scores: object = {}): string => {
      const read = decodeExperiment({ ...draft, model: weighed, loss, scores });
      const found = E.isLeft(read) ? read : learningFor(read.right, forms);
      return E.isLeft(found) ? errorMessage(found.left) : '';
    };
    const all = problems({ output: 'each', count: 'count' }, { x: { output: 'totl', better: 'less' } });
    assert.match(all, /model\.inputs\.mask: the program takes \[16,16\], the task has \[16,17\]/);
    assert.match(all, /model\.inputs\.other: there is no array 'other'/);
    assert.match(all, /loss\.output: the output each is \[16,16,1\], and has to be a number for each sample/);
    assert.match(all, /loss\.count: count depends on the parameter /);
    assert.match(all, /scores\.x\.output: there is no output 'totl'; did you mean 'total'\?/);
    assert.match(
      problems({ output: 'total' }, { x: { output: 'total' } }),
      /scores\.x\.better: it is missing; give one of 'more', 'less'/,
    );
    assert.match(
      problems({ output: 'total' }, { loss: { output: 'total', better: 'less' } }),
      /a score cannot be called 'loss'/,
    );
  });

  it('by name compares the output with the only array that the program does not take', () => {
    const forms = {
      x: { shape: [3], integer: false },
      y: { shape: [2], integer: false },
      sequence: { shape: [5, 3], integer: false },
    };
    const p = program({ x: [3] }, ({ x }) => ({ prediction: sub(x, x) }));
    const said = (loss: object | string, model: object = p, arrays: object = forms): string => {
      const read = right(decodeExperiment({ ...draft, model, loss, scores: undefined }));
      const made = learningFor(read, { ...forms, ...arrays });
      return E.isLeft(made) ? errorMessage(made.left) : Object.keys(made.right.program.graph.outputs).join();
    };
    assert.match(
      said('mean-squared'),
      /loss\.against: which of the arrays y, sequence is mean-squared compared with/,
    );
    assert.match(
      said({ name: 'mean-squared', against: 'y' }),
      /loss: prediction against y: expected \[3\], got \[2\]/,
    );
    assert.equal(
      said({ name: 'huber', against: 'x' }),
      'absolute-error,absolute-error-count,loss-count,loss-total,prediction,squared-error,squared-error-count',
    );
    const forecast = program({ sequence: [5, 3] }, ({ sequence }) => ({ next: tanh(sequence) }));
    assert.equal(said('next-step', forecast), 'loss-count,loss-total,next');
  });

  it('where classes are single objects the foreground ARI is a score: watched, told, kept, scored again and shown', async function () {
    this.timeout(60_000);
    const task = { name: 'shapes', size: 12, shape: 5, train: 8, validation: 4, test: 4 };
    const binding = (training: object) =>
      right(
        decodeExperiment({
          name: 'tiny/objects',
          task,
          model: program({ image: [12, 12, 1] }, ({ image }) => ({ logits: conv(4)(tanh(conv(4)(image))) })),
          training: { batch: 4, epochs: 2, ...training },
        }),
      );
    const told: unknown[] = [];
    const environment = {
      ...environmentIn(runs),
      tell: (event: RunEvent) => void (event.kind === 'epoch' && told.push(event.chief?.name)),
    };
    const { folder, result } = await rightOf(
      runExperiment(binding({ best: 'foregroundAri', patience: 1 }), 0)(environment),
    );
    assert.ok(told.length > 0 && told.every((name) => name === 'foregroundAri'));
    assert.equal(typeof result.test.foregroundAri, 'number');
    const { scores } = await rightOf(
      rescore(folder, { task: (known) => TE.right(known ?? assert.fail()), split: 'test' }, environment),
    );
    assert.equal(scores.foregroundAri, result.test.foregroundAri);
    const shown = await rightOf(table(folder, { runs, preset: 'full', format: 'markdown' }));
    assert.match(shown, /foreground ARI/);
    const refused = await runExperiment(
      withTraining(experiment, { best: 'foregroundAri' }),
      0,
    )(environment)();
    assert.ok(E.isLeft(refused) && errorMessage(refused.left).includes("there is no score 'foregroundAri'"));
  });

  it('with a wrong output, a wrong group and a wrong score to watch is refused for all three at once', async () => {
    const wrong = right(
      decodeExperiment({
        ...draft,
        loss: { output: 'totl', count: 'count' },
        training: { ...draft.training, best: 'iuo', groups: [{ match: 'encoder/*', rate: 0.1 }] },
      }),
    );
    const refused = await runExperiment(wrong, 0)(environmentIn(runs))();
    const said = E.isLeft(refused) ? errorMessage(refused.left) : '';
    for (const path of [
      /loss\.output: there is no output 'totl'/,
      /training\.best: .*'iuo'/,
      /training\.groups\.0\.match/,
    ])
      assert.match(said, path);
  });
});
