/** What is said where an engine or its kernels are not what was begun, or do nothing. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anotherEngine, idleFuse } from '../../../src/cli/source/engine-notes.js';
import { type EngineName, engineNames } from '../../../src/engine/names.js';
import { typed } from '../../support/typed.js';

const told = async (...args: readonly string[]): Promise<string> => (await typed(args)).stderr;

describe('an engine beside what was begun', () => {
  it('has kernels to choose, or --fuse does nothing and that is said', async () => {
    const fuse: readonly EngineName[] = ['native', 'wasm'];
    assert.deepEqual(
      engineNames.filter((name) => idleFuse(name).length === 0),
      fuse,
    );
    const note = /^note: --fuse does nothing on the engine cpu/;
    // Said before anything is looked for, so that no run is needed here.
    for (const how of ['on', 'off'])
      assert.match(await told('run', 'nosuch', '--engine', 'cpu', '--fuse', how), note);
    assert.doesNotMatch(await told('run', 'nosuch', '--engine', 'wasm', '--fuse', 'off'), /--fuse/);
    assert.doesNotMatch(await told('run', 'nosuch', '--engine', 'cpu'), /--fuse/);
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

  it('is said by `run FOLDER` and `sweep FOLDER`, and what was begun stays as it was', async function () {
    this.timeout(120_000);
    const here = mkdtempSync(join(tmpdir(), 'drumhead-begun-'));
    const runs = join(here, 'runs');
    const does = async (...args: readonly string[]) => {
      const { status, stderr } = await typed([...args, '--runs', runs, '--no-pictures', '--workers', '1']);
      assert.equal(status, 0, stderr);
      return stderr.split('\n').filter((line) => line.startsWith('note: '));
    };
    const made = (): readonly string[] =>
      readdirSync(join(runs, 'tiny', 'begun'))
        .map((name) => join(runs, 'tiny', 'begun', name))
        .sort();
    try {
      const file = join(here, 'tiny.json');
      const task = { name: 'tetrominoes', size: 12, cell: 2, maxPieces: 1, train: 4, validation: 0, test: 2 };
      const model = { name: 'nwm', mid: 2, channels: 1, steps: 4, readout: 'last', hidden: [2] };
      writeFileSync(
        file,
        JSON.stringify({ name: 'tiny/begun', task, model, training: { batch: 4, epochs: 1 } }),
      );
      assert.deepEqual(await does('run', file, '--engine', 'cpu'), []);
      const [folder] = made();
      const filesOf = () =>
        readdirSync(folder).map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`);
      const before = filesOf();
      // As it was begun, said or not: the same run.
      for (const engine of [[], ['--engine', 'auto'], ['--engine', 'cpu']])
        for (const verb of ['run', 'sweep'])
          assert.deepEqual(await does(verb, folder, ...engine), [], `${verb} ${engine}`);
      assert.deepEqual(made(), [folder]);
      // What does nothing on the engine of the folder.
      assert.deepEqual(await does('run', folder, '--fuse', 'off'), [
        'note: --fuse does nothing on the engine cpu, which always computes op by op',
      ]);
      assert.deepEqual(made(), [folder]);
      // On another engine, and there op by op, it is another run each time.
      const note = `note: ${folder} was begun on the engine cpu; on wasm this is another run, in a folder of its own; leave --engine out to go on with what was begun`;
      assert.deepEqual(await does('run', folder, '--engine', 'wasm'), [note]);
      assert.deepEqual(made().length, 2);
      assert.equal((await does('sweep', folder, '--engine', 'wasm'))[0], note);
      assert.deepEqual(made().length, 2, 'the same run is not run again');
      const other = made().find((one) => one !== folder) ?? '';
      assert.deepEqual(await does('run', other, '--fuse', 'on'), []);
      assert.deepEqual(await does('run', other, '--fuse', 'off'), [
        `note: ${other} was run with fused kernels; op by op it is a run of its own`,
      ]);
      assert.equal(made().length, 3);
      assert.deepEqual(filesOf(), before);
    } finally {
      rmSync(here, { recursive: true });
    }
  });
});
