/** Errors of the file system that name the part of a path that is at fault. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorMessage } from '../../src/base/error.js';
import { notFolder, pathFault } from '../../src/files/path-fault.js';

const refused = (code: string): Error => Object.assign(new Error(code), { code });

describe('a path in which something is no folder', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-path-'));
    writeFileSync(join(folder, 'file'), 'x');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is refused with the name of that part and what it is', function () {
    const file = join(folder, 'file');
    for (const path of [file, join(file, 'a'), join(file, 'a', 'b.json')])
      assert.equal(errorMessage(pathFault(path, refused('ENOTDIR'))), `${file}: it is a file, not a folder`);
    assert.equal(notFolder(folder), null);
    assert.equal(notFolder(join(folder, 'none', 'a')), null);
    assert.match(errorMessage(pathFault(join(folder, 'a'), refused('EACCES'))), /a: .*(permission|allowed)/);
    if (process.platform === 'win32') return this.skip();
    assert.deepEqual(notFolder('/dev/null/a'), { path: '/dev/null', what: 'a device' });
  });
});
