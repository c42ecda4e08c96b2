/** The bits of tiny trainings on each engine: when they change, the number of its arithmetic is raised. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { hashOf } from '../../src/base/canonical.js';
import { errorMessage } from '../../src/base/error.js';
import { run } from '../../src/cli/commands/run.js';
import { hashProgram } from '../../src/dsl/index.js';
import { arithmetic } from '../../src/engine/index.js';
import { EngineName, fuseVariable } from '../../src/engine/names.js';
import { nativeCode } from '../../src/engine/native/binary.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import { identityOf } from '../../src/experiments/identity.js';
import { programFor } from '../../src/experiments/model.js';
import { restoreCheckpoint } from '../../src/runner/folder/ongoing/checkpoint.js';
import { writeChecked } from '../../src/runner/folder/sealed-json.js';
import { collect } from '../../src/runner/results/collection.js';
import { readRun } from '../../src/runner/results/summary.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { environmentOf, tiny } from '../runner/kill/tiny.js';
import { right } from '../support/either.js';

/**
 * The arithmetic number of each engine, and the hash of what it computes. The bits are the same on every processor, since
 * WebAssembly, JavaScript and the contract of native code define the rounding of each operation. TensorFlow's native kernels do
 * not, so they are left out.
 */
const golden: Readonly<Record<string, readonly [number, string]>> = {
  'wasm, fused': [2, 'a59298cf1b57a6e5'],
  wasm: [2, '6a5d06db366f08b2'],
  cpu: [2, 'daf4fee7500ecbd3'],
  'native, fused': [1, '4e4890c485117a6f'],
};

const models: readonly object[] = [
  { name: 'nwm', mid: 2, steps: 6, readout: 'fft', hidden: [4] },
  { name: 'nwm', mid: 2, channels: 8, steps: 4, readout: 'linear', hidden: [8] },
  { name: 'conv-gru', mid: 2, steps: 3, readout: 'max', hidden: [] },
  { name: 'conv-lstm', mid: 2, steps: 3, readout: 'mean', hidden: [4] },
  { name: 'cnn', layers: 2, mid: 3, channels: 2, features: 5, hidden: [4] },
  { name: 'unet', base: 2 },
];

const experimentOf = (model: object, loss: string): Experiment => {
  const read = decodeExperiment({
    name: 'golden',
    task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 6, validation: 2, test: 2 },
    model,
    loss,
    training: { batch: 3, epochs: 1, rate: 0.01, optimiser: 'adamw', clip: 1 },
  });
  return right(read);
};

/** The engine of a label. */
const engineOf = (label: string): EngineName => {
  const [name] = label.split(',');
  return EngineName.is(name) ? name : assert.fail(label);
};

describe('the arithmetic of an engine', () => {
  let runs = '';
  let before: string | undefined;
  beforeEach(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-bits-'));
    before = process.env[fuseVariable];
  });
  afterEach(async () => {
    if (before === undefined) delete process.env[fuseVariable];
    else process.env[fuseVariable] = before;
    await rm(runs, { recursive: true });
  });

  const digest = async (label: string): Promise<string> => {
    process.env[fuseVariable] = label.endsWith('fused') ? 'on' : 'off';
    const engine = engineOf(label);
    const bits: string[] = [];
    for (const [i, model] of models.entries()) {
      const experiment = experimentOf(model, ['cross-entropy', 'focal', 'dice'][i % 3]);
      const done = await runExperiment(experiment, 0)({ ...environmentOf(runs), engine })();
      bits.push(E.isRight(done) ? done.right.result.weights.sha256 : assert.fail(errorMessage(done.left)));
    }
    return hashOf(bits).slice(0, 16);
  };

  for (const [label, [number, bits]] of Object.entries(golden))
    it(`has the bits of its number: ${label}`, async function () {
      const engine = engineOf(label);
      if (engine === 'native' && E.isLeft(nativeCode())) return this.skip();
      const found = await digest(label);
      assert.equal(
        `${number} ${found}`,
        `${arithmetic[engine]} ${bits}`,
        `the bits of ${label} are ${found} now. If its number (${arithmetic[engine]}) was released with others, raise the ` +
          'number in src/engine/arithmetic.ts; then write number and bits here, and a line in CHANGELOG.md',
      );
    });

  it('is part of an identity from 2 on, and 1 leaves it as it was', () => {
    const id = (number?: number): string =>
      identityOf(tiny, { program: 'p', seed: 0, engine: 'wasm', arithmetic: number });
    assert.equal(id(1), id());
    assert.equal(new Set([id(1), id(2), id(3)]).size, 3);
  });

  it('of a checkpoint is that of the run, or the run stops with a sentence and nothing is touched', async () => {
    const stop = new AbortController();
    const environment = environmentOf(runs, { tell: (event) => event.kind === 'epoch' && stop.abort() });
    const ended = await runExperiment(tiny, 0)({ ...environment, signal: stop.signal })();
    assert.ok(E.isLeft(ended) && ended.left._tag === 'Interrupted');
    const [name] = await readdir(join(runs, ...tiny.name.split('/')));
    const folder = join(runs, ...tiny.name.split('/'), name);
    const all = async (): Promise<string> => {
      const names = (await readdir(folder)).sort();
      const texts = await Promise.all(
        names
          .filter((one) => one.startsWith('checkpoint'))
          .map((one) => readFile(join(folder, one), 'latin1')),
      );
      return hashOf([names, texts]);
    };
    const as = await all();
    for (const other of [1, arithmetic.wasm + 1]) {
      const refused = await restoreCheckpoint(folder, [], { number: other, kernels: 'fused' })();
      assert.ok(E.isLeft(refused));
      assert.match(
        errorMessage(refused.left),
        new RegExp(
          `computed with arithmetic ${arithmetic.wasm} .* computes with ${other}, .*Nothing was touched`,
        ),
      );
      assert.equal(await all(), as);
    }
    const flags = { preset: 'full', engine: 'auto', runs, workers: '1', pictures: false };
    const path = join(folder, 'environment.json');
    const environmentText = await readFile(path, 'utf8');
    // As the drumhead of arithmetic 1 would have written it, sealed.
    const { format, checksum, ...begun } = JSON.parse(environmentText);
    assert.ok(format === 2 && typeof checksum === 'string');
    assert.ok(E.isRight(await writeChecked(path, { ...begun, arithmetic: 1 })()));
    const said = await run(folder, flags)();
    assert.ok(E.isLeft(said));
    assert.match(
      errorMessage(said.left),
      /it was begun with arithmetic 1 of wasm, and this drumhead computes with \d+/,
    );
    await writeFile(path, environmentText);
    assert.equal(await all(), as);
    assert.ok(E.isRight(await runExperiment(tiny, 0)(environmentOf(runs))()));
  });

  it('of an older finished run is read, shown, and never taken for today’s', async () => {
    const notes: string[] = [];
    const tell = environmentOf(runs, {
      tell: (event) => void (event.kind === 'note' && notes.push(event.message)),
    });
    const made = await runExperiment(tiny, 0)(tell)();
    assert.ok(E.isRight(made) && notes.length === 0);
    const { folder, result } = made.right;
    // The same as the first release left it: under the identity of 1, with no number anywhere.
    const environment: unknown = JSON.parse(await readFile(join(folder, 'environment.json'), 'utf8'));
    assert.ok(typeof environment === 'object' && environment !== null && 'arithmetic' in environment);
    const { arithmetic: number, ...older } = environment;
    assert.equal(number, arithmetic.wasm);
    await writeFile(
      join(folder, 'environment.json'),
      JSON.stringify({ ...older, format: undefined, checksum: undefined }),
    );
    const summary = await readRun(folder)();
    assert.ok(E.isRight(summary) && summary.right.arithmetic === 1 && summary.right.scores !== null);
    assert.equal(result.identity.length, 64);
    const sizes = { height: 16, width: 16, channels: 3, classes: 6 };
    const program = programFor(tiny.model, tiny.loss, sizes);
    assert.ok(E.isRight(program));
    const label = process.env[fuseVariable] === 'off' ? 'wasm' : 'wasm, fused';
    const first = identityOf(tiny, { program: hashProgram(program.right), seed: 0, engine: label });
    const old = join(dirname(folder), `seed-0-${first.slice(0, 10)}`);
    await rename(folder, old);
    const again = await runExperiment(tiny, 0)(tell)();
    assert.ok(E.isRight(again) && !again.right.before && again.right.folder === folder);
    assert.match(
      notes.join(),
      /holds the same run, finished with arithmetic 1 of wasm; this drumhead computes with/,
    );
    assert.ok((await readdir(old)).includes('result.json'));
    await rm(folder, { recursive: true });
    const found = await collect(runs, runs, async () => assert.fail('a folder needs no name'))();
    assert.ok(E.isRight(found) && found.right.runs[0].record?.arithmetic === 1);
  });
});
