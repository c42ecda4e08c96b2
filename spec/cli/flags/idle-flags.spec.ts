/** Every flag of every command: where it would do nothing, it is refused or it is said. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Effect, errorMessage } from '../../../src/base/error.js';
import { checkingAll, commandLine, lineOf } from '../../../src/cli/command-line.js';
import { data } from '../../../src/cli/commands/data.js';
import { exportRun } from '../../../src/cli/commands/export.js';
import { laws } from '../../../src/cli/commands/laws.js';
import { runProgramFile } from '../../../src/cli/commands/run-program.js';
import { show } from '../../../src/cli/commands/show.js';
import { type IdleFlags, idleFlags } from '../../../src/cli/flags/idle-flags.js';
import { madeData } from '../../../src/cli/source/data-folder.js';
import { exportTrained } from '../../../src/runner/export/index.js';
import { importInto } from '../../../src/runner/import/index.js';
import { models, trainedOf } from '../../runner/import/exchange.js';
import { refusal } from '../../support/effects.js';
import { typed } from '../../support/typed.js';

const folder = mkdtempSync(join(tmpdir(), 'drumhead-idle-'));
const run = join(folder, 'run');
const nowhere = join(folder, 'nowhere');
const begun = join(folder, 'runs');
mkdirSync(run);
mkdirSync(join(begun, 'sweeps', 'mine', 'sweep.json'), { recursive: true });

/** What is said of a command line, none of which is run. */
const saidOf = async (words: readonly string[]): Promise<IdleFlags> => {
  const program = commandLine();
  const command = program.commands.find((one) => one.name() === words[0]);
  assert.ok(command !== undefined, words[0]);
  const { operands, unknown } = command.parseOptions(words.slice(1));
  assert.deepEqual(unknown, []);
  return idleFlags({ ...lineOf(command), names: operands });
};

/** Where each flag does nothing: the line, the flag, and part of why. */
const refused: readonly (readonly [readonly string[], string, string])[] = [
  ...(
    [
      '--preset',
      '--seed',
      '--label',
      '--from',
      '--freeze',
      '--name',
      '--notes',
      '--epochs',
      '--set',
      '--mnist-dir',
      '--workers',
    ] as const
  ).map(
    (flag) =>
      [['run', 'drums/shapes', flag, flag === '--preset' ? 'full' : '3'], flag, 'learns nothing'] as const,
  ),
  [['run', 'drums/shapes', '--no-pictures'], '--no-pictures', 'learns nothing'],
  [['show', 'wave', '--preset', 'quick'], '--preset', 'one size'],
  [['show', 'wave', '--mnist-dir', '.'], '--mnist-dir', 'a system'],
  [['show', 'wave', '--no-time'], '--no-time', 'no training'],
  [['show', 'wave', '--engine', 'cpu'], '--engine', 'a system'],
  [['show', 'wave', '--fuse', 'off'], '--fuse', 'a system'],
  [['show', 'drums/shapes', '--set', 'a=1'], '--set', 'struck'],
  [['diff', 'drums/shapes', '--set', 'a=1'], '--set', 'struck'],
  [['show', 'drums/shapes', '--plan'], '--plan', 'no program'],
  [['show', 'drums/shapes', '--json'], '--json', 'no program'],
  [['show', 'mnist/cnn-2', '--nodes', '--plan'], '--nodes', 'the plan alone'],
  [['show', 'mnist/cnn-2', '--nodes', '--diagram'], '--nodes', 'the diagram alone'],
  [['show', 'mnist/cnn-2', '--diagram', '--plan'], '--diagram', 'the plan alone'],
  [['show', 'mnist/cnn-2', '--no-time', '--plan'], '--no-time', 'the plan alone'],
  ...(['run', 'sweep', 'show', 'laws'] as const).map(
    (command) => [[command, run, '--preset', 'quick'], '--preset', 'as it was written'] as const,
  ),
  [['engine', 'remove', 'tensorflow', '--from', '.'], '--from', 'what was added is removed'],
  [['sweep', 'x.yaml', '--dry-run'], '--dry-run', 'nothing is submitted'],
  [['sweep', 'x.yaml', '--slurm', '--probe'], '--probe', 'only --slurm --dry-run says how long it takes'],
  [['sweep', 'x.yaml', '--sbatch', 'time=1'], '--sbatch', 'nothing is submitted'],
  ...(['--jobs', '--workers', '--minutes'] as const).map(
    (flag) => [['sweep', 'x.yaml', '--slurm', flag, '1'], flag, 'every task does one part'] as const,
  ),
  [['sweep', 'x.yaml', '--slurm', '--shard', '1/2'], '--shard', 'every task does one part'],
  [['sweep', 'x.yaml', '--collect', 'y', '--slurm'], '--slurm', 'nothing is run'],
  [['sweep', 'x.yaml', '--collect', 'y', '--no-pictures'], '--no-pictures', 'nothing is run'],
  [['diff', run, run, '--preset', 'quick'], '--preset', 'as they were written'],
  [['show', 'mnist/cnn-2', '--plan', '--mnist-dir', '.'], '--mnist-dir', 'does not depend'],
  [['show', 'mnist/cnn-2', '--diagram', '--mnist-dir', '.'], '--mnist-dir', 'does not depend'],
  [['data', 'polygons', '--mnist-dir', '.'], '--mnist-dir', 'no digits of MNIST'],
  [['data', run, '--mnist-dir', '.'], '--mnist-dir', 'a folder'],
  [['laws', 'wave', '--law', 'a', '--path', '0', '--cases', '5'], '--cases', 'the one case'],
  [['evaluate', run, '--task', 'mnist', '--preset', 'quick'], '--preset', 'mnist has one size'],
  [['evaluate', run, '--task', run, '--preset', 'quick'], '--preset', 'a folder'],
  [['evaluate', run, '--task', 'polygons', '--mnist-dir', '.'], '--mnist-dir', 'no digits of MNIST'],
  [['evaluate', run, '--task', run, '--mnist-dir', '.'], '--mnist-dir', 'a folder'],
  [['play', run, '--preset', 'quick'], '--preset', 'a folder'],
  ...(['export', 'run-program'] as const).flatMap((command) =>
    ['w.safetensors', 'x/program.json', 'model.json'].map(
      (file) => [[command, file, '--out', 'o', '--runs', nowhere], '--runs', 'weights of its own'] as const,
    ),
  ),
  [['export', 'w.safetensors', '--out', 'o', '--untrained'], '--untrained', 'holds weights'],
  [['export', run, '--out', 'o', '--untrained', '--preset', 'quick'], '--preset', 'as it was written'],
  [['run-program', 'x/model.json', '--out', 'o', '--fuse', 'off'], '--fuse', 'a GraphModel'],
  [['import', 'w', '--out', 'o', '--model', run, '--preset', 'quick'], '--preset', 'as it was written'],
  [['diff', 'drums/shapes', 'drums/shapes', '--preset', 'quick'], '--preset', 'one size'],
  [['data', 'polygons', '--show', '0', '--force'], '--force', '--export'],
  [['data', 'polygons', '--show', '0', '--out', 'a.png'], '--out', 'no contact sheet'],
  [['data', run, '--cache', nowhere], '--cache', 'where it lies'],
  [['data', 'png', '--set', 'folder=x', '--cache', nowhere], '--cache', 'where it lies'],
  [['laws', 'wave', '--no-pictures', '--out', run], '--out', '--no-pictures'],
  [['laws', 'wave', '--no-pictures', '--force'], '--force', '--no-pictures'],
  [['query', 'select 1', '--force'], '--force', '--parquet'],
  [['laws', 'wave', '--law', 'a', '--expect', 'b'], '--expect', 'other laws'],
  [['laws', 'wave', '--law', 'a', '--order', '2'], '--order', 'convergence'],
  [['laws', 'wave', '--preset', 'quick'], '--preset', 'one size'],
  [['table', 'x', '--scores', 'test.loss,epochs', '--split', 'train'], '--split', 'name no split'],
  [['table', 'x', '--scores', 'every', '--split', 'train'], '--split', 'name no split'],
  [['table', 'x', '--tables', 'means', '--no-extremes'], '--no-extremes', 'no extremes'],
  [['table', run, '--preset', 'quick'], '--preset', 'a folder'],
  ...(
    [
      ['table', run],
      ['report', run],
      ['figure', 'scores', run],
      ['waves', run],
      ['export', run, '--out', 'o'],
      ['run-program', run, '--out', 'o'],
    ] as const
  ).map((words) => [[...words, '--set', 'model.mid=2'], '--set', 'a folder'] as const),
  [['table', 'mine', '--runs', begun, '--set', 'model.mid=2'], '--set', 'begun already'],
  [['report', run, '--preset', 'quick'], '--preset', 'a folder'],
  [['evaluate', run, '--preset', 'quick'], '--preset', 'a folder'],
  [['query', '--parquet', 'f', '--format', 'json'], '--format', '--parquet'],
  ...(['samples', 'channels', 'frames', 'engine', 'fuse'] as const).map(
    (flag) =>
      [['figure', 'curves', 'x', `--${flag}`, flag === 'fuse' ? 'off' : '1'], `--${flag}`, 'curves'] as const,
  ),
  [['figure', 'parameters', 'x', '--score', 'iou'], '--score', 'parameters'],
  [['figure', 'waves', 'x', '--score', 'iou'], '--score', 'waves'],
  [['figure', 'segmentations', 'x', '--channels', '1'], '--channels', 'segmentations'],
  [['figure', 'nwm-lstm', 'x', 'y', '--frames', '1'], '--frames', 'nwm-lstm'],
  [['figure', 'waves', run, '--preset', 'quick'], '--preset', 'a folder'],
  [['waves', run, '--preset', 'quick'], '--preset', 'a folder'],
  [['play', 'wave', '--preset', 'quick'], '--preset', 'no runs'],
  [['play', 'wave', '--untrained'], '--untrained', 'no runs'],
  [['play', 'wave', '--resize', '8x8'], '--resize', '--size and --steps'],
  [['play', 'wave', '--runs', nowhere], '--runs', 'no runs'],
  ...(['set', 'size', 'classes', 'preset'] as const).map(
    (flag) => [['import', 'w', '--out', 'o', `--${flag}`, '3'], `--${flag}`, '--model'] as const,
  ),
  [['import', 'w', '--out', 'o', '--model', 'nwm', '--preset', 'quick'], '--preset', 'a model'],
];

const noted: readonly (readonly [readonly string[], string, string])[] = [
  [['show', 'mnist/cnn-2', '--no-time', '--engine', 'wasm'], '--engine', 'the estimate'],
  [['show', 'mnist/cnn-2', '--plan', '--fuse', 'off'], '--fuse', 'the estimate'],
  [['status', run, '--runs', nowhere], '--runs', 'a folder'],
  [['table', run, '--runs', nowhere], '--runs', 'a folder'],
  [['report', run, '--runs', nowhere], '--runs', 'a folder'],
  [['figure', 'curves', run, '--runs', nowhere], '--runs', 'a folder'],
  [['evaluate', run, '--runs', nowhere], '--runs', 'made data alone is kept there'],
  [['play', run, '--runs', nowhere], '--runs', 'made data alone is kept there'],
  ...(
    [
      ['figure', 'scores', 'mine'],
      ['evaluate', 'mine'],
      ['waves', 'mine'],
    ] as const
  ).map((words) => [[...words, '--runs', begun, '--preset', 'quick'], '--preset', 'begun already'] as const),
  [['waves', run, '--runs', nowhere], '--runs', 'made data alone is kept there'],
  [['export', run, '--out', 'o', '--runs', nowhere], '--runs', 'a folder'],
  [['export', 'x', '--out', 'o', '--untrained', '--runs', nowhere], '--runs', 'of no run'],
  [['run-program', run, '--out', 'o', '--runs', nowhere], '--runs', 'a folder'],
  [['table', 'mine', '--runs', begun, '--preset', 'quick'], '--preset', 'begun already'],
  [['report', 'mine', '--runs', begun, '--preset', 'quick'], '--preset', 'begun already'],
];

/** Flags that do something wherever they stand, or whose command refuses them itself where they do nothing. */
const never: Readonly<Record<string, string>> = {
  run: 'fuse minutes engine runs',
  sweep: 'fuse seed epochs set mnist-dir engine runs collect',
  status: 'watch check json',
  learn: 'fuse seeds epochs steps batch rate schedule set engine workers runs no-pictures',
  list: 'names long json',
  show: '',
  diff: '',
  data: 'show set export format',
  parity: 'fuse case engine json',
  doctor: 'seconds json',
  engine: 'json',
  laws: 'law export seconds seed path engine no-pictures json set',
  table: 'format scores tables',
  evaluate: 'fuse task split set resize json engine workers',
  query: 'parquet runs',
  report: 'out force',
  figure: 'out force',
  waves: 'fuse samples channel steps out force engine',
  play: 'fuse gif force size steps seed set field fps frames engine',
  export: 'format out force unroll outputs seed',
  import: 'out force model',
  'run-program': 'input out resize force engine',
};

const useful: readonly (readonly string[])[] = [
  ['run', 'mnist/cnn-2', '--preset', 'quick', '--no-pictures', '--engine', 'wasm', '--fuse', 'off'],
  ['run', run, '--runs', nowhere],
  ['show', 'mnist/cnn-2', '--nodes', '--preset', 'quick', '--no-time'],
  ['show', 'wave', '--set', 'dt=0.1', '--nodes'],
  ['data', 'polygons', '--force'],
  ['query', '--parquet', 'a.parquet', '--force'],
  ['data', 'polygons', '--export', 'o', '--force', '--out', 'a.png', '--cache', nowhere],
  [
    'table',
    'x',
    '--scores',
    'loss,train.loss',
    '--split',
    'validation',
    '--no-extremes',
    '--preset',
    'quick',
  ],
  ['table', 'x', '--scores', 'all', '--split', 'validation'],
  ['evaluate', run, '--task', 'mnist/cnn-2', '--preset', 'quick', '--mnist-dir', '.'],
  ['evaluate', 'mine', '--task', 'mnist', '--preset', 'quick', '--mnist-dir', '.', '--runs', nowhere],
  ['data', 'multi-mnist', '--mnist-dir', '.'],
  ['diff', run, 'mnist/cnn-2', '--preset', 'quick'],
  ['run-program', 'program.json', '--out', 'o', '--fuse', 'off'],
  ['laws', 'wave', '--law', 'a', '--cases', '5', '--seed', '3'],
  ['figure', 'waves', 'x', '--samples', '1', '--channels', '1', '--frames', '3', '--runs', nowhere],
  ['laws', 'wave', '--law', 'convergence', '--order', '2'],
  ['laws', 'wave', '--law', 'a', 'b', '--expect', 'b', '--out', run],
  ['export', 'x', '--out', 'o', '--untrained', '--preset', 'quick', '--seed', '1'],
];

describe('flags that do nothing', () => {
  after(() => rmSync(folder, { recursive: true }));

  for (const [words, flag, why] of refused)
    it(`are refused: ${words.join(' ').replaceAll(folder, 'X')}`, async () => {
      const said = await saidOf(words);
      const own = said.refused
        .map(errorMessage)
        .filter((sentence) => sentence.startsWith(`${flag}: it does nothing here`));
      assert.equal(own.length, 1, JSON.stringify(refusal));
      assert.ok(own[0].includes(why), own[0]);
    });

  for (const [words, flag, why] of noted)
    it(`are noted: ${words.join(' ').replaceAll(folder, 'X')}`, async () => {
      const said = await saidOf(words);
      assert.deepEqual(said.refused, []);
      const own = said.noted.filter((sentence) => sentence.startsWith(`${flag} does nothing here`));
      assert.equal(own.length, 1, JSON.stringify(refusal));
      assert.ok(own[0].includes(why), own[0]);
    });

  for (const words of useful)
    it(`are none of these: ${words.join(' ').replaceAll(folder, 'X')}`, async () =>
      assert.deepEqual(await saidOf(words), { refused: [], noted: [] }));

  // No command does its work with a flag that does nothing: each stops at the check of its flags.
  for (const [words, flag, why] of refused)
    it(`stop the command: ${words.join(' ').replaceAll(folder, 'X')}`, async () => {
      if (!checkingAll.includes(words[0])) return;
      const { stderr: said, status: code } = await typed(words);
      assert.match(said, new RegExp(`${flag}: it does nothing here, since [^]*${why}`));
      assert.equal(code, 2);
    });

  it('are said in one go with others and with wrong values', async () => {
    const { stderr: said, status: code } = await typed(
      'figure curves x --samples 1 --frames 3 --preset quik --engine wasm'.split(' '),
    );
    assert.equal(code, 2);
    assert.match(said, /^drumhead: command line: 4 problems\n/);
    for (const each of [/--samples: it does nothing/, /--frames: it does/, /preset 'quik'/, /--engine: it/])
      assert.match(said, each);
    const drums = await typed('run drums/shapes --epochs 0 --label a --workers x'.split(' '));
    assert.match(drums.stderr, /command line: 5 problems\n/);
    assert.match(drums.stderr, /--label: it does nothing.*\n.*--epochs: it does.*\n.*--workers: it does/);
    assert.match(drums.stderr, /--epochs: '0' is not/);
    assert.match(drums.stderr, /--workers: 'x' is not/);
    const asked = await typed('query --force --format xml'.split(' '));
    assert.match(asked.stderr, /command line: 2 problems\n.*--force: it does nothing.*\n.*'xml'/);
    const page = await typed(['report', run, '--set', 'seed=1', '--preset', 'quik']);
    assert.match(
      page.stderr,
      /command line: 3 problems\n.*--preset: it does nothing.*\n.*--set: it does.*\n.*'quik'/,
    );
    const two = await typed('diff drums/shapes drums/shapes --preset quik'.split(' '));
    assert.match(two.stderr, /command line: 2 problems\n.*--preset: it does nothing.*\n.*'quik'/);
    const model = await typed(
      'run-program x/model.json --out o --fuse off --engine wasn --resize x'.split(' '),
    );
    assert.match(
      model.stderr,
      /command line: 3 problems\n.*--fuse: it does nothing.*\n.*'wasn'.*\n.*--resize: /,
    );
  });

  it('are thought of for every flag of every command', () => {
    for (const command of commandLine().commands) {
      const flags = command.options.map(({ long }) => (long ?? '').slice(2)).sort();
      const lines = [...refused, ...noted].filter(([words]) => words[0] === command.name());
      const ruled = new Set(lines.map(([, flag]) => flag.slice(2)));
      const free = never[command.name()].split(' ').filter((flag) => flag !== '');
      const both = [...ruled].filter((flag) => free.includes(flag));
      assert.deepEqual(both, [], `${command.name()}: flags in both lists`);
      assert.deepEqual([...ruled, ...free].sort(), flags, command.name());
    }
  });
});

describe('flags that do nothing for what a file holds', () => {
  const at = (name: string): string => join(own, name);
  const own = mkdtempSync(join(tmpdir(), 'drumhead-idle-files-'));
  after(() => rmSync(own, { recursive: true }));
  writeFileSync(
    at('wave.js'),
    `import { program, sin } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)};
export const one = program({ x: [8, 8, 1] }, ({ x }) => ({ y: sin(x) }));
export default one;
`,
  );
  writeFileSync(at('exports.js'), `export { one } from './wave.js';\n`);
  const exporting = { format: 'program', out: at('out'), runs: 'runs' };
  const lawful = { seed: '1', cases: '1', engine: 'float64', pictures: false, preset: 'full' };
  const showing = { preset: 'full', engine: 'auto', time: true };

  it('are refused beside a program alone', async () => {
    const file = at('wave.js');
    const running = { input: [], out: at('out'), engine: 'cpu', runs: nowhere };
    const lines: readonly (readonly [string, Effect<unknown>])[] = [
      ['--runs', exportRun(file, { ...exporting, runs: nowhere })],
      ['--preset', exportRun(file, { ...exporting, preset: 'quick' })],
      ['--untrained', exportRun(file, { ...exporting, untrained: true })],
      ['--runs', runProgramFile(file, running)],
      ['--fuse', show(file, { ...showing, fuse: 'off' })],
      ['--engine', show(file, { ...showing, engine: 'cpu' })],
      ['--set', laws(file, { ...lawful, set: ['dt=1'] })],
      ['--set', laws(at('exports.js'), { ...lawful, set: ['dt=1'] })],
      ['--preset', laws(`${at('exports.js')}#one`, { ...lawful, preset: 'quick' })],
    ];
    for (const [flag, work] of lines) {
      const words = await refusal(work);
      assert.match(words, new RegExp(`^${flag}: .*; leave it out$`), words);
    }
  });

  it('are refused where the task, the data or the weights say it themselves', async () => {
    const task = { name: 'png', folder: own };
    writeFileSync(at('mine.json'), JSON.stringify({ name: 'mine', task, model: { name: 'cnn' } }));
    const program = trainedOf({ name: 'cnn', layers: 1, channels: 2, mid: 2, features: 2, hidden: [2] });
    assert.ok(E.isRight(await exportTrained(program, 'program', at('program'))()));
    const [model] = models;
    const wanted = { model, sizes: { height: 8, width: 8, channels: 1, classes: 2 }, experiment: null };
    const data16 = { show: '0', out: 'a.png', cache: madeData };
    const lines: readonly (readonly [string, Effect<unknown>])[] = [
      ['--cache', data(at('mine.json'), { ...data16, cache: nowhere })],
      ['--mnist-dir', data('polygons', { ...data16, mnistDir: '.' })],
      ['--mnist-dir', show('tetrominoes/nwm-linear', { ...showing, mnistDir: '.' })],
      ['--model', importInto(at('program'), wanted, at('in'))],
    ];
    for (const [flag, work] of lines) {
      const words = await refusal(work);
      assert.match(words, new RegExp(`^${flag}: it does nothing here, since .*; leave it out$`), words);
    }
  });
});
