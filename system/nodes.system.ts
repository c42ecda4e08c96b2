/**
 * Other versions of Node, each in a clean clone with what `npm ci` installs for it: the package `node` of npm
 * is made of a binary for each kind of machine. A small training, and all specs, one version after the other:
 * each takes about as long as `npm test`. A version without a binary for this machine is reported and
 * skipped.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cleanClone, sh } from './clone.js';

/**
 * npm's package of Node's binary for this machine: the one that the package `node` downloads, here without
 * its install script.
 */
const binary = `node-${process.platform}-${process.arch}`;

const training =
  'node bin/drumhead.js run tetrominoes/nwm-linear --preset quick ' +
  '--set task.train=32 task.validation=4 task.test=4 training.epochs=1';

for (const version of ['22', '24'])
  describe(`Node ${version}`, () => {
    let [tools, clone, path] = ['', '', ''];
    before(async function () {
      this.timeout(15 * 60_000);
      tools = mkdtempSync(join(tmpdir(), 'drumhead-node-'));
      const got = await sh(
        `npm install --no-save --no-audit --no-fund --prefix . ${binary}@${version}`,
        tools,
      );
      const bin = join(tools, 'node_modules', binary, 'bin');
      const answered = got.status === 0 ? await sh('./node --version', bin) : got;
      if (answered.status !== 0 || !answered.stdout.startsWith(`v${version}.`)) {
        process.stdout.write(
          `  Node ${version} cannot be had here, and is skipped: ${answered.stderr.slice(0, 300)}\n`,
        );
        return this.skip();
      }
      path = `${bin}${delimiter}${process.env.PATH}`;
      clone = await cleanClone();
      const installed = await sh('npm ci', clone, path);
      assert.equal(installed.status, 0, installed.stderr);
    });
    after(() => {
      for (const folder of [tools, clone])
        if (folder !== '') rmSync(folder, { recursive: true, force: true });
    });

    it('trains, scores and reports', async function () {
      this.timeout(10 * 60_000);
      const { status, stdout, stderr } = await sh(training, clone, path);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /tetrominoes\/nwm-linear, seed 0\n[\s\S]*report: /);
    });

    it('passes all specs', async function () {
      this.timeout(40 * 60_000);
      const { status, stdout, stderr } = await sh('npm test', clone, path);
      assert.equal(status, 0, `${stdout.slice(-4000)}\n${stderr.slice(-2000)}`);
      assert.match(stdout, /^\d+ passed, 0 failed(, \d+ skipped)?$/m);
    });
  });
