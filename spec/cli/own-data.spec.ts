/** Runs on a person's own masks, after the masks, their order or their names changed. */

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { errorMessage } from '../../src/base/error.js';
import { diff } from '../../src/cli/commands/diff.js';
import { evaluateRuns } from '../../src/cli/commands/evaluate.js';
import { exportRun } from '../../src/cli/commands/export.js';
import { figure } from '../../src/cli/commands/figure.js';
import { show } from '../../src/cli/commands/show.js';
import { status } from '../../src/cli/commands/status.js';
import { table } from '../../src/cli/commands/table.js';
import { matching, relabelled } from '../../src/data/classes/matched.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { sealed } from '../../src/runner/folder/seal.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { environmentOf } from '../runner/kill/tiny.js';
import { drawPairs } from '../support/draw-pairs.js';
import { refusal, rightOf, withStderr } from '../support/effects.js';

describe("runs on a person's own data", () => {
  let folder = '';
  let data = '';
  let runs = '';
  let file = '';
  let first = '';
  const mine = (changes: object = {}) => ({
    name: 'lab/cells',
    task: { name: 'png', folder: data, classes: ['background', 'soma', 'dendrite'] },
    model: { name: 'nwm', mid: 2, channels: 1, steps: 4, hidden: [4] },
    training: { batch: 4, epochs: 1, rate: 0.01 },
    loss: { name: 'cross-entropy', weights: [1, 9, 2] },
    ...changes,
  });
  const written = (name: string, value: object): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const trained = async (value: object, into = runs): Promise<string> => {
    const experiment = decodeExperiment(value);
    if (E.isLeft(experiment)) assert.fail(errorMessage(experiment.left));
    return (await rightOf(runExperiment(experiment.right, 0)(environmentOf(into)))).folder;
  };
  /** Every pixel of one class becomes another in all masks. */
  const corrected = (from: number, to: number): void => {
    for (let i = 0; i < 12; i++) {
      const path = join(data, 'masks', `${i}.png`);
      const { width, height, data: pixels } = PNG.sync.read(readFileSync(path));
      const png = new PNG({ width, height });
      for (let p = 0; p < width * height; p++) {
        const value = pixels[4 * p] === from ? to : pixels[4 * p];
        png.data.set([value, value, value, 255], 4 * p);
      }
      writeFileSync(path, PNG.sync.write(png, { colorType: 0 }));
    }
  };
  const flags = () => ({ engine: 'wasm', runs, workers: '1', split: 'test' });
  const tables = () => ({ runs, preset: 'full', format: 'terminal', scores: 'iou' });
  const digest = (run: string): string => JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).data;

  before(async function () {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), 'drumhead-own-'));
    data = join(folder, 'data');
    runs = join(folder, 'runs');
    drawPairs(data, 12, 16);
    file = written('own.json', mine());
    first = await trained(mine());
  });
  after(() => rmSync(folder, { recursive: true }));

  it('names the class of each weight, in the order of the labels however they were written', async () => {
    const shown = await rightOf(show(file, { preset: 'full', engine: 'wasm', time: false }));
    assert.match(shown, /class weights background 1, soma 9, dendrite 2/);
    const labels = written('labels.json', {
      ...mine(),
      task: { name: 'png', folder: data, labels: { 2: 'nucleus', 1: 'cell' } },
    });
    assert.match(
      await rightOf(show(labels, { preset: 'full', engine: 'wasm', time: false })),
      /class weights background 1, cell 9, nucleus 2/,
    );
    const few = decodeExperiment({ ...mine(), loss: { name: 'cross-entropy', weights: [1, 2] } });
    assert.ok(E.isRight(few));
    assert.match(
      await refusal(runExperiment(few.right, 0)(environmentOf(runs))),
      /2 of them for 3 classes, which are background, soma, dendrite/,
    );
  });

  it('shows sizes of models whose sizes only the files tell, and refuses to draw nothing', async () => {
    const out = join(folder, 'figures');
    const figures = { ...flags(), score: 'iou', out };
    const [svg] = (await rightOf(figure('parameters', [runs], figures))).split('\n');
    const drawn = readFileSync(svg, 'utf8');
    assert.match(drawn, /lab\/cells/);
    assert.doesNotMatch(drawn, /0\.00105/);
    const unbegun = join(folder, 'unbegun');
    mkdirSync(unbegun);
    cpSync(first, join(unbegun, 'x'), { recursive: true });
    for (const gone of ['result.json', 'checkpoint.json', 'checkpoint.before.json', 'metrics.ndjson'])
      rmSync(join(unbegun, 'x', gone), { force: true });
    writeFileSync(join(unbegun, 'x', 'metrics.ndjson'), '');
    for (const kind of ['parameters', 'scores', 'curves'])
      assert.match(await refusal(figure(kind, [unbegun], figures)), /nothing to draw/, kind);
  });

  it('matches classes by their names, where data name them in another order', async function () {
    this.timeout(60_000);
    const own = (await rightOf(evaluateRuns(first, { ...flags(), json: true }))) as string;
    const scores = JSON.parse(own)[0].scores;
    // The same masks: the labels of soma and dendrite exchanged, and so their names.
    const swapped = join(folder, 'swapped');
    drawPairs(swapped, 12, 16);
    const before = data;
    data = swapped;
    corrected(1, 77);
    corrected(2, 1);
    corrected(77, 2);
    data = before;
    const other = written('swapped.json', {
      ...mine(),
      task: { name: 'png', folder: swapped, classes: ['background', 'dendrite', 'soma'] },
    });
    const { value, said } = await withStderr(() =>
      rightOf(evaluateRuns(first, { ...flags(), task: other, json: true })),
    );
    assert.deepEqual(JSON.parse(value)[0].scores, scores);
    assert.match(said, /classes are matched by name/);
    // A classes.json says it too.
    writeFileSync(join(swapped, 'classes.json'), JSON.stringify(['background', 'dendrite', 'soma']));
    const folderScores = await withStderr(() =>
      rightOf(evaluateRuns(first, { ...flags(), task: swapped, json: true })),
    );
    assert.deepEqual(JSON.parse(folderScores.value)[0].scores, scores);
    // Names that the run does not know are refused, numbers are said.
    writeFileSync(join(swapped, 'classes.json'), JSON.stringify(['background', 'axon', 'soma']));
    assert.match(
      await refusal(evaluateRuns(first, { ...flags(), task: swapped })),
      /its classes are background, soma, dendrite, and the data also has axon; classes are matched by name/,
    );
    rmSync(join(swapped, 'classes.json'));
    const numbered = await withStderr(() => rightOf(evaluateRuns(first, { ...flags(), task: swapped })));
    assert.match(numbered.said, /matched by their position, since those of the data have no names/);
  });

  it('knows which run is of the data that the files hold now', async function () {
    this.timeout(60_000);
    const before = digest(first);
    corrected(2, 1);
    // Only a run on other data is there: it is taken, and that is said.
    const taken = await rightOf(exportRun(file, { format: 'program', out: join(folder, 'e0'), runs }));
    assert.match(
      taken,
      new RegExp(`hold other data than this run was trained on \\(data ${before.slice(0, 8)}\\)`),
    );
    const again = await withStderr(() => rightOf(evaluateRuns(file, flags())));
    assert.match(again.value, /hold other data now \([0-9a-f]{8}\) than when it was trained/);
    assert.doesNotMatch(again.value, /another engine/);
    assert.match(await rightOf(table(file, tables())), /hold other data than this run was trained on/);

    const second = await trained(mine());
    const now = digest(second);
    assert.notEqual(now, before);
    // The run on today's data is meant, and the other is said.
    const exported = await rightOf(exportRun(file, { format: 'program', out: join(folder, 'e1'), runs }));
    assert.ok(exported.includes(`weights of ${second}\n`), exported);
    const scored = await withStderr(() => rightOf(evaluateRuns(file, { ...flags(), json: true })));
    assert.deepEqual(
      JSON.parse(scored.value).map((one: { readonly folder: string }) => one.folder),
      [second],
    );
    assert.match(scored.said, /left out: 1 finished run/);
    const mineOnly = await rightOf(table(file, tables()));
    assert.match(mineOnly, /left out: 1 run of the same settings on other data/);
    // Beside each other they are two, by their data.
    const [one, two] = [before, now].map((each) => `lab/cells (data ${each.slice(0, 8)})`);
    const both = await rightOf(table('lab/cells', tables()));
    assert.ok(both.includes(one) && both.includes(two), both);
    assert.doesNotMatch(both, /lab\/cells.* 2 of 2/);
    const states = await rightOf(status(undefined, { runs }));
    assert.ok(states.includes(one) && states.includes(two), states);
    assert.match(
      await refusal(exportRun('lab/cells', { format: 'program', out: join(folder, 'e2'), runs })),
      /different data/,
    );
    const differs = await rightOf(diff(first, second, { preset: 'full' }));
    assert.match(differs, new RegExp(`^ {2}data +${before.slice(0, 8)} -> ${now.slice(0, 8)}$`, 'm'));
    assert.doesNotMatch(differs, /nothing differs/);
    assert.match(
      await rightOf(diff(second, second, { preset: 'full' })),
      /^nothing differs\nthey are the same run/,
    );
    assert.match(await rightOf(diff(file, first, { preset: 'full' })), /no run is shared/);
    assert.match(
      await rightOf(diff(file, second, { preset: 'full' })),
      /1 run of the same engine is the same/,
    );
  });

  it('tells runs of earlier versions, which do not say their data, by their identity', async () => {
    for (const run of [first, await trained(mine())]) {
      const path = join(run, 'run.json');
      const { data: _, classes: __, checksum: ___, ...older } = JSON.parse(readFileSync(path, 'utf8'));
      writeFileSync(path, JSON.stringify(sealed(older)));
    }
    const taken = await rightOf(exportRun(file, { format: 'program', out: join(folder, 'e3'), runs }));
    assert.ok(!taken.includes(first), taken);
    const both = await rightOf(table('lab/cells', tables()));
    assert.match(both, /lab\/cells \(data of [0-9a-f]{8}\)/);
    const differs = await rightOf(diff(first, await trained(mine()), { preset: 'full' }));
    assert.match(differs, /^ {2}data +that of run [0-9a-f]{10} -> that of run [0-9a-f]{10}$/m);
  });

  it('matches every way of writing the same classes', () => {
    const names = ['background', 'a', 'b'];
    assert.deepEqual(matching(names, names), E.right({ labels: null, note: null }));
    const fewer = matching(names, ['background', 'b']);
    assert.ok(E.isRight(fewer));
    assert.deepEqual(fewer.right.labels, [0, 2]);
    const split = {
      ...{ count: 1, height: 1, width: 3, channels: 1, ignored: 255 },
      images: new Uint8Array(3),
      masks: Uint8Array.of(0, 1, 255),
    };
    const made = relabelled(
      { train: split, validation: split, test: split, classes: ['background', 'b'] },
      names,
      fewer.right,
    );
    assert.deepEqual([...made.test.masks], [0, 2, 255]);
    assert.deepEqual(made.classes, names);
  });
});
