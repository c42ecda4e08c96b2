/** Training with dropout: the same bits for any number of threads, and continued as if it had not been interrupted. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { stream } from '../../../src/base/random.js';
import type { MicroBatches } from '../../../src/compile/micro-batches.js';
import { openPool } from '../../../src/compile/tfjs/session/pool.js';
import type { Dataset, Split } from '../../../src/data/dataset.js';
import { arraysOfImages } from '../../../src/data/images.js';
import { trainingCodec } from '../../../src/experiments/experiment.js';
import { publishedLoss } from '../../../src/experiments/loss.js';
import {
  conv,
  dropout,
  type Engine,
  initialParameters,
  opByOp,
  openEngine,
  program,
  relu,
} from '../../../src/index.js';
import { imagesObjective } from '../../../src/runner/training/classes.js';
import { untrained } from '../../../src/runner/training/optimiser.js';
import type { TrainState } from '../../../src/runner/training/state.js';
import { type TrainPlan, train } from '../../../src/runner/training/train.js';
import { right } from '../../support/either.js';

const p = program({ image: [4, 4, 1] }, ({ image }) => ({
  logits: pipe(image, conv(3), relu, dropout(0.5), conv(2)),
}));

const split = (count: number): Split => {
  const random = stream(1, 'dropout.spec', count);
  return {
    count,
    height: 4,
    width: 4,
    channels: 1,
    images: Uint8Array.from({ length: count * 16 }, () => random.integer(256)),
    masks: Uint8Array.from({ length: count * 16 }, () => random.integer(2)),
  };
};
const dataset: Dataset = { train: split(8), validation: split(2), test: split(0), classes: ['a', 'b'] };

const decoded = trainingCodec.decode({ batch: 4, epochs: 3, rate: 0.05 });
const settings = E.isRight(decoded) ? decoded.right : assert.fail('the settings of the spec');

const plan = (microBatches: MicroBatches): TrainPlan => ({
  training: settings,
  seed: 4,
  objective: imagesObjective(publishedLoss, 2),
  data: arraysOfImages(dataset),
  microBatches,
  evaluationBatch: 2,
});

const start: TrainState = {
  epoch: 0,
  step: 0,
  lossSum: 0,
  parameters: initialParameters(p.graph, 2),
  optimiser: untrained,
  best: null,
  history: [],
};

/** Trains from a state, until the end or until so many steps are done. */
const trained = async (
  engine: Engine,
  from: TrainState,
  microBatches: MicroBatches,
  {
    workers = 1,
    until = Number.POSITIVE_INFINITY,
  }: { readonly workers?: number; readonly until?: number } = {},
): Promise<TrainState> => {
  const pool = right(await openPool(engine, p, from.parameters, workers)());
  const stop = new AbortController();
  let steps = 0;
  const ended = await train(pool, plan(microBatches), from, {
    step: () => {
      if (++steps === until) stop.abort();
    },
    epoch: () => {},
    keep: async () => true,
    signal: stop.signal,
  });
  pool.close();
  return E.isRight(ended) ? ended.right : assert.fail('it diverged');
};

describe('training with dropout', () => {
  for (const name of ['wasm', 'cpu'] as const) {
    const open = async (): Promise<Engine> => right(await openEngine(name)());

    it(`continues on ${name} after an interruption to the same bits`, async () => {
      const engine = await open();
      const whole = await trained(engine, start, [4]);
      for (const until of [1, 3]) {
        const half = await trained(engine, start, [4], { until });
        assert.notDeepEqual(half.parameters, whole.parameters);
        assert.deepEqual((await trained(engine, half, [4])).parameters, whole.parameters);
      }
    });

    it(`draws the same for any micro-batches on ${name}`, async () => {
      const engine = await open();
      const whole = await trained(engine, start, [4]);
      for (const microBatches of [
        [2, 2],
        [1, 3],
      ]) {
        const parts = await trained(engine, start, microBatches);
        for (const [parameter, values] of Object.entries(whole.parameters))
          for (const [i, v] of values.entries())
            assert.ok(Math.abs(v - parts.parameters[parameter][i]) < 2e-4, `${parameter} ${i}`);
      }
    });
  }

  it('has the same bits on one thread and on two, fused or op by op', async () => {
    const engine = right(await openEngine('wasm')());
    for (const each of [engine, opByOp(engine)]) {
      const one = await trained(each, start, [2, 2]);
      assert.deepEqual((await trained(each, start, [2, 2], { workers: 2 })).parameters, one.parameters);
    }
  });
});
