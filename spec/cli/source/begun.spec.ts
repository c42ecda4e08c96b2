/** What is said where an engine or its kernels are not what was begun, or do nothing. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { anotherEngine, idleFuse } from '../../../src/cli/source/begun.js';
import { engineNames } from '../../../src/engine/names.js';

const command = fileURLToPath(new URL('../../../bin/drumhead.js', import.meta.url));
const told = (...args: readonly string[]): string =>
  spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' }).stderr;

describe('an engine beside what was begun', () => {
  it('has kernels to choose, or --fuse does nothing and that is said', () => {
    assert.deepEqual(
      engineNames.map((name) => idleFuse(name).length),
      engineNames.map((name) => (name === 'wasm' ? 0 : 1)),
    );
    const note = /^note: --fuse does nothing on the engine cpu/;
    // Said before anything is looked for, so that no run is needed here.
    for (const how of ['on', 'off'])
      assert.match(told('run', 'nosuch', '--engine', 'cpu', '--fuse', how), note);
    assert.doesNotMatch(told('run', 'nosuch', '--engine', 'wasm', '--fuse', 'off'), /--fuse/);
    assert.doesNotMatch(told('run', 'nosuch', '--engine', 'cpu'), /--fuse/);
  });

  it('that is another one begins a run of its own, and that is said', () => {
    assert.match(
      anotherEngine('runs/a/seed-0-x', 'wasm', 'cpu').join(),
      /runs\/a\/seed-0-x was begun on the engine wasm; on cpu this is another run/,
    );
    for (const [own, asked] of [
      ['wasm', 'wasm'],
      ['wasm', 'auto'],
      [null, 'cpu'],
    ] as const)
      assert.deepEqual(anotherEngine('x', own, asked), []);
  });
});
