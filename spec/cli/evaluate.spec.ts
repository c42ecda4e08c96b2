/** Scores from saved weights, as a person asks for them: of a tiny run, trained once. */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { type EvaluateFlags, evaluateRuns } from '../../src/cli/commands/evaluate.js';
import { run } from '../../src/cli/commands/run.js';
import { sweep } from '../../src/cli/commands/sweep.js';
import { exitCode } from '../../src/cli/edge.js';
import { finishedRuns } from '../../src/cli/source/finished.js';
import { amongRuns } from '../../src/cli/source/names-here.js';
import { namedFrom } from '../../src/cli/source/source.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { environmentIn } from '../runner/tiny-run.js';
import { refusal } from '../support/effects.js';

const task = { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 8, validation: 2, test: 3 };
const experiment = {
  name: 'tiny/again',
  task,
  model: { name: 'nwm', mid: 2, steps: 9, hidden: [4] },
  training: { batch: 8, epochs: 1 },
};

const bytesOf = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'base64')]);

describe('drumhead evaluate', () => {
  let runs = '';
  let folder = '';
  let flags: EvaluateFlags;
  before(async function () {
    this.timeout(60_000);
    runs = mkdtempSync(join(tmpdir(), 'drumhead-evaluate-'));
    flags = { engine: 'wasm', runs, workers: '1', split: 'test' };
    const decoded = decodeExperiment(experiment);
    assert.ok(E.isRight(decoded));
    const made = await runExperiment(decoded.right, 0)(environmentIn(runs))();
    assert.ok(E.isRight(made));
    ({ folder } = made.right);
    writeFileSync(join(runs, 'tiny.json'), JSON.stringify(experiment));
  });
  after(() => rmSync(runs, { recursive: true }));

  it('calls runs of one name by what differs between them', async () => {
    const other = join(runs, 'several');
    for (const rate of [0.002, 0.003]) {
      const read = decodeExperiment({ ...experiment, training: { ...experiment.training, rate } });
      assert.ok(E.isRight(read));
      assert.ok(E.isRight(await runExperiment(read.right, 0)(environmentIn(other))()));
    }
    const words = await said('tiny/again', { runs: other });
    for (const rate of ['0.002', '0.003'])
      assert.ok(words.includes(`tiny/again (rate ${rate}), seed 0`), words);

    // Of an experiment its exact run is scored, and the others are said; also what is damaged or not finished.
    const file = join(runs, 'exact.json');
    writeFileSync(file, JSON.stringify({ ...experiment, training: { ...experiment.training, rate: 0.002 } }));
    const [below] = readdirSync(join(other, 'tiny', 'again')).map((name) =>
      join(other, 'tiny', 'again', name),
    );
    const unfinished = join(dirname(below), 'seed-9-0123456789');
    const damaged = join(dirname(below), 'seed-8-0123456789');
    for (const copy of [unfinished, damaged]) cpSync(below, copy, { recursive: true });
    rmSync(join(unfinished, 'result.json'));
    writeFileSync(join(damaged, 'result.json'), '{');
    const found = await finishedRuns(file, { runs: other })();
    assert.ok(E.isRight(found));
    assert.equal(found.right.folders.length, 1);
    const notes = found.right.notes.join('\n');
    assert.match(notes, /left out: 1 finished run of this name that is of other settings/);
    assert.match(notes, /tiny\/again \(rate 0\.003\), seed 0: .*seed-0-|tiny\/again, seed 0: .*seed-0-/);
    assert.match(notes, /left out: 1 run that is not finished/);
    assert.match(notes, /left out: .*seed-8-0123456789/);
    const all = await finishedRuns('tiny/again', { runs: other })();
    assert.ok(E.isRight(all) && all.right.folders.length === 2);
    assert.match(all.right.notes.join('\n'), /1 run that is not finished/);
  });

  it('and sweep, run, show and diff know the names of what was begun here', async () => {
    const asked = { preset: 'full', engine: 'cpu', runs, pictures: false, workers: '1' };
    for (const command of [sweep, run]) {
      assert.match(await refusal(command('tiny/agian', asked)), /did you mean 'tiny\/again'\?/);
      assert.match(await refusal(command('tiny/again', asked)), /name its folder: .*tiny\/again\/seed-0-/);
    }
    const near = await refusal(amongRuns(runs)(namedFrom('tiny/agian', 'full')));
    assert.match(near, /unknown experiment, sweep or run 'tiny\/agian'; did you mean 'tiny\/again'\?/);
  });

  const said = async (name: string, changes: Partial<EvaluateFlags> = {}): Promise<string> => {
    const done = await evaluateRuns(name, { ...flags, ...changes })();
    assert.ok(E.isRight(done), E.isLeft(done) ? errorMessage(done.left) : '');
    return done.right;
  };
  const scoresIn = async (name: string, changes: Partial<EvaluateFlags> = {}): Promise<unknown> =>
    JSON.parse(await said(name, { ...changes, json: true }))[0].scores;

  it('gives the scores of result.json again, to the last bit, and leaves the folder as it was', async () => {
    const before = bytesOf(folder);
    const { test } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    assert.deepEqual(await scoresIn(folder), test);
    assert.match(await said(folder), /the same to the last bit as in result\.json/);
    assert.deepEqual(bytesOf(folder), before);
  });

  it('takes a run by the name of its experiment, and by the file that it was written in', async () => {
    const own = await said(folder);
    assert.equal(await said(join(runs, 'tiny.json')), own);
    // No name of the catalogue, but one of these runs.
    assert.equal(await said('tiny/again'), own);
    assert.equal(await said(join(runs, 'tiny')), own);
  });

  it('scores on another split, other images, and images of another size', async () => {
    const own = await scoresIn(folder);
    const validation = await scoresIn(folder, { split: 'validation' });
    assert.ok(typeof validation === 'object' && validation !== null && 'images' in validation);
    assert.equal(validation.images, 2);
    assert.notDeepEqual(await scoresIn(folder, { set: ['seed=9'] }), own);
    const large = { set: ['size=24', 'cell=3', 'test=2'] };
    assert.match(await said(folder, large), /24x24x3.*: 2 scored/);
    assert.match(
      await said(folder, large),
      /recorded: own test images[\s\S]*recorded: the scores that result\.json keeps/,
    );
    assert.deepEqual(
      await scoresIn(folder, { task: 'tetrominoes', set: Object.entries(task).flatMap(settings) }),
      own,
    );
  });

  it('refuses channels, classes, sizes and splits that do not fit before it makes any image', async () => {
    const made = (): readonly string[] => readdirSync(runs, { recursive: true, encoding: 'utf8' }).sort();
    const before = made();
    // At their own sizes these tasks make 10,000 images and more.
    const refusals: readonly (readonly [Partial<EvaluateFlags>, RegExp])[] = [
      [
        { task: 'polygons' },
        /its weights are for 16x16x3 and 6 classes and do not fit this data, of 75x75x1/,
      ],
      [{ task: 'mnist' }, /and do not fit this data, of .*x1 and 11 classes/],
      [{ task: 'tetrominoes', set: ['validation=0'], split: 'validation' }, /there are no validation images/],
    ];
    for (const [changes, words] of refusals) {
      const done = await evaluateRuns(join(runs, 'tiny'), { ...flags, ...changes })();
      assert.match(E.isLeft(done) ? errorMessage(done.left) : 'it was scored', words);
    }
    assert.deepEqual(made(), before);
  });

  const settings = ([key, value]: readonly [string, unknown]): readonly string[] =>
    key === 'name' ? [] : [`${key}=${String(value)}`];

  it('refuses in one sentence what does not fit, is not there, or is not finished', async () => {
    const unfinished = join(runs, 'unfinished');
    cpSync(folder, unfinished, { recursive: true });
    for (const name of readdirSync(unfinished).filter((each) => /^(weights|result)/.test(each)))
      rmSync(join(unfinished, name), { recursive: true });
    const damaged = join(runs, 'damaged');
    cpSync(folder, damaged, { recursive: true });
    const values = readdirSync(damaged, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('weights.bin'),
    );
    assert.ok(values !== undefined);
    writeFileSync(join(damaged, values), 'nonsense');
    const greys = ['size=16', 'train=1', 'validation=0', 'test=1', 'minRadius=3', 'maxRadius=4'];
    const mistakes: readonly (readonly [string, Partial<EvaluateFlags>, number, RegExp])[] = [
      [folder, { task: 'polygons', set: greys }, 1, /are for 16x16x3 and 6 classes and do not fit/],
      [folder, { task: 'tetromino' }, 2, /did you mean 'tetrominoes'/],
      [folder, { split: 'tests' }, 2, /did you mean 'test'/],
      [folder, { set: ['sise=3'] }, 1, /did you mean 'size'/],
      [folder, { set: ['validation=0'], split: 'validation' }, 2, /there are no validation images/],
      ['mnist/cnn-2', {}, 1, /none of its runs is finished/],
      ['mnist/cnn-3', {}, 2, /did you mean 'mnist\/cnn-2'/],
      [join(runs, 'nothing'), {}, 1, /no such file or folder/],
      [unfinished, {}, 1, /there are no weights yet; `drumhead run/],
      [damaged, {}, 1, /the file is damaged/],
    ];
    for (const [name, changes, code, words] of mistakes) {
      const done = await evaluateRuns(name, { ...flags, ...changes })();
      assert.ok(E.isLeft(done), name);
      assert.match(errorMessage(done.left), words);
      assert.ok(!errorMessage(done.left).includes('\n'));
      assert.equal(exitCode(done.left), code, errorMessage(done.left));
    }
    assert.ok(!existsSync(join(runs, 'nothing')));
  });
});
