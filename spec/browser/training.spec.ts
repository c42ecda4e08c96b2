/** A training as a page has it: to the bits of `drumhead run`, which goes on with its folder. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromBufferPromise } from 'yauzl';
import type { Learnt } from '../../src/browser/asks.js';
import { runFolder } from '../../src/browser/served/run-folder.js';
import { goOn, openTraining, type Training, weightsNow } from '../../src/browser/served/trainings.js';
import { add, batchNorm, conv, mean, type Program, parameter, program } from '../../src/dsl/index.js';
import { decodeExperiment } from '../../src/experiments/experiment.js';
import type { RunEvent } from '../../src/runner/environment.js';
import { runExperiment } from '../../src/runner/run/run.js';
import { environmentIn } from '../runner/tiny-run.js';
import { right, sentence } from '../support/either.js';

const experiment = {
  name: 'page/tetrominoes',
  task: { name: 'tetrominoes', size: 13, cell: 2, maxPieces: 2, train: 10, validation: 3, test: 3 },
  model: { name: 'nwm', mid: 3, steps: 4, hidden: [4] },
  augment: { flip: ['vertical'] },
  training: { batch: 4, rate: 0.01, epochs: 3 },
};

const trained = async (training: Training, epochs?: number): Promise<readonly Learnt[]> => {
  const said: Learnt[] = [];
  right(await goOn(training, epochs, (learnt) => said.push(learnt)));
  return said;
};

describe('a training of a page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drumhead-page-'));
  after(() => rmSync(folder, { recursive: true }));

  const run = async (runs: string, tell: (event: RunEvent) => void = () => {}) =>
    right(
      await runExperiment(
        right(decodeExperiment(experiment)),
        0,
      )({
        ...environmentIn(join(folder, runs)),
        tell,
      })(),
    );

  it('has the losses, the scores and the weights of a run', async () => {
    const training = right(openTraining(experiment, 0));
    const said = await trained(training);
    assert.deepEqual(
      said.map(({ kind }) => kind),
      ['step', 'step', 'epoch', 'step', 'step', 'epoch', 'step', 'step', 'epoch'],
    );
    const losses: number[] = [];
    const { result } = await run('whole', (event) => {
      if (event.kind === 'step') losses.push(event.loss);
    });
    assert.deepEqual(
      said.flatMap(({ kind, loss }) => (kind === 'step' ? [loss] : [])),
      losses,
    );
    assert.equal(result.epoch, training.state.best?.epoch);
    assert.notDeepEqual(weightsNow(training, 'last'), right(openTraining(experiment, 1)).state.parameters);
  });

  it('trains where there is no setImmediate, as in a page', async () => {
    const own = globalThis.setImmediate;
    Reflect.deleteProperty(globalThis, 'setImmediate');
    try {
      assert.equal((await trained(right(openTraining(experiment, 0)), 1)).length, 3);
    } finally {
      Reflect.set(globalThis, 'setImmediate', own);
    }
  });

  it('stops, goes on to the same bits, and is gone on with as a run folder', async () => {
    const whole = right(openTraining(experiment, 0));
    await trained(whole);
    const parted = right(openTraining(experiment, 0));
    right(
      await goOn(parted, undefined, ({ epoch, step }) => {
        if (epoch === 2 && step === 1) parted.stop?.abort();
      }),
    );
    assert.deepEqual([parted.state.epoch, parted.state.step], [1, 1]);
    const { name, zip } = runFolder(parted, 'a page');
    assert.match(name, /^page\/tetrominoes\/seed-0-[0-9a-f]{10}$/);
    const archive = await fromBufferPromise(Buffer.from(zip));
    for await (const entry of archive.eachEntry()) {
      const path = join(folder, 'runs', entry.fileName);
      mkdirSync(dirname(path), { recursive: true });
      const parts: Buffer[] = [];
      for await (const part of await archive.openReadStreamPromise(entry)) parts.push(Buffer.from(part));
      writeFileSync(path, Buffer.concat(parts));
    }
    const begun: number[] = [];
    const finished = await run('runs', (event) => {
      if (event.kind === 'start') begun.push(event.fromStep);
    });
    assert.equal(finished.folder, join(folder, 'runs', name));
    assert.deepEqual(begun, [3]);
    const { result } = await run('whole');
    assert.deepEqual(finished.result, result);
    await trained(parted);
    assert.deepEqual(weightsNow(parted, 'last'), weightsNow(whole, 'last'));
  });

  it('is refused before it begins', () => {
    const said = (changes: object): string => {
      const found = openTraining({ ...experiment, ...changes }, 0);
      return sentence(found);
    };
    assert.match(said({ task: { name: 'mnist' } }), /'mnist' reads files, and a page has none/);
    assert.match(said({ training: { batch: 40, epochs: 1 } }), /40 samples a step are more than the 10/);
    assert.match(said({ training: { batch: 4, epochs: 1, best: 'beauty' } }), /beauty/);
    assert.match(said({ model: { name: 'nwn' } }), /nwm/);
  });
  it('says what trains a program that has no fused kernels in training', async () => {
    // a batch norm of what is the same for all samples
    const sizes: readonly number[] = [4, 6];
    const plane: readonly [number, number, number] = [13, 13, 3];
    const normed: Program = program({ image: plane }, ({ image }) => {
      const level = batchNorm()(parameter('level', sizes, { init: { normal: 1 } }));
      return { logits: add(conv(6)(image), mean(0, 1)(level)) };
    });
    const model = { name: 'program', graph: normed.graph };
    const { augment: _, ...rest } = experiment;
    const training = right(openTraining({ ...rest, model }, 0));
    await assert.rejects(
      goOn(training, 1, () => {}),
      /has no fused kernels.*`drumhead run` trains it/,
    );
  });
});
