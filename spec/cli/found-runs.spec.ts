/** One function finds runs: what one command sees of renamed, copied, unfinished and damaged runs, every command sees. */

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { diff } from '../../src/cli/commands/diff.js';
import { evaluateRuns } from '../../src/cli/commands/evaluate.js';
import { exportRun } from '../../src/cli/commands/export.js';
import { figure } from '../../src/cli/commands/figure.js';
import { query } from '../../src/cli/commands/query.js';
import { report } from '../../src/cli/commands/report.js';
import { run as runCommand } from '../../src/cli/commands/run.js';
import { status, statuses } from '../../src/cli/commands/status.js';
import { sweep } from '../../src/cli/commands/sweep.js';
import { table } from '../../src/cli/commands/table.js';
import { waves } from '../../src/cli/commands/waves.js';
import { finishedRuns } from '../../src/cli/source/finished.js';
import { runExperiment } from '../../src/runner/run/run.js';
import type { Job } from '../../src/runner/sweep/job.js';
import { environmentOf, tiny } from '../runner/kill/tiny.js';
import { refusal, rightOf, withStderr } from '../support/effects.js';

const inProcess: Job = async ({ experiment, seed, runs }) => {
  const made = await rightOf(runExperiment(experiment, seed)(environmentOf(runs)));
  return { kind: 'finished', folder: made.folder, before: false, foregroundIou: null };
};

describe('runs, wherever they are', () => {
  let folder = '';
  let runs = '';
  let run = '';
  before(async function () {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), 'drumhead-found-'));
    runs = join(folder, 'runs');
    run = (await rightOf(runExperiment(tiny, 0)(environmentOf(runs)))).folder;
  });
  after(() => rmSync(folder, { recursive: true }));
  const tables = (of: string) => ({ runs: of, preset: 'full', format: 'terminal', scores: 'iou' });

  it('that only their folder knows are found, and settings of them are refused with their name', async () => {
    const { name } = tiny;
    const flags = { runs, set: ['training.rate=0.1'] };
    assert.match(
      await refusal(finishedRuns(name, flags)),
      new RegExp(`^${name}: settings change an experiment .* leave training\\.rate=0\\.1 out`),
    );
    assert.match(await refusal(finishedRuns(`${name}x`, flags)), /^unknown experiment/);
  });

  it('status sees renamed and copied runs, as tables do', async () => {
    const moved = join(folder, 'moved');
    cpSync(run, join(moved, 'x'), { recursive: true });
    for (const states of [
      await rightOf(statuses(undefined, { runs: moved })),
      await rightOf(statuses(join(moved, 'x'), { runs })),
      await rightOf(statuses('x', { runs: moved })),
    ])
      assert.deepEqual(
        states.map(({ state, folder: at }) => [state, basename(at)]),
        [['finished', 'x']],
      );
    // A whole copy is the same run, and is said; a damaged one is there in both.
    cpSync(run, join(moved, 'y'), { recursive: true });
    const said = await rightOf(status(undefined, { runs: moved }));
    assert.match(said, /^1 run: 1 finished/);
    assert.match(said, /left out: .*y is the same run as .*x/);
    assert.match(await rightOf(table(moved, tables(moved))), /left out: .*y is the same run as .*x/);
    writeFileSync(join(moved, 'y', 'metrics.ndjson'), '{}\n');
    assert.match(await rightOf(status(undefined, { runs: moved })), /^2 runs: 1 finished, 1 damaged/);
    assert.match(await rightOf(table(moved, tables(moved))), /y.*damaged|damaged.*y/);
    // An import and a drum hold an experiment too, and are no runs.
    const imported = join(folder, 'imported');
    mkdirSync(join(imported, 'w'), { recursive: true });
    for (const name of ['experiment.json', 'program.json'])
      cpSync(join(run, name), join(imported, 'w', name));
    writeFileSync(join(imported, 'w', 'import.json'), '{}');
    mkdirSync(join(imported, 'drum'));
    for (const name of ['experiment.json', 'environment.json'])
      cpSync(join(run, name), join(imported, 'drum', name));
    assert.deepEqual(await rightOf(statuses(undefined, { runs: imported })), []);
  });

  it('a query has the labels of runs, and a run that is trained once more says that it is there finished', async function () {
    this.timeout(60_000);
    const moved = join(folder, 'renamed', 'x');
    cpSync(run, moved, { recursive: true });
    const asked = { runs, format: 'csv' };
    assert.match(await rightOf(query('select label, data from runs', asked)), /tiny\/killed/);
    const flags = {
      preset: 'full',
      engine: 'wasm',
      runs: join(folder, 'renamed'),
      pictures: false,
      workers: '1',
    };
    const { said } = await withStderr(() => rightOf(runCommand(moved, flags)));
    assert.match(said, /x holds this run, finished; its name is not that of a run.*trained once more/);
  });

  it('a run of a sweep says why its engine was taken, as the sweep chose it', async () => {
    const chosen = await rightOf(
      runExperiment(tiny, 7)({ ...environmentOf(join(folder, 'why')), why: 'auto: it is there' }),
    );
    const { why } = JSON.parse(readFileSync(join(chosen.folder, 'environment.json'), 'utf8'));
    assert.equal(why, 'auto: it is there');
  });

  it('a finished run has the losses of its metrics, whatever became of its checkpoints', async () => {
    const copy = join(folder, 'damaged', 'x');
    cpSync(run, copy, { recursive: true });
    writeFileSync(join(copy, 'checkpoint.json'), '{');
    const [before] = await rightOf(statuses(run, { runs }));
    const [after] = await rightOf(statuses(copy, { runs }));
    assert.deepEqual(after.last, before.last);
    assert.equal(after.last?.epoch, tiny.training.epochs);
    assert.match(after.problem ?? '', /checkpoint\.json/);
  });

  it('says of weights without a result that their run is not finished', async () => {
    const copy = join(folder, 'unfinished', 'x');
    cpSync(run, copy, { recursive: true });
    rmSync(join(copy, 'result.json'));
    const flags = {
      engine: 'wasm',
      runs,
      workers: '1',
      split: 'test',
      score: 'iou',
      out: join(folder, 'out'),
    };
    for (const work of [
      exportRun(copy, { format: 'program', out: join(folder, 'out'), runs }),
      evaluateRuns(copy, flags),
      figure('waves', [copy], flags),
      figure('segmentations', [copy], flags),
      waves(copy, flags),
    ])
      assert.match(await refusal(work), /this run is not finished: it has no result\.json; `drumhead run/);
  });

  it('status takes files, diff and show the names of what was begun, and a page says what runs it again', async function () {
    this.timeout(60_000);
    const file = join(folder, 'sw.json');
    writeFileSync(
      file,
      JSON.stringify({
        name: 'lab/found',
        experiment: { ...tiny, training: { ...tiny.training, epochs: 1 } },
        vary: { 'training.rate': [0.01, 0.02] },
      }),
    );
    const own = join(folder, 'own', 'runs');
    await rightOf(sweep(file, { preset: 'full', engine: 'wasm', pictures: false, runs: own }, inProcess));
    const states = await rightOf(statuses(file, { runs: own }));
    assert.deepEqual(
      states.map(({ label, state }) => [label, state]),
      [0.01, 0.02].map((rate) => [`tiny/killed (rate ${rate})`, 'finished']),
    );
    const page = await rightOf(report('lab/found', { runs: own, preset: 'full' }));
    const record = join(own, 'sweeps', 'lab', 'found');
    const html = readFileSync(page.replace('report: ', ''), 'utf8');
    assert.ok(
      html.includes(`npx drumhead sweep ${record} --runs ${own}`),
      html.match(/npx drumhead sweep[^<]*/)?.[0],
    );
    assert.deepEqual(
      (await rightOf(statuses(record, { runs: own }))).map(({ state }) => state),
      ['finished', 'finished'],
    );
    const here = process.cwd();
    process.chdir(join(folder, 'own'));
    try {
      renameSync(join(own, 'tiny'), join(own, 'tiny-'));
      renameSync(join(own, 'tiny-'), join(own, 'tiny'));
      assert.match(
        await rightOf(diff('lab/found', 'lab/found', { preset: 'full' })),
        /2 runs of the same engine are the same/,
      );
      assert.match(
        await refusal(diff('tiny/killed', 'lab/found', { preset: 'full' })),
        /2 runs were begun under this name/,
      );
    } finally {
      process.chdir(here);
    }
  });
});
