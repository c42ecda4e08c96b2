/**
 * Other versions of Node, each in a clean clone with what `npm ci` installs for it: the package `node` of npm is made
 * of a binary for each kind of machine. A small training, and the specs of the language and of its kernels. Where npm has no such binary for
 * this machine, that is said and skipped.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cleanClone, sh } from './clone.js';

const specs = [
  'spec/base/**/*.spec.ts',
  'spec/dsl/**/*.spec.ts',
  'spec/engine/**/*.spec.ts',
  'spec/compile/fuse/programs.spec.ts',
  'spec/compile/tfjs/session/pool.spec.ts',
  'spec/runner/run/run.spec.ts',
  'spec/cli/command.spec.ts',
];

/** npm's package of Node's binary for this machine: what the package `node` itself fetches, and needs no script. */
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

    it('passes the specs of the language, of engines and kernels, of a run and of the command', async function () {
      this.timeout(20 * 60_000);
      const { status, stdout } = await sh(
        `npx mocha ${specs.map((each) => `"${each}"`).join(' ')}`,
        clone,
        path,
      );
      assert.equal(status, 0, stdout.slice(-4000));
      assert.match(stdout, /\d+ passed, 0 failed/);
    });
  });
