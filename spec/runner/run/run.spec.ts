import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { errorMessage } from '../../../src/base/error.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { decodeProgram, freeze, hashProgram, parametersOf } from '../../../src/dsl/index.js';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import { programFor } from '../../../src/experiments/model.js';
import type { Environment, RunEvent } from '../../../src/runner/environment.js';
import { decodeManifest, decodeWeights } from '../../../src/runner/folder/weights.js';
import { type Finished, runExperiment } from '../../../src/runner/run/run.js';

const tiny = (changes: { readonly model?: object; readonly training?: object } = {}): Experiment =>
  pipe(
    decodeExperiment({
      name: 'tiny/nwm',
      task: { name: 'tetrominoes', size: 16, cell: 2, maxPieces: 2, train: 24, validation: 4, test: 4 },
      model: { name: 'nwm', mid: 2, steps: 6, hidden: [8], ...changes.model },
      training: { batch: 8, epochs: 3, rate: 0.01, ...changes.training },
    }),
    E.getOrElseW((error) => assert.fail(JSON.stringify(error))),
  );

describe('a run', () => {
  let runs = '';
  beforeEach(async () => {
    runs = await mkdtemp(join(tmpdir(), 'drumhead-run-'));
  });
  afterEach(() => rm(runs, { recursive: true }));

  /** An environment whose person presses Ctrl-C after so many steps. */
  const environment = ({ stopAfter = Number.POSITIVE_INFINITY, workers = 1, pictures = false } = {}) => {
    const events: RunEvent[] = [];
    const controller = new AbortController();
    let steps = 0;
    const made: Environment = {
      engine: 'wasm',
      runs,
      cache: join(runs, '.cache'),
      workers,
      pictures,
      now: () => steps,
      tell: (event) => {
        events.push(event);
        if (event.kind === 'step' && ++steps >= stopAfter) controller.abort();
      },
      signal: controller.signal,
    };
    return { made, events };
  };

  const finished = async (experiment: Experiment, made: Environment, seed = 0): Promise<Finished> =>
    pipe(
      await runExperiment(experiment, seed)(made)(),
      E.getOrElseW((error) => assert.fail(JSON.stringify(error))),
    );

  it('leaves everything that a person and a program need in its folder', async () => {
    const { folder } = await finished(tiny(), environment({ pictures: true }).made);
    const names = await readdir(folder);
    for (const name of [
      'experiment.json',
      'program.json',
      'environment.json',
      'metrics.ndjson',
      'result.json',
      'weights',
      'waves.gif',
      'segmentations.png',
      'answers.png',
      'curves.svg',
      'curves.png',
      'figures.json',
      'report.html',
    ])
      assert.ok(names.includes(name), `${name} is missing`);
    assert.deepEqual(
      names.filter((name) => /^lock|^progress|\.tmp$/.test(name)),
      [],
    );
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    // One animation, and no picture of it for dark or for a phone.
    assert.equal(page.split('data:image/gif').length, 2);
    assert.doesNotMatch(page, /srcset="data:image\/(png|gif)/);
    assert.match(page, /test image 0<\/b> test foreground IoU \d/);
    const lines = (await readFile(join(folder, 'metrics.ndjson'), 'utf8')).trim().split('\n');
    assert.equal(lines.length, 3);
    const program = decodeProgram(JSON.parse(await readFile(join(folder, 'program.json'), 'utf8')));
    assert.ok(E.isRight(program));
    assert.match(hashProgram(program.right), /^[0-9a-f]{64}$/);
  });

  it('that is stopped anywhere goes on to the same bits', async () => {
    const straight = await finished(tiny(), environment().made);
    const metrics = await readFile(join(straight.folder, 'metrics.ndjson'), 'utf8');
    // After one step, at an epoch's end, and one step before the end of all.
    for (const stop of [1, 3, 8]) {
      await rm(straight.folder, { recursive: true });
      const stopped = await runExperiment(tiny(), 0)(environment({ stopAfter: stop }).made)();
      assert.ok(E.isLeft(stopped) && stopped.left._tag === 'Interrupted', `stop ${stop}`);
      const resumed = await finished(tiny(), environment().made);
      assert.deepEqual(resumed.result, straight.result);
      assert.equal(await readFile(join(resumed.folder, 'metrics.ndjson'), 'utf8'), metrics);
    }
  });

  it('goes on with the engine on which it began where any is asked for', async () => {
    const short = tiny({ training: { epochs: 1 } });
    const begun = environment({ stopAfter: 1 }).made;
    await runExperiment(short, 0)({ ...begun, engine: 'cpu' })();
    const { folder } = await finished(short, { ...environment().made, engine: 'auto' });
    assert.match(await readFile(join(folder, 'environment.json'), 'utf8'), /"cpu"/);
    assert.equal((await readdir(join(runs, short.name))).length, 1);
  });

  it('leaves frozen weights as they start, decay and checkpoints included', async () => {
    const model = pipe(
      programFor(tiny().model, tiny().loss, { height: 16, width: 16, channels: 3, classes: 6 }),
      E.flatMap((program) => freeze(program, 'coupling/*', '*/conv1/*')),
      E.getOrElseW((error) => assert.fail(errorMessage(error))),
    );
    const frozen: Experiment = {
      ...tiny({ training: { optimiser: 'adamw', weightDecay: 0.5 } }),
      model: { name: 'program', graph: model.graph },
    };
    const straight = await finished(frozen, environment().made);
    await rm(straight.folder, { recursive: true });
    await runExperiment(frozen, 0)(environment({ stopAfter: 4 }).made)();
    const resumed = await finished(frozen, environment().made);
    assert.deepEqual(resumed.result, straight.result);
    const file = async (name: string) => readFile(join(resumed.folder, 'weights', name));
    const entries = decodeManifest(JSON.parse(String(await file('weights.json'))), 'weights.json');
    const bytes = new Uint8Array(await file('weights.bin'));
    const values = pipe(
      entries,
      E.flatMap((list) => decodeWeights(list, bytes, 'weights.bin')),
      E.getOrElseW((error) => assert.fail(errorMessage(error))),
    );
    const start = initialParameters(model.graph, 0);
    const declared = parametersOf(model.graph);
    assert.ok(declared.filter(({ trainable }) => !trainable).length >= 4);
    for (const { name, trainable } of declared)
      if (trainable) assert.notDeepEqual(values[name], start[name], name);
      else assert.deepEqual(values[name], start[name], name);
  });

  it('gives the same bits with two workers as with one', async () => {
    const one = await finished(tiny(), environment({ workers: 1 }).made);
    await rm(one.folder, { recursive: true });
    const two = await finished(tiny(), environment({ workers: 2 }).made);
    assert.deepEqual(two.result, one.result);
  });

  it('that is finished is not run again', async () => {
    const first = await finished(tiny(), environment().made);
    const { made, events } = environment();
    const again = await finished(tiny(), made);
    assert.equal(again.before, true);
    assert.deepEqual(again.result, first.result);
    assert.equal(events.filter(({ kind }) => kind === 'step').length, 0);
  });

  it('draws what is asked for, and another picture later without training again', async () => {
    const experiment = { ...tiny({ training: { epochs: 1 } }), outputs: [] };
    const first = await finished(experiment, environment({ pictures: true }).made);
    const pictures = async (): Promise<readonly string[]> =>
      (await readdir(first.folder)).filter((name) => /\.(png|svg|gif)$/.test(name)).sort();
    assert.deepEqual(await pictures(), []);
    const { made, events } = environment({ pictures: true });
    const again = await finished({ ...experiment, outputs: ['curves'], scores: ['dice'] }, made);
    assert.deepEqual(await pictures(), ['curves.png', 'curves.svg']);
    assert.equal(again.folder, first.folder);
    assert.deepEqual(again.result, first.result);
    assert.equal(events.filter(({ kind }) => kind === 'step').length, 0);
  });

  it('differs with the seed, and lies in a folder of its own', async () => {
    const zero = await finished(tiny(), environment().made, 0);
    const one = await finished(tiny(), environment().made, 1);
    assert.notEqual(zero.folder, one.folder);
    assert.notEqual(zero.result.weights.sha256, one.result.weights.sha256);
  });

  it('whose batch is larger than its data is refused before anything is written', async () => {
    const refused = await runExperiment(tiny({ training: { batch: 64 } }), 0)(environment().made)();
    assert.ok(E.isLeft(refused) && refused.left._tag === 'DecodeError');
    assert.deepEqual(await readdir(runs), [], 'its images were made');
  });

  it('whose loss has weights of other classes is refused before its images are made', async () => {
    const experiment = tiny();
    const loss = { ...experiment.loss, weights: [1, 2] };
    const refused = await runExperiment({ ...experiment, loss }, 0)(environment().made)();
    assert.ok(E.isLeft(refused) && refused.left._tag === 'DecodeError');
    assert.match(JSON.stringify(refused.left), /loss\.weights: 2 of them for 6 classes/);
    assert.deepEqual(await readdir(runs), []);
  });

  it('that cannot fit its engine is refused before anything is written, with the estimate', async () => {
    const refused = await runExperiment(
      tiny({ model: { steps: 1_000_000, readout: 'last' } }),
      0,
    )(environment().made)();
    assert.ok(E.isLeft(refused) && refused.left._tag === 'OutOfMemory');
    assert.ok(refused.left.neededBytes > refused.left.limitBytes);
    assert.deepEqual(
      (await readdir(runs)).filter((name) => name !== '.cache'),
      [],
    );
  });
});
