/** The examples, executed as a person executes them, from a folder of their own; two of them by the built command. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawPairs } from './support/draw-pairs.js';
import { type Said, typed } from './support/typed.js';

const command = fileURLToPath(new URL('../bin/drumhead.js', import.meta.url));
const examples = fileURLToPath(new URL('../examples', import.meta.url));

describe('the examples', () => {
  let folder = '';
  before(() => {
    // Outside of this checkout: as little is there as where a person runs them.
    folder = mkdtempSync(join(tmpdir(), 'drumhead-examples-'));
    // Without what a person who tried them left there.
    cpSync(examples, folder, {
      recursive: true,
      filter: (path) => !/my-images|[\\/]runs/.test(path.slice(examples.length)),
    });
  });
  after(() => rmSync(folder, { recursive: true }));

  const well = ({ status, stdout, stderr }: Omit<Said, 'status'> & { status: number | null }): string => {
    assert.equal(status, 0, stderr);
    return stdout;
  };
  /** In this process, which saves a start of Node. */
  const drumhead = async (...args: readonly string[]): Promise<string> => well(await typed(args, folder));
  const running = ['--workers', '1', '--no-pictures', '--engine', 'wasm'];
  const run = (name: string, ...args: readonly string[]): Promise<string> =>
    drumhead('run', name, ...running, ...args);
  /** By the built command, in a process of its own. */
  const built = (...args: readonly string[]): string =>
    well(spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8' }));

  it('are listed here', () =>
    assert.deepEqual(readdirSync(folder).sort(), [
      'attention-kuramoto.ts',
      'conduction-delays.ts',
      'fourier-operator.ts',
      'inverse-wave.mjs',
      'oscillator-graph.ts',
      'own-images',
      'own-task.ts',
      'sequence-classes.mjs',
      'two-speeds.ts',
      'volume.ts',
      'wrong-oscillator.ts',
    ]));

  it('hold a new architecture in less than forty lines, that trains', () => {
    const source = readFileSync(join(folder, 'two-speeds.ts'), 'utf8');
    assert.ok(source.trimEnd().split('\n').length < 40);
    const few = ['task.train=4', 'task.validation=1', 'task.test=1', 'training.epochs=1'];
    const said = built('run', 'two-speeds.ts', ...running, '--set', ...few);
    assert.match(said, /examples\/two-speeds, seed 0/);
    assert.match(said, /test foreground: accuracy 0\.\d+/);
    // The run folder holds the program itself: the module is not asked again.
    const [seed] = readdirSync(join(folder, 'runs', 'examples', 'two-speeds'));
    rmSync(join(folder, 'two-speeds.ts'));
    assert.match(built('run', join('runs', 'examples', 'two-speeds', seed), ...running), /finished before/);
  });

  it('hold two trainings without the runner: the speed and damping of waves, and sequences told by their rhythm', () => {
    // Beside the package, whose name they import.
    const script = (name: string): string => {
      const done = spawnSync(process.execPath, [join(examples, name)], { encoding: 'utf8' });
      assert.equal(done.status, 0, done.stderr);
      return done.stdout;
    };
    const [, speed, damping] =
      /epoch 60 .*c\^2 ([\d.]+) {2}alpha ([\d.]+)/.exec(script('inverse-wave.mjs')) ?? [];
    assert.ok(Math.abs(Number(speed) - 0.8) < 0.005 && Math.abs(Number(damping) - 0.15) < 0.005);
    assert.match(script('sequence-classes.mjs'), /validation accuracy (0\.9[5-9]|1\.0)\d*\n$/);
  });

  it('hold a task that its own file makes, once, with noise on what is trained', () => {
    assert.ok(readFileSync(join(folder, 'own-task.ts'), 'utf8').trimEnd().split('\n').length < 40);
    const few = ['task.train=32', 'task.validation=4', 'task.test=8', 'training.epochs=1'];
    assert.match(built('run', 'own-task.ts', ...running, '--set', ...few), /8 test samples/);
    // The run folder names the file and the digest of what it made; without the file the cache is taken.
    const [seed] = readdirSync(join(folder, 'runs', 'examples', 'own-task'));
    rmSync(join(folder, 'own-task.ts'));
    assert.match(built('evaluate', join('runs', 'examples', 'own-task', seed)), /the same to the last bit/);
  });

  it('hold waves in k-space read by a Fourier operator, that train, keep their laws and are exported', async () => {
    const name = 'fourier-operator.ts';
    assert.ok(readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').length < 45);
    const laws = ['translation', 'rotations and reflections', 'oddness', 'adjoint', 'Parseval'];
    const judged = await drumhead('laws', name, '--cases', '1', ...laws.flatMap((law) => ['--law', law]));
    for (const law of laws) assert.match(judged, new RegExp(`${law} +holds`));
    const few = ['task.train=4', 'task.validation=1', 'task.test=1', 'training.epochs=1'];
    assert.match(await run(name, '--set', ...few), /test foreground: accuracy 0\.\d+/);
    await drumhead('export', name, '--untrained', '--out', 'k-space');
    assert.deepEqual(
      readdirSync(join(folder, 'k-space')).filter((file) => file === 'model.json'),
      ['model.json'],
    );
  });

  it('hold waves in a volume, that keep their laws, train and are exported', async () => {
    const source = readFileSync(join(folder, 'volume.ts'), 'utf8');
    assert.ok(source.trimEnd().split('\n').length < 45);
    assert.match(await drumhead('laws', 'volume.ts', '--cases', '2'), /^1\d hold, 0 broken/m);
    const few = ['task.train=4', 'task.validation=1', 'task.test=1', 'training.epochs=1', 'training.batch=2'];
    assert.match(await run('volume.ts', '--set', ...few), /test foreground: accuracy 0\.\d+/);
    await drumhead('export', 'volume.ts', '--untrained', '--out', 'volume-model');
    assert.ok(readdirSync(join(folder, 'volume-model')).includes('model.json'));
  });

  const networks: readonly (readonly [string, readonly string[]])[] = [
    ['attention-kuramoto', ['phase shift', 'convergence']],
    ['oscillator-graph', ['work balance', 'time reversal', 'light cone', 'superposition', 'adjoint']],
    ['conduction-delays', ['boundedness by gates', 'adjoint']],
  ];
  for (const [name, laws] of networks)
    it(`hold a network, ${name}, in less than 45 lines: it trains, keeps its laws and is exported`, async () => {
      const file = `${name}.ts`;
      assert.ok(readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').length < 45);
      const judged = await drumhead('laws', file, '--cases', '2', ...laws.flatMap((law) => ['--law', law]));
      for (const law of laws) assert.match(judged, new RegExp(`${law} +holds`));
      const few = ['task.train=8', 'task.validation=1', 'task.test=1', 'training.epochs=1'];
      assert.match(await run(file, '--set', ...few), /test foreground: accuracy 0\.\d+/);
      await drumhead('export', file, '--untrained', '--out', name);
      assert.ok(existsSync(join(folder, name, 'model.json')));
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

  it("train on a person's own images, wherever they lie", async () => {
    const here = join(folder, 'own-images');
    drawPairs(join(here, 'my-images'), 8, 12);
    const name = join('own-images', 'experiment.yaml');
    assert.match(
      await drumhead('data', join('own-images', 'my-images'), '--show', '0'),
      /12x12x1, 0 without foreground/,
    );
    const few = ['--set', 'training.epochs=2', 'training.minimumEpochs=0', 'model.steps=5'];
    assert.match(await run(name, ...few), /examples\/own-images, seed 0/);
    renameSync(join(here, 'my-images'), join(folder, 'moved'));
    assert.match(await run(name, ...few, 'task.folder=moved'), /finished before/);
  });
});
