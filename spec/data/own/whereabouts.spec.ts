/** One folder has one name, whoever wrote it. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { wholePath } from '../../../src/data/own/whereabouts.js';

describe('the whole path of a folder', () => {
  let top = '';
  before(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), 'drumhead-where-')));
    mkdirSync(join(top, 'plain', 'deep'), { recursive: true });
    symlinkSync(join(top, 'plain'), join(top, 'link'));
  });
  after(() => rmSync(top, { recursive: true }));

  it('is one for all its spellings, and of what is not there for the part that is', async () => {
    const here = relative(process.cwd(), top);
    for (const spelling of ['plain', 'plain/', './plain', 'plain/deep/..', 'link', 'link/'])
      for (const base of [top, here])
        assert.equal(await wholePath(`${base}/${spelling}`), join(top, 'plain'), spelling);
    assert.equal(await wholePath(`${top}/link/not/there/`), join(top, 'plain', 'not', 'there'));
  });
});
