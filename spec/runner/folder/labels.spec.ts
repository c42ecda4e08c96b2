/** A member of a recorded sweep is called as in its sweep, wherever it is shown. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { decodeError } from '../../../src/base/error.js';
import { diff } from '../../../src/cli/commands/diff.js';
import { evaluateRuns } from '../../../src/cli/commands/evaluate.js';
import { report } from '../../../src/cli/commands/report.js';
import { show } from '../../../src/cli/commands/show.js';
import { status, statuses } from '../../../src/cli/commands/status.js';
import { sweep } from '../../../src/cli/commands/sweep.js';
import { table } from '../../../src/cli/commands/table.js';
import { waves } from '../../../src/cli/commands/waves.js';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import { parameterScores, scoreBars, seedCourses } from '../../../src/report/figures/index.js';
import { labelOfRun, labelsOfRuns } from '../../../src/runner/folder/labels.js';
import { readSweep } from '../../../src/runner/folder/sweep-file.js';
import { entriesOf } from '../../../src/runner/pictures/figure-entries.js';
import { collect } from '../../../src/runner/results/collection.js';
import { relabelRun } from '../../../src/runner/results/relabel.js';
import { readRun } from '../../../src/runner/results/summary.js';
import { runExperiment } from '../../../src/runner/run/run.js';
import type { Job } from '../../../src/runner/sweep/job.js';
import { rightOf, withStderr } from '../../support/effects.js';
import { right } from '../../support/either.js';
import { environmentOf } from '../kill/tiny.js';

const trained = async (experiment: Experiment, seed: number, runs: string): Promise<string> =>
  (await rightOf(runExperiment(experiment, seed)({ ...environmentOf(runs), pictures: true }))).folder;

const inProcess: Job = async ({ experiment, seed, runs }) => ({
  kind: 'finished',
  folder: await trained(experiment, seed, runs),
  before: false,
  foregroundIou: null,
});

const base = {
  name: 'tiny/called',
  task: { name: 'tetrominoes', size: 12, cell: 2, maxPieces: 1, train: 4, validation: 2, test: 2 },
  model: { name: 'nwm', mid: 2, channels: 1, steps: 8, readout: 'last', hidden: [2] },
  training: { batch: 4, epochs: 1 },
  outputs: [],
};

const labels = [0.001, 0.002].flatMap((rate) =>
  [8, 9].map((steps) => `tiny/called (rate ${rate}, steps ${steps})`),
);

describe("labels of a sweep's runs", () => {
  let runs = '';
  let file = '';
  let folders: readonly string[] = [];
  const sized = { preset: 'full', engine: 'wasm', pictures: true };
  before(async function () {
    this.timeout(120_000);
    runs = mkdtempSync(join(tmpdir(), 'drumhead-called-'));
    file = join(runs, 'grid.json');
    const vary = { 'training.rate': [0.001, 0.002], 'model.steps': [8, 9] };
    writeFileSync(file, JSON.stringify({ name: 'grid', experiment: base, vary }));
    await rightOf(sweep(file, { ...sized, runs, jobs: '1', workers: '1' }, inProcess));
    folders = (await rightOf(readSweep(runs, 'grid'))).runs.map(({ folder }) => folder ?? '');
  });
  after(() => rmSync(runs, { recursive: true }));

  const hasAll = (text: string, from: string): void => {
    for (const label of labels) assert.ok(text.includes(label), `${from}: ${label} is not in\n${text}`);
  };

  it('is the same in status of all, of the sweep, of a folder and of one run', async () => {
    for (const name of [undefined, 'grid', 'tiny/called', ...folders]) {
      const found = await rightOf(statuses(name, { runs }));
      const expected =
        name !== undefined && folders.includes(name) ? [labels[folders.indexOf(name)]] : labels;
      assert.deepEqual(found.map(({ label }) => label).sort(), [...expected].sort(), name);
    }
    hasAll(await rightOf(status(undefined, { runs })), 'status');
  });

  it('is the same in tables and scores, of the sweep and of folders', async () => {
    const flags = { ...sized, runs, workers: '1', split: 'test' };
    for (const name of ['grid', runs, join(runs, 'tiny')])
      hasAll(await rightOf(table(name, { ...sized, runs, format: 'csv', scores: 'iou' })), `table ${name}`);
    for (const name of ['grid', runs, 'tiny/called'])
      hasAll(await rightOf(evaluateRuns(name, { ...flags, json: true })), `evaluate ${name}`);
    assert.ok((await rightOf(evaluateRuns(folders[1], { ...flags, json: true }))).includes(labels[1]));
  });

  it('is the same in show, diff, waves and the report of a run', async () => {
    const flags = { ...sized, time: false };
    hasAll(await rightOf(show(join(runs, 'sweeps', 'grid'), flags)), 'show of the sweep');
    for (const [i, folder] of folders.entries()) {
      assert.equal((await rightOf(show(folder, flags))).split('\n')[0], labels[i]);
      assert.ok(readFileSync(join(folder, 'report.html'), 'utf8').includes(labels[i]), labels[i]);
    }
    const changed = await rightOf(show(folders[0], { ...flags, set: ['training.rate=0.5'] }));
    assert.equal(changed.split('\n')[0], 'tiny/called', 'what is changed is no member of the sweep');
    const other = { ...base, training: { ...base.training, rate: 0.5 } };
    writeFileSync(
      join(runs, 'other.json'),
      JSON.stringify({ name: 'b', experiment: other, vary: { 'model.steps': [9] } }),
    );
    const text = await rightOf(diff(folders[0], join(runs, 'other.json'), { preset: 'full' }));
    assert.ok(text.includes(`  ${labels[0]}, seed 0`), text);
    const seen = await rightOf(waves(folders[2], { ...sized, runs, samples: '0', out: join(runs, 'out') }));
    assert.ok(seen.startsWith(`${labels[2]}, seed 0, channel 1`), seen);
  });

  it('is the same in every chart of the sweep’s report', async function () {
    this.timeout(60_000);
    const page = join(runs, 'page.html');
    await rightOf(report('grid', { ...sized, runs, out: page }));
    hasAll(readFileSync(page, 'utf8'), 'the page');
    const { runs: collected } = await rightOf(
      collect('grid', runs, TE.left(decodeError('grid', 'no record'))),
    );
    const entries = entriesOf(collected, []);
    for (const room of ['wide', 'narrow'] as const)
      for (const draw of [scoreBars, seedCourses, parameterScores]) {
        const svg = await rightOf(draw({ entries, room }));
        // A label may go on several lines.
        const words = svg.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
        hasAll(words, `${draw.name}, ${room}`);
        assert.ok(!/NWM (rate|last)/.test(words));
      }
  });

  it('leaves a run that is no member its own, and none is called as another', async () => {
    const read = (value: object): Experiment => {
      const decoded = decodeExperiment(value);
      return right(decoded);
    };
    const members = (await rightOf(readSweep(runs, 'grid'))).runs.map(({ member }) => member.experiment);
    const longer = read({ ...base, training: { ...base.training, rate: 0.001, epochs: 2 } });
    const named = { ...members[1], label: 'the best' };
    const shown = [
      { folder: folders[0], experiment: members[0] },
      { folder: folders[1], experiment: named },
      { folder: join(runs, 'tiny/called/seed-0-0123456789'), experiment: longer },
      // Another engine's run of the same settings, and one that was moved away.
      { folder: join(runs, 'tiny/called/seed-1-0123456789'), experiment: members[3] },
      { folder: join(dirname(runs), 'moved'), experiment: members[2] },
    ];
    const found = (await labelsOfRuns(shown)()).map(({ name }) => name);
    assert.equal(found[0], labels[0]);
    assert.equal(found[1], 'the best', 'a person called it so later');
    assert.equal(found[3], labels[3]);
    assert.equal(new Set(found).size, 5, found.join('\n'));
  });

  it('says the sweep too where two sweeps call different experiments the same', async () => {
    writeFileSync(
      join(runs, 'second.json'),
      JSON.stringify({
        name: 'second',
        experiment: { ...base, loss: { name: 'dice' } },
        vary: { 'training.rate': [0.001, 0.002], 'model.steps': [8, 9] },
      }),
    );
    await rightOf(
      sweep(
        join(runs, 'second.json'),
        { ...sized, pictures: false, runs, jobs: '1', workers: '1' },
        inProcess,
      ),
    );
    const found = (await rightOf(statuses(undefined, { runs }))).map(({ label }) => label);
    assert.equal(new Set(found).size, 8, found.join('\n'));
    // One run alone is called so too: the titles of pages and pictures are not alike where members differ.
    const inSecond = (await rightOf(readSweep(runs, 'second'))).runs.map(({ folder }) => folder ?? '');
    const titles = await Promise.all(
      [...folders, ...inSecond].map(async (folder) => {
        const { experiment } = await rightOf(readRun(folder));
        return labelOfRun({ folder, experiment })();
      }),
    );
    assert.deepEqual([...titles].sort(), [...found].sort());
    const seen = await rightOf(
      waves(inSecond[0], { ...sized, runs, samples: '0', out: join(runs, 'out-second') }),
    );
    assert.ok(seen.startsWith(`${titles[4]}, seed 0, channel 1`), seen);
    for (const label of labels)
      for (const name of ['grid', 'second'])
        assert.ok(
          found.some((one) => one.startsWith(label.slice(0, 20)) && one.endsWith(` in ${name}`)),
          found.join('\n'),
        );
    assert.deepEqual(
      (await rightOf(statuses('second', { runs }))).map(({ label }) => label).sort(),
      [...labels].sort(),
    );
  });

  it('has another title than a run of other settings beside it that is in no sweep', async () => {
    const apart = mkdtempSync(join(tmpdir(), 'drumhead-apart-'));
    const made = [];
    for (const rate of [0.003, 0.004]) {
      const decoded = decodeExperiment({ ...base, training: { ...base.training, rate }, outputs: [] });
      assert.ok(E.isRight(decoded));
      made.push(await trained(decoded.right, 0, apart));
    }
    const [, second] = made;
    assert.match(readFileSync(join(second, 'report.html'), 'utf8'), /<title>tiny\/called \(rate 0\.004\)/);
    rmSync(apart, { recursive: true });
  });

  it('is that of the sweep where the sweep is asked for, and a label that was given later is said', async () => {
    const [folder] = folders;
    const before = readFileSync(join(folder, 'experiment.json'));
    const record = readFileSync(join(folder, 'run.json'));
    await rightOf(relabelRun(folder, 'my best'));
    const said = `note: ${folder} was called 'my best' later; here it is called as in its sweep, '${labels[0]}'\n`;
    const { value: shown, said: notes } = await withStderr(() => rightOf(statuses('grid', { runs })));
    assert.deepEqual(shown.map(({ label }) => label).sort(), [...labels].sort());
    assert.equal(notes, said);
    const scores = await rightOf(table('grid', { ...sized, runs, format: 'terminal', scores: 'iou' }));
    assert.ok(scores.replaceAll(/\s+/g, ' ').includes("was called 'my best' later"), scores);
    assert.ok((await rightOf(status(undefined, { runs }))).includes('my best'));
    writeFileSync(join(folder, 'experiment.json'), before);
    writeFileSync(join(folder, 'run.json'), record);
  });
});
