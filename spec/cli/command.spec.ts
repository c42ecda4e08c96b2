/** The command as a person meets it: compiled, under plain Node. `npm test` builds first. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { fusionPlanCodec } from '../../src/compile/fuse/coverage/fusion-plan.js';
import { typed } from '../support/typed.js';

const command = fileURLToPath(new URL('../../bin/drumhead.js', import.meta.url));

const drumhead = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

describe('drumhead', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-cli-'));
    writeFileSync(join(folder, 'cut.json'), '{"name": "x", "task"');
    writeFileSync(join(folder, 'foreign.json'), '{"hello": "world"}');
    writeFileSync(
      join(folder, 'wrong.json'),
      JSON.stringify({
        name: 'x',
        task: { name: 'tetrominos', sise: 3 },
        model: { name: 'nwn', chanels: 2 },
        training: { batch: 'many' },
      }),
    );
    writeFileSync(join(folder, 'file'), '');
    writeFileSync(join(folder, 'empty.yaml'), '# nothing yet\n');
    writeFileSync(join(folder, 'itself.yaml'), 'name: &a [*a]\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('explains itself, and each of its commands', async () => {
    const help = drumhead('--help');
    assert.equal(help.status, 0);
    const commands = ['run', 'learn', 'parity', 'list', 'show', 'data'];
    for (const name of commands) assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'));
    const one = await typed(['run', '--help']);
    assert.equal(one.status, 0);
    for (const flag of ['--preset', '--seed', '--engine', '--epochs', '--runs', '--workers'])
      assert.ok(one.stdout.includes(flag), flag);
  });

  it('lists names that it can show', async () => {
    const names = (await typed(['list', '--names'])).stdout.trim().split('\n');
    assert.ok(names.includes('tetrominoes/nwm-linear'));
    const shown = await typed(['show', 'tetrominoes/nwm-linear', '--no-time']);
    assert.equal(shown.status, 0);
    assert.match(shown.stdout, /176,124 numbers/);
    assert.match((await typed(['show', names[0], '--diagram'])).stdout, /^flowchart/);
  });

  it('shows what is fused, of one and of a sweep, as text and as JSON', async () => {
    const plan = ['show', 'mnist/cnn-2', '--plan'];
    assert.match(
      (await typed([...plan])).stdout,
      /^100 % of the FLOPs of a step of training are in fused segments\n/,
    );
    const read = fusionPlanCodec.decode(JSON.parse((await typed([...plan, '--json'])).stdout));
    assert.deepEqual(E.isRight(read) ? read.right.segments.map(({ fused }) => fused) : read, [true]);
    const unet = await typed(['show', 'multi-mnist/unet-2', '--preset', 'quick', '--plan']);
    assert.equal(unet.status, 0);
    assert.match(unet.stdout, /^100 % of the FLOPs of a step of training are in fused segments\n/);
    const sweep = (await typed(['show', 'paper/multi-mnist', '--plan'])).stdout.trim().split('\n');
    assert.equal(sweep.length, 6);
    assert.match(sweep[1], /multi-mnist\/nwm-linear-smaller4 +100 % +1$/);
  });

  it('shows a system with settings of its own, and its plan', async () => {
    const ring = ['show', 'wave-rnn', '--set', 'length=12', 'steps=7'];
    assert.match(
      (await typed([...ring])).stdout,
      /^program \w{16}\n\nh \[12,1\], u \[7,12,1\] → h \[7,12,1\]\n/,
    );
    assert.match((await typed([...ring, '--plan'])).stdout, /^100 % of the FLOPs/);
    const misspelt = await typed(['show', 'wave-rn']);
    assert.deepEqual([misspelt.status, misspelt.stdout], [2, '']);
    assert.match(misspelt.stderr, /did you mean 'wave-rnn'\?/);
  });

  /** What a person may get wrong, the exit code, and what the sentence must say. */
  const mistakes: readonly (readonly [string, () => readonly string[], number, RegExp])[] = [
    [
      'an unknown experiment',
      () => ['run', 'tetrominoes/nwm-linaer'],
      2,
      /did you mean 'tetrominoes\/nwm-linear'/,
    ],
    ['an unknown engine', () => ['run', 'mnist/cnn-2', '--engine', 'wasn'], 2, /did you mean 'wasm'/],
    ['an unknown preset', () => ['run', 'mnist/cnn-2', '--preset', 'fast'], 2, /Known: quick, small, full/],
    [
      'JSON of no plan',
      () => ['show', 'mnist/cnn-2', '--json'],
      2,
      /--json: only the plan .*: give --plan too/,
    ],
    ['an unknown flag', () => ['run', 'mnist/cnn-2', '--sed', '1'], 2, /Did you mean one of --seed, --set/],
    ['an unknown command', () => ['rum'], 2, /unknown command 'rum'/],
    [
      'a seed that is no number',
      () => ['run', 'mnist/cnn-2', '--seed', 'one'],
      2,
      /--seed: 'one' is not a whole number/,
    ],
    [
      'a seed that no experiment could name, before anything is trained from it',
      () => ['run', 'mnist/cnn-2', '--seed', '5000000000'],
      2,
      /--seed: 5000000000 is more than the largest seed, 4294967295/,
    ],
    ['a seed twice', () => ['sweep', 'mnist/cnn-2', '--seed', '1,2,1'], 2, /the seed 1 is listed twice/],
    [
      'to train drums',
      () => ['waves', 'drums/shapes'],
      1,
      /drums\/shapes: drums are struck, not trained; `drumhead run`/,
    ],
    [
      'to tell how far drums are',
      () => ['status', 'drums/shapes', '--runs', folder],
      1,
      /drums are struck in one go; `drumhead run drums\/shapes`/,
    ],
    [
      'to tell how far a sweep is that never began',
      () => ['status', 'paper/small', '--runs', folder],
      1,
      /paper\/small: no run of it is in .*; `drumhead sweep paper\/small` begins it/,
    ],
    [
      'a YAML file with nothing in it',
      () => ['run', join(folder, 'empty.yaml')],
      1,
      /there is nothing in it/,
    ],
    [
      'a value that holds itself',
      () => ['run', join(folder, 'itself.yaml')],
      1,
      /more than 512 brackets within one another, the limit/,
    ],
    [
      'no workers',
      () => ['run', 'mnist/cnn-2', '--workers', '0'],
      2,
      /--workers: '0' is not a whole number from 1/,
    ],
    ['a JSON file cut short', () => ['run', join(folder, 'cut.json')], 1, /this is not JSON/],
    ['a foreign JSON file', () => ['run', join(folder, 'foreign.json')], 1, /hello: there is no such field/],
    ['a file that is not there', () => ['run', join(folder, 'none.json')], 1, /no such file/],
    ['a folder that is no run', () => ['run', folder], 1, /experiment.json: there is no such file/],
    ['a folder without arrays', () => ['learn', folder], 1, /train_images.npy: there is no such file/],
    ['a folder without a manifest', () => ['parity', folder], 1, /manifest.json: there is no such file/],
    [
      'a place that cannot be written',
      () => [
        'data',
        'tetrominoes',
        '--set',
        'train=1',
        'validation=0',
        'test=1',
        '--out',
        join(folder, 'file', 'a.png'),
      ],
      1,
      /file: it is a file, not a folder$/m,
    ],
    [
      'a file where all runs should lie, before any data is made',
      () => ['run', 'tetrominoes/nwm-linear', '--preset', 'quick', '--runs', join(folder, 'file')],
      1,
      /^drumhead: \S+file: it is a file, not a folder; choose another one\n$/,
    ],
    [
      'a setting that does not exist',
      () => ['data', 'tetrominoes', '--set', 'sise=3'],
      1,
      /did you mean 'size'/,
    ],
    [
      'a query that changes something',
      () => ['query', 'drop table runs', '--runs', folder],
      2,
      /write a single SELECT/,
    ],
    [
      'a setting without a value',
      () => ['data', 'tetrominoes', '--set', 'size'],
      2,
      /not of the form name=value/,
    ],
  ];

  /** One that commander refuses, and one that a command does. */
  const inProcessesOfTheirOwn = ['an unknown flag', 'an unknown experiment'];

  for (const [what, args, status, says] of mistakes)
    it(`refuses ${what} with one sentence`, async () => {
      const before = readdirSync(folder).sort();
      const done = inProcessesOfTheirOwn.includes(what) ? drumhead(...args()) : await typed(args());
      assert.equal(done.status, status, done.stderr);
      assert.match(done.stderr, says);
      assert.equal(done.stdout, '');
      assert.doesNotMatch(done.stderr, /\n\s+at /, 'a stack trace');
      assert.deepEqual(readdirSync(folder).sort(), before);
    });

  it('names every problem of an experiment at once, with the nearest names', async () => {
    const { status, stderr } = await typed(['run', join(folder, 'wrong.json')]);
    assert.equal(status, 1);
    assert.match(stderr, /5 problems/);
    assert.match(stderr, /task\.name: .*did you mean 'tetrominoes'/);
    assert.match(stderr, /task\.sise: .*did you mean 'size'/);
    assert.match(stderr, /model\.name: .*did you mean 'nwm'/);
    assert.match(stderr, /model\.chanels: .*did you mean 'channels'/);
    assert.match(stderr, /training\.batch/);
  });

  /** An experiment of a second or so in a file, and the command that runs it. */
  const tiny = (name: string, steps: number, epochs: number) => {
    const experiment = join(folder, `${name}.json`);
    writeFileSync(
      experiment,
      JSON.stringify({
        name: `tiny/${name}`,
        task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 16, validation: 2, test: 2 },
        model: { name: 'nwm', mid: 2, steps, hidden: [8] },
        training: { batch: 4, epochs },
      }),
    );
    const runs = join(folder, name);
    const quiet = ['--workers', '1', '--no-pictures', '--engine', 'wasm'];
    return { runs, args: ['run', experiment, '--runs', runs, ...quiet] };
  };

  it('ends with a sentence where code of a person ends the process, or fails where nobody waits', () => {
    for (const [body, says] of [
      ['process.exit(0)', /^drumhead: the work was ended before its end/m],
      [
        'Promise.reject(new Error("loose")); await new Promise((done) => setTimeout(done, 50))',
        /^drumhead: .*: loose$/m,
      ],
    ] as const) {
      writeFileSync(join(folder, 'ends.mjs'), `${body};\nexport default {};`);
      const { status, stderr } = drumhead('show', join(folder, 'ends.mjs'));
      assert.equal(status, 1, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^ +at /m);
    }
  });

  it('goes on to its end when nobody listens any more', async () => {
    const { runs, args } = tiny('unheard', 4, 3);
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    child.stderr.destroy();
    const [status] = await once(child, 'exit');
    assert.equal(status, 0);
    const [run] = readdirSync(join(runs, 'tiny', 'unheard'));
    assert.ok(readdirSync(join(runs, 'tiny', 'unheard', run)).includes('result.json'));
    for (const name of ['unheard.json', 'unheard']) rmSync(join(folder, name), { recursive: true });
  });

  it('stops at Ctrl-C with what was done kept, and goes on from there', async () => {
    const { runs, args } = tiny('stopped', 20, 40);
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let stopped = false;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // Epochs are told as they end: the run is under way, and far from its last.
      if (!stopped && said.includes('epoch 2 ')) {
        stopped = true;
        child.kill('SIGINT');
      }
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 130, said);
    assert.match(said, /stopped in epoch \d+ of 40 .* the same command goes on from there/);
    const [seed] = readdirSync(join(runs, 'tiny', 'stopped'));
    const run = join(runs, 'tiny', 'stopped', seed);
    const names = readdirSync(run);
    assert.ok(names.includes('checkpoint.json'));
    assert.deepEqual(
      names.filter((name) => /^lock|^progress|\.tmp$/.test(name)),
      [],
    );
    const kept = readFileSync(join(run, 'metrics.ndjson'), 'utf8');
    assert.ok(kept.split('\n').length >= 2);

    const again = await typed(['run', run, '--runs', runs, '--workers', '1', '--no-pictures']);
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stderr, /going on after step \d+/);
    assert.ok(readFileSync(join(run, 'metrics.ndjson'), 'utf8').startsWith(kept));
    assert.match(again.stdout, /foreground: accuracy/);
  });
});
