import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../src/base/error.js';
import type { Session } from '../../../src/compile/tfjs/session/session.js';
import type { Dataset, Split } from '../../../src/data/dataset.js';
import { arraysOfImages } from '../../../src/data/images.js';
import { trainingCodec } from '../../../src/experiments/experiment.js';
import { publishedLoss } from '../../../src/experiments/loss.js';
import { imagesObjective } from '../../../src/runner/training/classes.js';
import { untrained } from '../../../src/runner/training/optimiser.js';
import type { TrainState } from '../../../src/runner/training/state.js';
import { rateAt } from '../../../src/runner/training/steps.js';
import { orderOf, type TrainPlan, train } from '../../../src/runner/training/train.js';

const split = (count: number): Split => ({
  count,
  height: 1,
  width: 1,
  channels: 1,
  images: new Uint8Array(count),
  masks: new Uint8Array(count),
});
const dataset: Dataset = { train: split(7), validation: split(0), test: split(0), classes: ['background'] };

const training = (settings: object) => {
  const decoded = trainingCodec.decode(settings);
  return E.isRight(decoded) ? decoded.right : assert.fail('the settings of the spec');
};

const plan: TrainPlan = {
  training: training({ batch: 2, epochs: 4, rate: 0.1 }),
  seed: 0,
  objective: imagesObjective(publishedLoss, 1),
  data: arraysOfImages(dataset),
  microBatches: [2],
  evaluationBatch: 1,
};

const start: TrainState = {
  epoch: 0,
  step: 0,
  lossSum: 0,
  parameters: { w: Float32Array.of(1) },
  optimiser: untrained,
  best: null,
  history: [],
};

/** A session whose losses are given, and which remembers the samples that it saw. */
const session = (losses: (step: number) => number) => {
  const seen: (readonly number[])[] = [];
  const made: Session = {
    load: () => {},
    gradients: async ({ samples = [] }) => {
      seen.push(samples);
      return { loss: losses(seen.length), gradients: { w: Float32Array.of(0.5) }, statistics: {} };
    },
    infer: async () => ({ outputs: {}, statistics: {} }),
    close: () => {},
  };
  return { made, seen };
};

const silent = () => {
  const kept: TrainState[] = [];
  return {
    kept,
    watch: {
      step: () => {},
      epoch: () => {},
      keep: async (state: TrainState) => {
        kept.push(state);
        return true;
      },
      signal: new AbortController().signal,
    },
  };
};

describe('training', () => {
  it('sees every image once an epoch, but for a last partial batch, in another order each time', async () => {
    const { made, seen } = session(() => 1);
    const { kept, watch } = silent();
    const ended = await train(made, plan, start, watch);
    assert.ok(E.isRight(ended));
    assert.equal(seen.length, 3 * 4);
    const epochs = [0, 1, 2, 3].map((e) => seen.slice(3 * e, 3 * e + 3).flat());
    for (const epoch of epochs) assert.equal(new Set(epoch).size, 6);
    assert.ok(new Set(epochs.map((epoch) => epoch.join())).size > 1);
    assert.equal(kept.length, 4);
    assert.deepEqual(
      ended.right.history.map(({ trainLoss }) => trainLoss),
      [1, 1, 1, 1],
    );
  });

  it('ends with Diverged at the step whose loss is not finite, and keeps the epochs before', async () => {
    const { made } = session((step) => (step === 5 ? Number.NaN : 1));
    const { kept, watch } = silent();
    const ended = await train(made, plan, start, watch);
    assert.ok(E.isLeft(ended));
    assert.deepEqual({ epoch: ended.left.epoch, step: ended.left.step }, { epoch: 2, step: 2 });
    assert.deepEqual(
      kept.map(({ epoch }) => epoch),
      [1],
    );
  });

  it('ends with Diverged where batch statistics leave the numbers, though every loss of the training is one', async () => {
    const { made } = session(() => 1);
    const broken: Session = {
      ...made,
      gradients: async (batch, cut) => ({
        ...(await made.gradients(batch, cut)),
        statistics: { 'norm/variance': Float32Array.of(1, Number.NaN) },
      }),
    };
    const { kept, watch } = silent();
    const ended = await train(broken, plan, start, watch);
    assert.ok(E.isLeft(ended));
    assert.match(errorMessage(ended.left), /^the parameter norm\/variance became NaN in epoch 1, step 3: /);
    assert.deepEqual(kept, []);
  });

  it('ends with Diverged where the validation loss is no number', async () => {
    const { made } = session(() => 1);
    const blind: Session = {
      ...made,
      infer: async () => ({ outputs: { logits: Float32Array.of(Number.NaN, Number.NaN) }, statistics: {} }),
    };
    const { kept, watch } = silent();
    const validated: Dataset = { ...dataset, validation: split(1), classes: ['background', 'thing'] };
    const ended = await train(
      blind,
      { ...plan, data: arraysOfImages(validated), objective: imagesObjective(publishedLoss, 2) },
      start,
      watch,
    );
    assert.ok(E.isLeft(ended));
    assert.match(errorMessage(ended.left), /^the validation loss became NaN in epoch 1/);
    assert.deepEqual(kept, []);
  });

  it('ends with Diverged where the score that decides on weights is NaN, and only then', async () => {
    const { made } = session(() => 1);
    const blind: Session = {
      ...made,
      infer: async () => ({ outputs: { logits: Float32Array.of(0, 1) }, statistics: {} }),
    };
    const validated: Dataset = { ...dataset, validation: split(1), classes: ['background', 'thing'] };
    const objective = imagesObjective(publishedLoss, 2);
    const own: TrainPlan['objective'] = {
      ...objective,
      scorer: {
        add: () => own.scorer,
        evaluation: () => ({ scores: { loss: 1, samples: 1, mine: Number.NaN }, loss: 1 }),
      },
    };
    const given = { ...plan, data: arraysOfImages(validated), objective: own };
    const ended = await train(
      blind,
      { ...given, watched: { name: 'mine', better: 'more' } },
      start,
      silent().watch,
    );
    assert.ok(E.isLeft(ended));
    assert.match(
      errorMessage(ended.left),
      /^the validation score mine, by which weights are kept, became NaN in epoch 1, step 3: mend the outputs that mine is made of/,
    );
    assert.ok(E.isRight(await train(blind, given, start, silent().watch)));
  });

  it('has an order that is a permutation of the images and depends on seed and epoch', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(50), fc.integer({ min: 1, max: 40 }), (seed, epoch, count) => {
        const order = orderOf(seed, epoch, count);
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          Array.from({ length: count }, (_, i) => i),
        );
        assert.deepEqual(orderOf(seed, epoch, count), order);
      }),
    );
  });

  it('has a rate that stays, or falls along a cosine to nearly nothing', () => {
    assert.equal(rateAt(training({ rate: 0.5 }), 70, 100), 0.5);
    const cosine = training({ rate: 0.5, schedule: 'cosine' });
    assert.equal(rateAt(cosine, 0, 100), 0.5);
    assert.ok(Math.abs(rateAt(cosine, 50, 100) - 0.25) < 1e-12);
    assert.ok(rateAt(cosine, 99, 100) < 0.001);
    const warm = training({ rate: 0.5, schedule: 'warm-cosine' });
    assert.ok(Math.abs(rateAt(warm, 0, 100) - 0.05) < 1e-12);
    assert.equal(rateAt(warm, 9, 100), rateAt(cosine, 9, 100));
    assert.equal(rateAt(warm, 60, 100), rateAt(cosine, 60, 100));
  });
});
