/** Exploring: what fails with a fresh seed is told with the command that finds it again. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { items, ofFile } from '../bench/explore/items.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const fastCheck = pathToFileURL(createRequire(import.meta.url).resolve('fast-check')).href;

describe('npm run explore', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-explore-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has every file of specs with a property, the laws, and random programs', () => {
    const names = items().map(({ name }) => name);
    assert.ok(names.length > 50, `${names.length}`);
    assert.equal(new Set(names).size, names.length);
    for (const name of ['laws of systems and of the language', 'random programs, fused'])
      assert.ok(names.includes(name));
    assert.ok(names.includes(join('spec', 'compile', 'fuse', 'programs.spec.ts')));
  });

  it('prints seed, path and a command, and the command fails at the same case', () => {
    const file = join(folder, 'fails.spec.mjs');
    writeFileSync(
      file,
      `import fc from '${fastCheck}';
      it('is (not) small', () => fc.assert(fc.property(fc.nat(), (n) => n < 1000)));
      it('holds', () => fc.assert(fc.property(fc.nat(), (n) => n >= 0)));`,
    );
    const item = ofFile(file);
    const said = spawnSync(process.execPath, [...item.args(5)], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, ...item.env(5) },
    });
    const tried = item.read(5, said.stdout, said.status);
    assert.ok(tried !== null, said.stderr);
    assert.equal(tried.held, 1);
    assert.equal(tried.found.length, 1);
    const [{ what, again }] = tried.found;
    assert.match(what, /fails\.spec\.mjs: is \(not\) small\n.*seed: 5, path: "[\d:]+"/s);
    const [whole, smallest] = again.split('\n').map((line) => line.replace(/^.*?(?=DRUMHEAD_SEED)/, ''));
    const counterexample = /Counterexample: \[(\d+)\]/.exec(what)?.[1];
    for (const command of [whole, smallest]) {
      const repeated = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
      assert.ok(repeated.stdout.includes(`Counterexample: [${counterexample}]`), repeated.stdout);
      assert.match(repeated.stdout, /0 passed, 1 failed\n$/);
    }
  });

  it('takes a process that died for something found', () => {
    assert.equal(ofFile('x.spec.ts').read(1, 'Aborted (core dumped)', null), null);
  });
});
