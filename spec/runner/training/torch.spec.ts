/** Optimisers, clipping, averages and schedules against arrays of PyTorch (`fixtures/optimisers`). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as t from 'io-ts';
import { decodeWith } from '../../../src/base/codec.js';
import { add, einsum, meanSquared, parameter, program, reshape, tanh } from '../../../src/dsl/index.js';
import { type Training, trainingCodec } from '../../../src/experiments/training/training.js';
import { fit as trainings } from '../../../src/runner/fit/fit.js';
import { clipped } from '../../../src/runner/training/clip.js';
import { optimise, untrained } from '../../../src/runner/training/optimiser.js';
import { averaged, optimiserOf, rateAt, wayIn } from '../../../src/runner/training/steps.js';
import { right } from '../../support/either.js';

const arrays = t.record(t.string, t.array(t.number));
const fixture = t.type({
  begin: arrays,
  gradients: t.array(arrays),
  cases: t.record(
    t.string,
    t.intersection([
      t.type({ steps: t.array(arrays), rates: t.array(t.number) }),
      t.partial({ averages: t.array(arrays) }),
    ]),
  ),
  accumulated: t.type({
    x: t.array(t.number),
    y: t.array(t.number),
    begin: arrays,
    steps: t.array(arrays),
    losses: t.array(t.number),
  }),
});

const read = <A>(codec: t.Decoder<unknown, A>, value: unknown): A => {
  const found = decodeWith(codec, 'torch.json')(value);
  return right(found);
};

const torch = read(
  fixture,
  JSON.parse(readFileSync(new URL('../../../fixtures/optimisers/torch.json', import.meta.url), 'utf8')),
);
const total = torch.gradients.length;

const floats = (of: Readonly<Record<string, readonly number[]>>): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(Object.entries(of).map(([name, values]) => [name, Float32Array.from(values)]));

/** The settings of each case as a person writes them. Shares of the training are steps of seven. */
const settings: Readonly<Record<string, object>> = {
  sgd: { optimiser: { name: 'sgd', momentum: 0 }, rate: 0.1 },
  momentum: { optimiser: { name: 'sgd', momentum: 0.9 }, rate: 0.1 },
  nesterov: { optimiser: { name: 'sgd', momentum: 0.8, nesterov: true, decay: 0.05 }, rate: 0.1 },
  adam: { optimiser: { name: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-6, decay: 0.1 }, rate: 0.02 },
  adamw: { optimiser: 'adamw', weightDecay: 0.2, rate: 0.02 },
  'clip-norm': { optimiser: { name: 'sgd', momentum: 0 }, rate: 0.1, clip: 1.5 },
  'clip-value': { optimiser: { name: 'sgd', momentum: 0 }, rate: 0.1, clip: { value: 0.4 } },
  average: { optimiser: { name: 'sgd', momentum: 0 }, rate: 0.1, average: 0.9 },
  cosine: { optimiser: { name: 'sgd', momentum: 0 }, rate: 0.1, schedule: 'cosine' },
  step: {
    optimiser: { name: 'sgd', momentum: 0 },
    rate: 0.1,
    schedule: [
      { at: 0, rate: 1 },
      { at: 2 / total, rate: 0.1, by: 'step' },
      { at: 5 / total, rate: 0.01, by: 'step' },
    ],
  },
  groups: { optimiser: 'adamw', weightDecay: 0.2, rate: 0.02, groups: [{ match: 'w', rate: 0.5, decay: 0 }] },
  frozen: {
    optimiser: { name: 'sgd', momentum: 0.9 },
    rate: 0.1,
    groups: [{ match: 'b', frozen: true }],
  },
  'warm-up': {
    optimiser: { name: 'sgd', momentum: 0 },
    rate: 0.1,
    schedule: [
      { at: 0, rate: 0.25 },
      { at: 4 / total, rate: 1 },
    ],
  },
};

const near = (
  ours: Readonly<Record<string, ArrayLike<number>>>,
  theirs: Readonly<Record<string, readonly number[]>>,
  what: string,
): void => {
  for (const [name, values] of Object.entries(theirs))
    for (const [i, value] of values.entries()) {
      const off = Math.abs(ours[name][i] - value);
      // Some roundings of float32: clipping divides by the length + 1e-6 there.
      assert.ok(
        off <= 4e-6 * Math.max(1, Math.abs(value)),
        `${what}, ${name}[${i}]: ${ours[name][i]}, not ${value}`,
      );
    }
};

describe('training as in PyTorch', () => {
  it('has settings for each case', () => {
    assert.deepEqual(Object.keys(settings).sort(), Object.keys(torch.cases).sort());
  });

  for (const [name, { steps, rates, averages }] of Object.entries(torch.cases))
    it(`${name}: the same weights after each of ${steps.length} steps`, () => {
      const training: Training = read(trainingCodec, settings[name]);
      let state = untrained;
      let parameters = floats(torch.begin);
      let average = parameters;
      for (const [done, gradient] of torch.gradients.entries()) {
        const rate = rateAt(training, done, total);
        assert.ok(Math.abs(rate - rates[done]) < 1e-9, `rate of step ${done}: ${rate}, not ${rates[done]}`);
        const settingsOfStep = optimiserOf(training, rate);
        ({ parameters, state } = optimise(settingsOfStep, wayIn(training))(
          state,
          parameters,
          clipped(training.clip, floats(gradient)),
        ));
        near(parameters, steps[done], `step ${done}`);
        if (training.average === null || averages === undefined) continue;
        average = averaged(training.average, average, parameters, {});
        near(average, averages[done], `average after step ${done}`);
      }
      assert.equal(training.average !== null, averages !== undefined);
    });

  it('accumulate: the same weights after each step of four parts, whatever their order', async () => {
    const { x, y, begin, steps, losses } = torch.accumulated;
    const none = { init: { constant: 0 } };
    const names = { hidden: 'a', bias: 'b', out: 'c' } as const;
    const model = program({ x: [3], y: [] }, ({ x: seen, y: asked }) => {
      const hidden = tanh(
        add(einsum('i,ij->j', seen, parameter('hidden', [3, 2], none)), parameter('bias', [2], none)),
      );
      return meanSquared(reshape()(einsum('j,jk->k', hidden, parameter('out', [2, 1], none))), asked);
    });
    const weights = Object.fromEntries(
      Object.entries(names).map(([ours, theirs]) => [ours, Float32Array.from(begin[theirs])]),
    );
    const train = { x: Float32Array.from(x), y: Float32Array.from(y) };
    const training = { batch: 3, accumulate: 4, epochs: steps.length, rate: 0.05 };
    let done = 0;
    for await (const epoch of trainings(
      model,
      { train },
      { loss: { output: 'total', count: 'count' }, training, weights },
    )) {
      const theirs = steps[done];
      near(
        epoch.weights,
        Object.fromEntries(Object.entries(names).map(([ours, name]) => [ours, theirs[name]])),
        `step ${done}`,
      );
      assert.ok(Math.abs(epoch.loss - losses[done]) < 1e-5 * losses[done]);
      done++;
    }
    assert.equal(done, steps.length);
  });
});
