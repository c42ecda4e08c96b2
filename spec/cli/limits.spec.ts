/** Commands that would cost more than anybody has: each says its limit in a sentence, and soon; all of them in 600 MB. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Said } from '../support/typed.js';

const bin = resolve('bin/drumhead.js');
const typedLines = resolve('spec/support/typed-lines.ts');

describe('limits of commands', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-limits-'));
    const write = (name: string, value: unknown): void =>
      writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
    const axis = Array.from({ length: 1000 }, (_, i) => i + 1);
    const vary = Object.fromEntries(
      ['training.epochs', 'training.batch', 'model.steps', 'model.mid'].map((path) => [path, axis]),
    );
    write('sweep.json', { name: 's', experiment: 'tetrominoes/nwm-linear', vary });
    write('layers.json', {
      name: 'x',
      task: { name: 'tetrominoes' },
      model: { name: 'cnn', layers: 10_000 },
    });
    write('deep.json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    write('fields.json', Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`field${i}`, 1])));
    write('name.json', { name: 'n'.repeat(20_000_000), task: { name: 't'.repeat(20_000_000) } });
    const aliases = 'bcdefghi'.split('').map((name, i) => {
      const before = 'abcdefghi'[i];
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join()}]`;
    });
    write('laughs.yaml', ['a: &a [x, x, x, x, x, x, x, x, x]', ...aliases].join('\n'));
    write('nested.yaml', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`);
    write('keys.yaml', Array.from({ length: 30_000 }, (_, i) => `field${i}: 1`).join('\n'));
    for (const name of ['pipe.json', 'pipe.ts']) execFileSync('mkfifo', [join(folder, name)]);
    symlinkSync('/dev/zero', join(folder, 'zero.json'));
    write('sparse.json', '');
    truncateSync(join(folder, 'sparse.json'), 2 ** 40);
    write('picture.png', 'x');
    // Rows held as texts would be ten times what this process may hold.
    write('blank.csv', `a,b\n1,2\n${'\n'.repeat(6_000_000)}`);
    write('tiny.json', {
      name: 'tiny',
      task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 4, validation: 2, test: 2 },
      model: { name: 'nwm', mid: 2, steps: 4, hidden: [4] },
      training: { epochs: 1, batch: 2 },
      outputs: [],
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  const said: readonly (readonly [string, RegExp])[] = [
    ['show sweep.json', /1,000,000,000,000 members, and 10,000 is the limit/],
    ['show layers.json', /model\.layers: 10000 is not a whole number from 1 to 128/],
    ['show deep.json', /512 brackets within one another, the limit/],
    ['show fields.json', /199950 more fields|and \d+ more/],
    ['show name.json', /a name has at most 200 letters, this one has 20000000/],
    ['show laughs.yaml', /aliases \(\*name\) multiply beyond 100, the limit/],
    ['show nested.yaml', /512 brackets within one another, the limit/],
    ['show keys.yaml', /field0: there is no such field/],
    ['show pipe.json', /it is a pipe, not a file/],
    ['show pipe.ts', /it is a pipe, not a file/],
    ['show zero.json', /it is a device, not a file/],
    ['run-program zero.json --out o', /it is a device, not a file/],
    ['show sparse.json', /1,048,576 MiB large, and 64 MiB is the limit for JSON/],
    [
      'data picture.png',
      /data is a folder of pairs, .*or a folder of pictures for each class, .*; give that folder$/m,
    ],
    ['data series --set folder=blank.csv past=1 future=1', /row 3, a: it is empty/],
    ['run tiny.json --workers 1000000000', /--workers: '1000000000' is not a whole number from 1 to 128/],
    ['sweep tiny.json --jobs 1000000000', /--jobs: '1000000000' is not a whole number from 1 to 128/],
    ['play wave --frames 1000000', /--frames: '1000000' is not a whole number from 1 to 2000/],
  ];
  describe('in one process of 600 MB', () => {
    let answers: readonly Said[] = [];
    before(() => {
      const lines = JSON.stringify(said.map(([words]) => words.split(' ')));
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--max-old-space-size=600', '--import', 'tsx', typedLines, folder, lines],
        { encoding: 'utf8', timeout: 600_000, maxBuffer: 2 ** 24 },
      );
      assert.equal(status, 0, stderr);
      const { said: heard, seconds }: { readonly said: readonly Said[]; readonly seconds: number } =
        JSON.parse(stdout);
      // Of the processors, and not by the clock, since other work may go on.
      assert.ok(seconds < 60, `${seconds} s of processors`);
      answers = heard;
    });

    for (const [i, [words, sentence]] of said.entries())
      it(`${words}`, () => {
        const { status, stdout, stderr } = answers[i];
        assert.match(stderr, sentence);
        assert.doesNotMatch(stderr, /fault of drumhead/);
        assert.ok(status === 1 || status === 2, String(status));
        assert.ok(stdout.length + stderr.length < 20_000);
      });
  });

  it('where WebAssembly has no room, auto takes cpu, and wasm by name says so', () => {
    if (process.platform !== 'linux') return;
    // Room for one memory or two. With less than that Node 24 reserves no addresses, and finds room.
    const run = (engine: string) =>
      spawnSync(
        'bash',
        [
          '-c',
          `ulimit -v 20000000; exec ${process.execPath} ${bin} run tiny.json --workers 1 --engine ${engine}`,
        ],
        { cwd: folder, encoding: 'utf8' },
      );
    const wasm = run('wasm');
    assert.equal(wasm.status, 1);
    assert.match(wasm.stderr, /^drumhead: engine wasm: there is no room for the memory of WebAssembly/m);
    const auto = run('auto');
    assert.equal(auto.status, 0, auto.stderr);
    const [run1] = readdirSync(join(folder, 'runs', 'tiny'));
    const { why } = JSON.parse(readFileSync(join(folder, 'runs', 'tiny', run1, 'environment.json'), 'utf8'));
    assert.match(why, /plain JavaScript always runs.*not wasm: there is no room/);
    // Threads take addresses too, and V8 ends the process where it finds none.
    const few = spawnSync(
      'bash',
      [
        '-c',
        `ulimit -v 2000000; exec ${process.execPath} ${bin} run tiny.json --set training.batch=4 --workers 4`,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    assert.equal(few.status, 0, few.stderr);
  });
});
