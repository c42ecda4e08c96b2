/** `drumhead learn`: one folder is one experiment, however it is spelt. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { PNG } from 'pngjs';
import { errorMessage } from '../../src/base/error.js';
import { learn, learningOn } from '../../src/cli/commands/learn.js';
import { experimentFrom } from '../../src/cli/source/source.js';
import { loadDataset } from '../../src/data/load.js';
import { writeNpyPairs } from '../../src/data/own/pairs/npy-pairs.js';
import { writePngPairs } from '../../src/data/own/pairs/write-png-pairs.js';
import { decodeTask } from '../../src/data/task.js';
import { hashProgram } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import type { Experiment } from '../../src/experiments/experiment.js';
import { programFor } from '../../src/experiments/model.js';
import type { RunEvent } from '../../src/runner/environment.js';
import { ownFolder } from '../../src/runner/folder/paths.js';
import { identityOn, resolveData } from '../../src/runner/run/identity.js';
import { prepare } from '../../src/runner/run/prepare.js';
import { environmentOf } from '../runner/kill/tiny.js';
import { drawPairs } from '../support/draw-pairs.js';
import { refusal, rightOf, withStderr } from '../support/effects.js';
import { right } from '../support/either.js';

const decoded = decodeTask({
  name: 'tetrominoes',
  size: 16,
  cell: 2,
  maxPieces: 2,
  train: 6,
  validation: 2,
  test: 2,
});
const taskOfSix = right(decoded);
const flags = { seeds: '0', epochs: '2', steps: '5', batch: '4', rate: '0.01', schedule: 'cosine' };
const of = async (folder: string): Promise<Experiment> => {
  const read = await learningOn(folder, flags)();
  return right(read);
};

describe('what is learnt on a folder', () => {
  let folder = '';
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'drumhead-learn-')));
    await mkdir(join(folder, 'plain'));
    await mkdir(join(folder, '_my data (2)'));
    await symlink(join(folder, 'plain'), join(folder, 'link'));
    await symlink(folder, join(folder, 'round'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is the same through links, dots, slashes and from elsewhere', async () => {
    const expected = await of(join(folder, 'plain'));
    assert.equal(expected.name, 'learn/plain');
    assert.ok(expected.task.name === 'npy' && expected.task.folder === join(folder, 'plain'));
    for (const spelt of ['link', 'link/', './plain', 'plain/', 'round/./link', 'round/round/plain/../plain'])
      for (const path of [`${folder}/${spelt}`, `${relative(process.cwd(), folder)}/${spelt}`])
        assert.deepEqual(await of(path), expected, path);
  });

  it('is read as PNG or as .npy pairs, as it is written, and as `run` says of a folder of data', async () => {
    const dataset = await loadDataset(taskOfSix)();
    assert.ok(E.isRight(dataset));
    const [pictures, arrays] = [join(folder, 'png'), join(folder, 'npy')];
    assert.ok(E.isRight(await writePngPairs(dataset.right, pictures)()));
    assert.ok(E.isRight(await writeNpyPairs(dataset.right, arrays)()));
    for (const [format, at] of [
      ['png', pictures],
      ['npy', arrays],
    ] as const) {
      const { task } = await of(at);
      assert.equal(task.name, format);
      assert.ok(E.isRight(await loadDataset(task)()));
      const run = await experimentFrom(at, 'full')();
      assert.ok(E.isLeft(run));
      assert.match(
        errorMessage(run.left),
        /a folder of data, not of a run; `drumhead learn .*` trains on it/,
      );
    }
    // The folder of one split, which is images and masks alone.
    const { task } = await of(join(folder, 'png', 'train'));
    assert.equal(task.name, 'png');
  });

  it('does not begin on masks of 0 and 255 before it is said what they mean', async function () {
    this.timeout(60_000);
    const data = join(folder, 'black and white');
    drawPairs(data, 12, 16);
    for (let i = 0; i < 12; i++) {
      const path = join(data, 'masks', `${i}.png`);
      const png = PNG.sync.read(readFileSync(path));
      for (let at = 0; at < png.data.length; at++) if (at % 4 < 3) png.data[at] = png.data[at] > 0 ? 255 : 0;
      writeFileSync(path, PNG.sync.write(png, { colorType: 0 }));
    }
    const runs = join(folder, 'runs');
    const common = { ...flags, engine: 'cpu', runs, workers: '1', pictures: false };
    const { value: said } = await withStderr(() => refusal(learn(data, common)));
    assert.match(
      said,
      /black and white: the masks hold 2 values \(0, 255\) and are read as 256 classes, of which 254 never occur; .* labels=\{"255": "NAME"\}, .*--set 'task\.labels=/,
    );
    assert.ok(!existsSync(runs), 'nothing was begun');
    // What the sentence says is what one can do.
    const set = [`task.labels=${/labels=(\{.*?\})/.exec(said)?.[1]}`];
    const { value: experiment } = await withStderr(() => rightOf(learningOn(data, { ...flags, set })));
    assert.ok('labels' in experiment.task);
    assert.deepEqual(experiment.task.labels, { 255: 'NAME' });
    assert.equal((await rightOf(prepare(experiment, 0, { ...environmentOf(runs), engine: 'cpu' }))).seed, 0);
  });

  it('goes on with a run that was begun on such masks', async function () {
    this.timeout(60_000);
    const data = join(folder, 'black and white');
    const runs = join(folder, 'begun');
    const experiment = await of(data);
    const notes: string[] = [];
    const tell = (event: RunEvent): void => void (event.kind === 'note' && notes.push(event.message));
    const environment = { ...environmentOf(runs, { tell }), engine: 'cpu' } as const;
    assert.match(await refusal(prepare(experiment, 0, environment)), /read as 256 classes/);
    assert.deepEqual(notes, []);
    const engine = await rightOf(openEngine('cpu'));
    const resolved = (await rightOf(resolveData(experiment))) ?? assert.fail('its data lie in files');
    const program = programFor(experiment.model, experiment.loss, resolved.sizes);
    assert.ok(E.isRight(program));
    const identity = identityOn(engine, resolved.experiment, {
      program: hashProgram(program.right),
      seed: 0,
      data: resolved.data,
    });
    const begun = ownFolder(runs, experiment.name, 0, identity);
    assert.ok(E.isRight(begun));
    await mkdir(begun.right, { recursive: true });
    assert.equal((await rightOf(prepare(experiment, 0, environment))).folder, begun.right);
    assert.match(notes.join(), /read as 256 classes/);
  });

  it('is the class of whole pictures where each class has a folder', async () => {
    for (const name of ['cat', 'dog']) {
      await mkdir(join(folder, 'animals', name), { recursive: true });
      writeFileSync(join(folder, 'animals', name, '0.png'), PNG.sync.write(new PNG({ width: 8, height: 8 })));
    }
    const { task, loss } = await of(join(folder, 'animals'));
    assert.equal(task.name, 'image-folders');
    assert.ok('target' in loss && loss.target === 'image');
  });

  it('has a name whatever its folder is called', async () => {
    assert.equal((await of(join(folder, '_my data (2)'))).name, 'learn/my-data--2-');
    assert.equal((await of('/')).name, 'learn/data');
  });
});
