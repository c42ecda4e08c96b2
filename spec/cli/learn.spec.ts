/** `drumhead learn`: one folder is one experiment, however it is spelt. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../src/base/error.js';
import { learningOn } from '../../src/cli/commands/learn.js';
import { experimentFrom } from '../../src/cli/source/source.js';
import { loadDataset } from '../../src/data/load.js';
import { writeNpyPairs } from '../../src/data/own/npy-pairs.js';
import { writePngPairs } from '../../src/data/own/write-png-pairs.js';
import { decodeTask } from '../../src/data/task.js';
import type { Experiment } from '../../src/experiments/experiment.js';

const decoded = decodeTask({
  name: 'tetrominoes',
  size: 16,
  cell: 2,
  maxPieces: 2,
  train: 6,
  validation: 2,
  test: 2,
});
const taskOfSix = E.isRight(decoded) ? decoded.right : assert.fail(errorMessage(decoded.left));
const flags = { seeds: '0', epochs: '2', steps: '5', batch: '4', rate: '0.01', schedule: 'cosine' };
const of = async (folder: string): Promise<Experiment> => {
  const read = await learningOn(folder, flags)();
  return E.isRight(read) ? read.right : assert.fail(errorMessage(read.left));
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

  it('has a name whatever its folder is called', async () => {
    assert.equal((await of(join(folder, '_my data (2)'))).name, 'learn/my-data--2-');
    assert.equal((await of('/')).name, 'learn/data');
  });
});
