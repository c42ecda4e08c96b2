/** A folder that a command was replacing when it was killed: whatever names it next finds it again. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderName, ownHolder } from '../../src/files/holder.js';
import { typed } from '../support/typed.js';

describe('an export that was killed between its two moves', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-back-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('is back at the next command that names it, and that is said', async () => {
    const data = ['--set', 'size=16', 'cell=2', 'train=2', 'validation=1', 'test=1'];
    const made = await typed(['data', 'tetrominoes', ...data, '--show', '0', '--export', 'out'], folder);
    assert.equal(made.status, 0, made.stderr);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const holder = holderName({ ...(await ownHolder()), pid, started: null });
    const hash = createHash('sha256').update('out').digest('hex').slice(0, 16);
    for (const words of [
      ['data', 'out', '--show', '0'],
      ['learn', 'out', '--epochs', 'x'],
      ['show', 'out'],
      ['export', 'out', '--out', 'other'],
      ['evaluate', 'out'],
      ['diff', 'out', 'out'],
      ['status', 'out'],
      ['evaluate', 'none', '--task', 'out'],
      ['data', 'npy', '--show', '0', '--set', 'folder=out'],
      ['show', 'tetrominoes/nwm-linear', '--set', 'task.folder=out'],
    ]) {
      renameSync(join(folder, 'out'), join(folder, `.drumhead-${hash}-${holder}.old`));
      const { stderr } = await typed(words, folder);
      assert.match(stderr, /^note: out, which a killed command had moved away, is back\n/, words.join(' '));
      assert.ok(existsSync(join(folder, 'out')), words.join(' '));
      assert.ok(!readdirSync(folder).some((name) => name.startsWith('.drumhead')), words.join(' '));
    }
  }).timeout(60_000);
});
