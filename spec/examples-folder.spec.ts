/** The examples, executed as a person executes them: by the built command, from a folder of their own. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { stream } from '../src/base/random.js';

const command = fileURLToPath(new URL('../bin/drumhead.js', import.meta.url));
const examples = fileURLToPath(new URL('../examples', import.meta.url));

/** A folder of pairs: a disk or a square in noise, its mask of the same name. */
const drawPairs = (folder: string, count: number, size: number): void => {
  for (const kind of ['images', 'masks']) mkdirSync(join(folder, kind), { recursive: true });
  for (let i = 0; i < count; i++) {
    const random = stream(i, 'examples-folder.spec');
    const label = 1 + (i % 2);
    const centre = [4 + random.integer(size - 8), 4 + random.integer(size - 8)];
    const inside = (row: number, column: number): boolean => {
      const [down, right] = [row - centre[0], column - centre[1]];
      return label === 1 ? Math.hypot(down, right) <= 3 : Math.max(Math.abs(down), Math.abs(right)) <= 3;
    };
    const write = (kind: string, grey: (row: number, column: number) => number): void => {
      const png = new PNG({ width: size, height: size });
      for (let p = 0; p < size * size; p++) {
        const value = grey(Math.floor(p / size), p % size);
        png.data.set([value, value, value, 255], 4 * p);
      }
      writeFileSync(join(folder, kind, `${i}.png`), PNG.sync.write(png, { colorType: 0 }));
    };
    write('images', (row, column) => (inside(row, column) ? 200 : 40) + random.integer(40));
    write('masks', (row, column) => (inside(row, column) ? label : 0));
  }
};

describe('the examples', () => {
  let folder = '';
  before(() => {
    // Outside of this checkout: as little is there as where a person runs them.
    folder = mkdtempSync(join(tmpdir(), 'drumhead-examples-'));
    cpSync(examples, folder, { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  const drumhead = (...args: readonly string[]): string => {
    const done = spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  const run = (name: string, ...args: readonly string[]): string =>
    drumhead('run', name, '--workers', '1', '--no-pictures', '--engine', 'wasm', ...args);

  it('are listed here', () =>
    assert.deepEqual(readdirSync(examples).sort(), ['own-images', 'two-speeds.ts', 'wrong-oscillator.ts']));

  it('hold a new architecture in less than forty lines, that trains', () => {
    const source = readFileSync(join(folder, 'two-speeds.ts'), 'utf8');
    assert.ok(source.trimEnd().split('\n').length < 40);
    const few = ['task.train=4', 'task.validation=1', 'task.test=1', 'training.epochs=1'];
    const said = run('two-speeds.ts', '--set', ...few);
    assert.match(said, /examples\/two-speeds, seed 0/);
    assert.match(said, /test foreground: accuracy 0\.\d+/);
    // The run folder holds the program itself: the module is not asked again.
    const [seed] = readdirSync(join(folder, 'runs', 'examples', 'two-speeds'));
    rmSync(join(folder, 'two-speeds.ts'));
    assert.match(run(join('runs', 'examples', 'two-speeds', seed)), /finished before/);
  });

  it('hold a wrong oscillator that one command tells what is wrong with it', () => {
    const told = spawnSync(process.execPath, [command, 'laws', 'wrong-oscillator.ts', '--cases', '4'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(told.status, 1, told.stderr);
    assert.match(told.stdout, /work balance +BROKEN/);
    assert.match(told.stdout, /moves with the OLD velocity/);
    assert.match(told.stdout, /the damping has the wrong sign/);
    const [, picture] = /picture of work balance: (.+)/.exec(told.stdout) ?? [];
    assert.deepEqual([...readFileSync(join(folder, picture)).subarray(1, 4)], [...Buffer.from('PNG')]);
    // The printed command finds the same case again.
    const [, again] = /again: drumhead (laws .+--law "work balance".+)/.exec(told.stdout) ?? [];
    const args = [...again.matchAll(/"([^"]+)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
    const repeated = spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8' });
    assert.equal(repeated.status, 1, repeated.stderr);
    const [, code] = /(laws\.replay\(system, "work balance",[^)]+\);)/.exec(told.stdout) ?? [''];
    assert.ok(repeated.stdout.includes(code));
  });

  it("train on a person's own images, wherever they lie", () => {
    const here = join(folder, 'own-images');
    drawPairs(join(here, 'my-images'), 8, 12);
    const name = join('own-images', 'experiment.yaml');
    assert.match(
      drumhead('data', join('own-images', 'my-images'), '--show', '0'),
      /12x12x1, 0 without foreground/,
    );
    const few = ['--set', 'training.epochs=2', 'training.minimumEpochs=0', 'model.steps=5'];
    assert.match(run(name, ...few), /examples\/own-images, seed 0/);
    renameSync(join(here, 'my-images'), join(folder, 'moved'));
    assert.match(run(name, ...few, 'task.folder=moved'), /finished before/);
  });
});
