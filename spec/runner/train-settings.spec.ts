/** Losses, targets, clipping and early stopping in the training loop itself: on one worker or two, in one go or not. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { stream } from '../../src/base/random.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { openPool, type Pool } from '../../src/compile/tfjs/session/pool.js';
import type { Dataset, Split } from '../../src/data/dataset.js';
import { arraysOfImages } from '../../src/data/images.js';
import { imageClass, labelsOf } from '../../src/data/targets.js';
import { conv, type Program, program, tanh } from '../../src/dsl/index.js';
import { openEngine } from '../../src/engine/index.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import { isClassLoss } from '../../src/experiments/loss.js';
import { programFor } from '../../src/experiments/model.js';
import { imagesObjective } from '../../src/runner/training/classes.js';
import { evaluate } from '../../src/runner/training/evaluate.js';
import type { Objective } from '../../src/runner/training/objective.js';
import { untrained } from '../../src/runner/training/optimiser.js';
import { type TrainState, validationLossOf } from '../../src/runner/training/state.js';
import { isTrained, train } from '../../src/runner/training/train.js';
import { right } from '../support/either.js';

const size = 6;
const pixels = size * size;

/** Bright squares on dark ground, of one of two classes. */
const split = (name: string, count: number): Split => {
  const random = stream(0, 'train-settings.spec', name);
  const masks = Uint8Array.from({ length: count * pixels }, (_, p) =>
    Math.floor(p / size) % size < 3 ? 1 + (Math.floor(p / pixels) % 2) : 0,
  );
  const images = masks.map((label) => 80 * label + random.integer(60));
  return { count, height: size, width: size, channels: 1, images, masks };
};
const dataset: Dataset = {
  train: split('train', 12),
  validation: split('validation', 4),
  test: split('test', 4),
  classes: ['background', 'one', 'two'],
};
const data = arraysOfImages(dataset);
const sizes = { height: size, width: size, channels: 1, classes: 3 };

const model = program({ image: [size, size, 1] }, ({ image }) => ({
  logits: pipe(image, conv(3), tanh, conv(3)),
}));
const experiment = (more: object): Experiment =>
  right(decodeExperiment({ name: 'x', task: { name: 'mnist' }, model, ...more }));

const objectiveOf = ({ loss }: Experiment): Objective =>
  isClassLoss(loss) ? imagesObjective(loss, 3) : assert.fail('a loss of classes');

const start = (p: Program): TrainState => ({
  epoch: 0,
  step: 0,
  lossSum: 0,
  parameters: initialParameters(p.graph, 0),
  optimiser: untrained,
  best: null,
  history: [],
});

describe('training settings', () => {
  const pools: Pool[] = [];
  after(() => {
    for (const pool of pools) pool.close();
  });
  const programOf = ({ loss, model: of }: Experiment): Program => right(programFor(of, loss, sizes));
  const poolOf = async (e: Experiment, workers: number): Promise<Pool> => {
    const p = programOf(e);
    const engine = right(await openEngine('wasm')());
    const pool = right(await openPool(engine, p, initialParameters(p.graph, 0), workers)());
    pools.push(pool);
    return pool;
  };
  /** Trains to the end; with `stopAt`, stopped after so many steps and gone on from what was kept. */
  const trained = async (
    e: Experiment,
    pool: Pool,
    stopAt = Number.POSITIVE_INFINITY,
  ): Promise<TrainState> => {
    const plan = {
      training: e.training,
      objective: objectiveOf(e),
      seed: 0,
      data,
      microBatches: [2, 2],
      evaluationBatch: 2,
    };
    let kept = start(programOf(e));
    const go = async (limit: number): Promise<TrainState> => {
      const stop = new AbortController();
      let steps = 0;
      const done = await train(pool, plan, kept, {
        step: () => {
          if (++steps >= limit) stop.abort();
        },
        epoch: () => {},
        keep: async (state) => {
          kept = state;
          return true;
        },
        signal: stop.signal,
      });
      return E.isRight(done) ? done.right : assert.fail('it diverged');
    };
    const first = await go(stopAt);
    return isTrained(e.training, first) ? first : go(Number.POSITIVE_INFINITY);
  };

  const settings: readonly object[] = [
    { loss: { name: 'cross-entropy', weights: [0.5, 1, 2] }, training: { batch: 4, epochs: 3, clip: 0.05 } },
    { loss: 'dice', training: { batch: 4, epochs: 3, rate: 0.05 } },
    { loss: { name: 'focal', target: 'image' }, training: { batch: 4, epochs: 3, clip: 0.1 } },
  ];
  for (const more of settings)
    it(`give the same bits stopped or not: ${JSON.stringify(more)}`, async () => {
      const e = experiment(more);
      const pool = await poolOf(e, 1);
      const once = await trained(e, pool);
      assert.deepEqual(await trained(e, pool, 4), once);
      const losses = once.history.map(({ trainLoss }) => trainLoss);
      assert.ok(losses[2] < losses[0], `${losses}`);
    });

  it('give the same bits on two workers as on one, clipped gradients among them', async () => {
    const e = experiment(settings[0]);
    const shared = await poolOf(e, 2);
    assert.equal(shared.workers, 2, shared.why);
    assert.deepEqual(await trained(e, shared), await trained(e, await poolOf(e, 1)));
  });

  it('stop early where the validation loss stands still, also when gone on from within', async () => {
    const e = experiment({
      training: { batch: 4, epochs: 40, rate: 1e-6, patience: 2, tolerance: 0.01, minimumEpochs: 5 },
    });
    const pool = await poolOf(e, 1);
    const ended = await trained(e, pool);
    assert.equal(ended.epoch, 5);
    assert.deepEqual(await trained(e, pool, 7), ended);
    const patient = experiment({ training: { ...e.training, patience: 7, minimumEpochs: 0 } });
    assert.equal((await trained(patient, pool)).epoch, 8);
  });

  it('keep the weights that are best by the loss that is trained for', async () => {
    const e = experiment({ loss: 'dice', training: { batch: 4, epochs: 4, rate: 0.05 } });
    const pool = await poolOf(e, 1);
    const { best, history } = await trained(e, pool);
    const losses = history.map((metrics) => validationLossOf(metrics) ?? Number.NaN);
    assert.ok(best !== null);
    assert.equal(best.loss, Math.min(...losses));
    pool.load(best.parameters);
    const again = await evaluate(pool, data.validation, { objective: objectiveOf(e), batch: 2 });
    assert.equal(again?.loss, best.loss);
    assert.notEqual(again?.scores.loss, best.loss);
  });

  it('score whole images where those are classified, each as one pixel', async () => {
    const e = experiment({
      loss: { name: 'cross-entropy', target: 'image' },
      training: { batch: 4, epochs: 30, rate: 0.05 },
    });
    const pool = await poolOf(e, 1);
    const { parameters } = await trained(e, pool);
    pool.load(parameters);
    const found = await evaluate(pool, data.test, { objective: objectiveOf(e), batch: 2 });
    const scores = found?.scores;
    assert.equal(scores?.images, 4);
    assert.equal(scores?.accuracy, 1);
    assert.equal(scores?.foregroundIou, 1);
  });

  it('take the class of an image from its pixels', () => {
    assert.equal(imageClass(Uint8Array.of(0, 0, 0)), 0);
    assert.equal(imageClass(Uint8Array.of(0, 3, 0, 2, 3, 0, 0)), 3);
    assert.equal(imageClass(Uint8Array.of(4, 2, 2, 4)), 2);
    assert.deepEqual(labelsOf(dataset.test, [1, 0, 3], 'image'), Uint8Array.of(2, 1, 2));
    assert.equal(labelsOf(dataset.test, [0, 1], 'pixel').length, 2 * pixels);
  });
});
