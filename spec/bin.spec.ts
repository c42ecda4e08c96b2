import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('the command without its program', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-bin-'));
    cpSync('bin/drumhead.js', join(folder, 'bin/drumhead.js'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  });
  after(() => rmSync(folder, { recursive: true }));
  const said = (main: string | null): string => {
    mkdirSync(join(folder, 'dist/cli'), { recursive: true });
    if (main !== null) writeFileSync(join(folder, 'dist/cli/main.js'), main);
    const { status, stderr } = spawnSync(process.execPath, ['bin/drumhead.js'], { cwd: folder });
    assert.equal(status, 1);
    return stderr.toString();
  };

  it('says in one sentence that it is not built, or only in part', () => {
    assert.match(said(null), /^drumhead is not built yet: run `npm run build`.*\n$/);
    assert.match(said("import './gone.js';"), /^drumhead: part of its installation cannot be found; .*\n$/);
    const broken = /^drumhead: its installation is damaged, or is being built; .*\n$/;
    assert.match(said("import { gone } from './main.js'; gone();"), broken);
    assert.match(said('const half = ('), broken);
  });

  it('says so where too few addresses are left for any work', function () {
    if (process.platform !== 'linux') return this.skip();
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -v 1000000; exec "$@"', 'sh', process.execPath, 'bin/drumhead.js'],
      { encoding: 'utf8' },
    );
    // Node 24 may find too few even to start.
    if (status === 1)
      assert.match(stderr, /^drumhead: there are too few addresses .*\(ulimit -v 1500000\)\n$/);
    else assert.doesNotMatch(stderr, /^ {4}at .*drumhead/m);
  });
});
