/** Shares and seeds of folders that have their own splits do nothing, and it is said. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idleInFolder } from '../../../src/cli/flags/idle-in-folder.js';
import { decodeTask } from '../../../src/data/task.js';
import { right } from '../../support/either.js';

it('settings of a folder that has its own splits are said to do nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drumhead-idle-'));
  try {
    const told = (name: string) => idleInFolder(right(decodeTask({ name, folder })), () => true);
    assert.deepEqual(await told('arrays'), []);
    await writeFile(join(folder, 'train.npz'), '');
    await writeFile(join(folder, 'test_x.npy'), '');
    assert.deepEqual(await told('arrays'), ['task.testShare does nothing here: the folder has test samples']);
    await mkdir(join(folder, 'validation'));
    assert.deepEqual(await told('arrays'), [
      'task.validationShare does nothing here: the folder has validation samples',
      'task.testShare does nothing here: the folder has test samples',
      'task.seed does nothing here: no samples are drawn from others',
    ]);
    assert.match((await told('image-folders')).join(), /the folder has test images/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
