/** A NAME of data: a task, or a person's own folder, also where both are called the same. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskFrom } from '../../../src/cli/source/task.js';
import { drawPairs } from '../../support/draw-pairs.js';
import { refusal, rightOf, withStderr } from '../../support/effects.js';

describe('a name of data', () => {
  const from = process.cwd();
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'drumhead-named-'));
    drawPairs(join(folder, 'shapes'), 2, 12);
    mkdirSync(join(folder, 'mazes'));
    process.chdir(folder);
  });
  after(() => {
    process.chdir(from);
    rmSync(folder, { recursive: true });
  });

  it('is the task where a folder is called the same, and says how the folder is named', async () => {
    const named = await withStderr(() => rightOf(taskFrom('shapes', {}, {})));
    assert.equal(named.value.name, 'shapes');
    assert.match(
      named.said,
      /shapes is the task of that name; the folder here that is called so is \.\/shapes/,
    );
    const own = await withStderr(() => rightOf(taskFrom('./shapes', {}, {})));
    assert.equal(own.value.name, 'png');
    assert.equal(own.said, '');
  });

  it('says nothing of a folder without data, or where there is none', async () => {
    for (const name of ['mazes', 'adding'])
      assert.equal((await withStderr(() => rightOf(taskFrom(name, {}, {})))).said, '', name);
  });

  it('is the task also where the folder of its name cannot be read', async () => {
    mkdirSync(join(folder, 'polygons'));
    writeFileSync(join(folder, 'polygons', 'train'), 'a file in place of a folder');
    const { value, said } = await withStderr(() => rightOf(taskFrom('polygons', {}, {})));
    assert.deepEqual([value.name, said], ['polygons', '']);
  });

  it('is refused as neither a task nor a folder', async () => {
    assert.match(
      await refusal(taskFrom('my-images', {}, {})),
      /^unknown task or folder 'my-images'\. Known: /,
    );
    assert.match(
      await refusal(taskFrom('mazez', {}, {})),
      /^unknown task or folder 'mazez'; did you mean 'mazes'\?/,
    );
  });
});
