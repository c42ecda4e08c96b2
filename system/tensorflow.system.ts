/**
 * The engine `tensorflow` on a real libtensorflow: it is added, tried, held against everything that other engines are held
 * against, and removed. Where none can be had, that is said and skipped: its wheel has 260 MiB, so nothing is downloaded here.
 *
 *     TENSORFLOW=tensorflow_cpu-*.whl npm run test:system     the wheel, or a folder where one is installed
 *
 * Without the variable an engine that was added before is taken. The sources of the binding are those of @tensorflow/tfjs-node.
 */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as laws from 'drumhead/laws';
import * as E from 'fp-ts/lib/Either.js';
import { cases } from '../bench/cases.js';
import { hasTorch } from '../bench/contenders/process.js';
import type { Contender } from '../bench/contenders/protocol.js';
import { measure } from '../bench/measure.js';
import { distance } from '../spec/compile/fuse/oracles.js';
import { named } from '../spec/laws/named.js';
import { everything } from '../spec/parity/folder.js';
import { environmentOf, fingerprint, tiny } from '../spec/runner/kill/tiny.js';
import { right } from '../spec/support/either.js';
import { canonical } from '../src/base/canonical.js';
import { stream } from '../src/base/random.js';
import { initialParameters } from '../src/compile/parameters.js';
import { openSession } from '../src/compile/tfjs/session/session.js';
import type { Gradients, Lossy } from '../src/compile/tfjs/session/values.js';
import { statedData } from '../src/data/task.js';
import { inputsOf, outputsOf, type Program, select, volume } from '../src/dsl/index.js';
import { addedFolder, bindingName } from '../src/engine/added.js';
import { type Engine, makeCurrent, openEngine } from '../src/engine/index.js';
import { addedVariable } from '../src/engine/names.js';
import { nativeCode } from '../src/engine/native/binary.js';
import { experimentNamed, experimentNames } from '../src/experiments/catalogue.js';
import type { Experiment } from '../src/experiments/experiment.js';
import { outputsAimOf, trainedOutput } from '../src/experiments/learning.js';
import { isClassLoss } from '../src/experiments/loss.js';
import { learningFor } from '../src/experiments/model.js';
import { renderParity, runParity } from '../src/runner/parity/index.js';
import { runExperiment } from '../src/runner/run/run.js';
import { sh } from './clone.js';

const sourceVariable = 'TENSORFLOW';
const source = process.env[sourceVariable] ?? '';
/** All published networks where they are, else the few in this repository. */
const zoo = join('..', 'shared', 'parity-zoo');
const networks = existsSync(join(zoo, 'manifest.json')) ? zoo : join('fixtures', 'networks');
const seconds = (n: number): number => 1000 * n;
const say = (text: string): void => void process.stdout.write(`  ${text}\n`);

setFlagsFromString('--expose-gc');
const gc: unknown = runInNewContext('gc');
const collect = (): void => void (typeof gc === 'function' && gc());

/**
 * Bytes of memory that hold no file. The libraries of TensorFlow are some hundred MiB of files, which the system takes out of memory
 * and reads again as it likes: what a leak adds to is beside them.
 */
const ownMemory = (): number => {
  const [, kibibytes = assert.fail('Linux says how much')] =
    /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return 1024 * Number(kibibytes);
};

/** What an experiment trains, with one sample of noise. */
const stepOf = (experiment: Experiment): readonly [Program, Lossy] | null => {
  const data = statedData(experiment.task);
  if (data === null) return null;
  const { loss } = experiment;
  const program = select(right(learningFor(experiment, data)).program, trainedOutput(loss));
  const random = stream(0, 'tensorflow.system');
  const inputs = Object.fromEntries(
    Object.entries(inputsOf(program.graph)).map(([name, shape]) => [
      name,
      Float32Array.from({ length: volume(shape) }, random.uniform),
    ]),
  );
  const logits = outputsOf(program.graph).logits ?? [1];
  const labels = Uint8Array.from({ length: volume(logits.slice(0, -1)) }, () =>
    random.integer(logits[logits.length - 1]),
  );
  return [
    program,
    isClassLoss(loss)
      ? { count: 1, inputs, labels, loss }
      : { count: 1, inputs, loss: { output: outputsAimOf(loss)?.loss.output ?? '' } },
  ];
};

describe(`tensorflow on a real libtensorflow${source === '' ? ` (${sourceVariable} names no wheel: one that was added)` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-tensorflow-'));
  const own = join(folder, 'engine');
  const outside = process.env[addedVariable];
  let engine: Engine;
  const drumhead = (words: string, path?: string): ReturnType<typeof sh> =>
    sh(`node bin/drumhead.js ${words}`, process.cwd(), path);

  before(async function () {
    this.timeout(seconds(600));
    // As spec/support/seed.ts sets it for specs, which are those of a machine without.
    if (outside === 'off') delete process.env[addedVariable];
    if (source !== '') {
      process.env[addedVariable] = own;
      const { status, stdout, stderr } = await drumhead(`engine add tensorflow --from ${source}`);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^tensorflow works \(tfjs 4\.22\.0, tensorflow 2\./);
    }
    const opened = await openEngine('tensorflow')();
    if (E.isLeft(opened)) {
      say(
        `skipped: ${opened.left._tag === 'EngineError' ? opened.left.message : opened.left._tag}. ${sourceVariable} may name a wheel of tensorflow_cpu or the folder where one is installed`,
      );
      return this.skip();
    }
    engine = opened.right;
    say(engine.version);
  });
  after(() => {
    if (outside === undefined) delete process.env[addedVariable];
    else process.env[addedVariable] = outside;
    rmSync(folder, { recursive: true, force: true });
  });

  it('is a working engine for the doctor', async function () {
    this.timeout(seconds(300));
    const { status, stdout, stderr } = await drumhead('doctor --seconds 0.2');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /tensorflow +works/);
  });

  for (const version of ['20', '22', '24'])
    it(`works on Node ${version}`, async function () {
      this.timeout(seconds(600));
      const tools = mkdtempSync(join(folder, 'node-'));
      const binary = `node-${process.platform}-${process.arch}`;
      const got = await sh(
        `npm install --no-save --no-audit --no-fund --prefix . ${binary}@${version}`,
        tools,
      );
      const path = `${join(tools, 'node_modules', binary, 'bin')}${delimiter}${process.env.PATH}`;
      if (got.status !== 0 || !(await sh('node --version', tools, path)).stdout.startsWith(`v${version}.`)) {
        say(`Node ${version} cannot be had here, and is skipped`);
        return this.skip();
      }
      const { status, stdout, stderr } = await drumhead('parity fixtures/parity --engine tensorflow', path);
      assert.equal(status, 0, `${stdout}\n${stderr}`);
      assert.match(stdout, /pass: (\d+) of \1 cases pass, 0 fail, 0 not supported \(engine tensorflow\)/);
    });

  it('has the numbers of the original', async function () {
    this.timeout(seconds(1800));
    const report = right(await runParity(everything, { engine: 'tensorflow', fused: false })());
    assert.ok(report.passed, renderParity(report));
    assert.deepEqual(
      report.cases.filter(({ status }) => status !== 'pass'),
      [],
    );
  });

  it('has the numbers of published networks', async function () {
    this.timeout(seconds(1800));
    const report = right(await runParity(networks, { engine: 'tensorflow', fused: false })());
    assert.ok(report.passed, renderParity(report));
    // float64 is the reference's own: what is of the engine has to be there too
    for (const { name, worst } of report.cases)
      assert.ok(
        worst.some(({ kind }) => kind === 'op by op outputs'),
        name,
      );
    say(`${report.cases.length} cases of published networks`);
  });

  describe('keeps the laws in float32:', () => {
    const small = { height: 8, width: 8, steps: 3 };
    const slow = ['locking', 'plane waves'];
    const some = laws.allLaws.map(({ name }) => name).filter((name) => !slow.includes(name));
    for (const [name, settings] of [
      ['wave', small],
      ['nwm-core', small],
      ['cornn', small],
      ['wave-rnn', { length: 8, steps: 3, activation: 'identity' }],
      ['linoss', { length: 4, steps: 4, form: 'parallel' }],
      ['kuramoto', { ...small, reach: 1 }],
      ['akorn', small],
      ['wilson-cowan', small],
      ['fitzhugh-nagumo', small],
      ['ginzburg-landau', small],
    ] as const)
      it(name, function () {
        this.timeout(seconds(600));
        const report = laws.check(named(name, settings), {
          laws: some,
          cases: 2,
          on: [laws.onEngine(engine)],
        });
        assert.ok(laws.isLawful(report), laws.showReport(report));
        assert.ok(report.verdicts.some(({ outcome }) => outcome === 'holds'));
      });
  });

  it('takes the training step of every model of the catalogue as wasm does', async function () {
    this.timeout(seconds(3600));
    const other = right(await openEngine('wasm', 'op by op')());
    const wrong: string[] = [];
    const seen = new Set<string>();
    let worst = { of: '', apart: 0 };
    for (const name of experimentNames) {
      const experiment = right(experimentNamed(name, 'quick'));
      const step = stepOf(experiment);
      assert.ok(step !== null, name);
      const [program, batch] = step;
      const key = canonical([program.graph, experiment.loss]);
      if (seen.has(key)) continue;
      seen.add(key);
      const parameters = initialParameters(program.graph, 3);
      const on = async (each: Engine): Promise<Gradients> => {
        makeCurrent(each);
        const session = right(openSession(each, program, parameters));
        try {
          return await session.gradients(batch, [1]);
        } finally {
          session.close();
        }
      };
      const [found, expected] = [await on(engine), await on(other)];
      const apart = Math.max(
        distance([found.loss], [expected.loss]),
        ...Object.keys(expected.gradients).map((one) =>
          distance(found.gradients[one] ?? [], expected.gradients[one] ?? []),
        ),
      );
      if (!(apart <= worst.apart)) worst = { of: name, apart };
      if (!(apart < 1e-3)) wrong.push(`${name}: ${apart}`);
    }
    say(`${seen.size} programs; the farthest apart are ${worst.apart.toExponential(1)}, of ${worst.of}`);
    assert.deepEqual(wrong, []);
  });

  it('goes on after a stop to the same bits', async function () {
    this.timeout(seconds(600));
    const [whole, stopped] = ['whole', 'stopped'].map((name) => join(folder, name));
    right(await runExperiment(tiny, 0)({ ...environmentOf(whole), engine: 'tensorflow' })());
    const stop = new AbortController();
    const ended = await runExperiment(
      tiny,
      0,
    )({
      ...environmentOf(stopped, { tell: ({ kind }) => (kind === 'epoch' ? stop.abort() : undefined) }),
      engine: 'tensorflow',
      signal: stop.signal,
    })();
    assert.ok(E.isLeft(ended) && ended.left._tag === 'Interrupted', JSON.stringify(ended));
    right(await runExperiment(tiny, 0)({ ...environmentOf(stopped), engine: 'tensorflow' })());
    assert.deepEqual((await fingerprint(stopped)).hashes, (await fingerprint(whole)).hashes);
  });

  it('holds no more memory after 2,000 steps than after 200', async function () {
    this.timeout(seconds(1800));
    const step = stepOf(tiny) ?? assert.fail();
    const [program, batch] = step;
    makeCurrent(engine);
    // Two sets that are there from the beginning: the garbage of an optimiser, which Node keeps as long as it likes, is not of the engine.
    const sets = [0, 1].map((seed) => initialParameters(program.graph, seed));
    const session = right(openSession(engine, program, sets[0]));
    const held: { readonly tensors: number; readonly own: number }[] = [];
    for (let i = 1; i <= 2000; i++) {
      await session.gradients(batch, [1]);
      session.load(sets[i % 2]);
      if (i % 200 !== 0) continue;
      // Node collects its garbage when it likes; what is left then is held by somebody.
      collect();
      held.push({ tensors: engine.tf.memory().numTensors, own: ownMemory() / 2 ** 20 });
    }
    session.close();
    say(`memory of its own after every 200 steps, MiB: ${held.map(({ own }) => own.toFixed(0)).join(' ')}`);
    assert.equal(new Set(held.map(({ tensors }) => tensors)).size, 1);
    // 16 MiB in 1,800 steps are 9 KiB a step, less than one of its fields
    assert.ok(held[9].own - held[0].own < 16, JSON.stringify(held));
  });

  it('is measured beside native, wasm and PyTorch', async function () {
    this.timeout(seconds(1200));
    const one = cases.find(({ name }) => name === 'tetrominoes/nwm-linear (quick)') ?? assert.fail();
    const torch = await hasTorch();
    if (!torch) say('PyTorch cannot be imported (PYTHON names another interpreter): not measured');
    const taken: readonly Contender[] = [
      'tensorflow',
      'op-by-op',
      'fused-2',
      ...(E.isRight(nativeCode()) ? (['native-2'] as const) : []),
      ...(torch ? (['torch'] as const) : []),
    ];
    // one after the other, each with the machine to itself
    for (const contender of taken) {
      const { timed, refused } = await measure(one, [contender], { seconds: 8, rounds: 9 }, ['train']);
      assert.deepEqual(refused, []);
      assert.equal(timed.length, 1);
      for (const { row } of timed)
        say(
          `${contender}: ${(row.batch / row.secondsMedian).toFixed(0)} images a second in training (median; at most ${(row.batch / row.secondsMin).toFixed(0)})`,
        );
    }
  });

  it('is removed, and nothing that somebody put there', async function () {
    if (source === '') return this.skip();
    assert.equal(addedFolder(), own);
    assert.ok(readdirSync(own).includes(bindingName));
    writeFileSync(join(own, 'mine.txt'), 'mine');
    const refused = await drumhead('engine remove tensorflow');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /mine\.txt was put there since/);
    assert.equal(readFileSync(join(own, 'mine.txt'), 'utf8'), 'mine');
    rmSync(join(own, 'mine.txt'));
    assert.equal((await drumhead('engine remove tensorflow')).status, 0);
    assert.ok(!readdirSync(folder).includes('engine'));
  });
});
