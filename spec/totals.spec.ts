/** The last line of CI: the totals of both runs of mocha together. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const totals = fileURLToPath(new URL('../.ci/totals.mjs', import.meta.url));

describe('the totals of CI', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-totals-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const of = (...logs: readonly string[]) => {
    const files = logs.map((text, i) => {
      const file = join(folder, String(i));
      writeFileSync(file, text);
      return file;
    });
    const { stdout, status } = spawnSync(process.execPath, [totals, ...files], { encoding: 'utf8' });
    return { last: stdout.trimEnd().split('\n').at(-1), status };
  };

  it('are the sums, and fail where anything failed or a run ended without its own', () => {
    assert.deepEqual(of('x\n10 passed, 0 failed\n', '3 passed, 0 failed, 2 skipped\n'), {
      last: '13 passed, 0 failed, 2 skipped',
      status: 0,
    });
    assert.deepEqual(of('10 passed, 1 failed\n', '3 passed, 0 failed\nnpm error code 1\n'), {
      last: '13 passed, 1 failed',
      status: 1,
    });
    assert.deepEqual(of('10 passed, 0 failed\n', 'Aborted (core dumped)\n'), {
      last: '10 passed, 1 failed',
      status: 1,
    });
  });
});
