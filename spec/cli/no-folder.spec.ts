/** Commands that take a folder, given something else: each says what stands there. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typed } from '../support/typed.js';

const commands = (path: string): readonly (readonly string[])[] => [
  ['status', '--runs', path],
  ['status', path],
  ['query', '--runs', path],
  ['table', 'paper/mnist', '--runs', path],
  ['report', 'paper/mnist', '--runs', path],
  ['figure', 'scores', 'paper/mnist', '--runs', path],
  ['waves', 'mnist/nwm-linear', '--runs', path],
  ['evaluate', 'mnist/nwm-linear', '--runs', path],
  ['export', 'mnist/nwm-linear', '--runs', path, '--out', 'out'],
  ['run', 'tetrominoes/nwm-linear', '--preset', 'quick', '--runs', path],
  ['sweep', 'paper/mnist', '--runs', path],
  ['learn', path],
  ['parity', path],
];

describe('a path that is no folder', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-no-folder-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const refuse = async (path: string, says: RegExp): Promise<void> => {
    for (const words of commands(path)) {
      const { status, stdout, stderr } = await typed(words, folder);
      assert.equal(status, 1, words.join(' '));
      assert.match(`${stdout}${stderr}`, says, words.join(' '));
    }
  };

  it('is called a file, by every command that takes a folder', async () => {
    const path = join(folder, 'notes.txt');
    writeFileSync(path, 'x');
    await refuse(path, /^drumhead: \S*notes\.txt: it is a file, not a folder/m);
  }).timeout(60_000);

  it('is called a device or a pipe', async function () {
    if (process.platform === 'win32') return this.skip();
    await refuse('/dev/zero', /^drumhead: \/dev\/zero: it is a device, not a folder/m);
    const pipe = join(folder, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status !== 0) return this.skip();
    await refuse(pipe, /^drumhead: \S*pipe: it is a pipe, not a folder/m);
    for (const words of [
      ['show', pipe],
      ['table', pipe],
      ['diff', pipe, pipe],
    ])
      assert.match((await typed(words, folder)).stderr, /pipe: it is a pipe, not a file/);
  }).timeout(60_000);
});
