/** Optimisers, schedules, groups, clipping and averages against their formulas in float64, and through a whole training. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { hashOf } from '../../../src/base/canonical.js';
import { decodeWith } from '../../../src/base/codec.js';
import { errorMessage } from '../../../src/base/error.js';
import { stream } from '../../../src/base/random.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import type { Arrays, Session } from '../../../src/compile/tfjs/session/session.js';
import { openSession } from '../../../src/compile/tfjs/session/session.js';
import { type NamedArrays, splitInMemory } from '../../../src/data/arrays.js';
import { dense, meanSquared, parametersOf, program, tanh } from '../../../src/dsl/index.js';
import { openEngine } from '../../../src/engine/index.js';
import { outputsAimOf } from '../../../src/experiments/learning.js';
import { factorAt } from '../../../src/experiments/training/schedule.js';
import { shapingTraining, type Training, trainingCodec } from '../../../src/experiments/training/training.js';
import { packed, unpacked } from '../../../src/runner/folder/ongoing/checkpoint-values.js';
import { clipped } from '../../../src/runner/training/clip.js';
import { optimise, untrained } from '../../../src/runner/training/optimiser.js';
import { outputsObjective } from '../../../src/runner/training/outputs.js';
import type { TrainState, Watched } from '../../../src/runner/training/state.js';
import { averaged, optimiserOf, rateAt, wayIn } from '../../../src/runner/training/steps.js';
import { type TrainPlan, train } from '../../../src/runner/training/train.js';
import { right, sentence } from '../../support/either.js';

const settings = (draft: object): Training => right(decodeWith(trainingCodec, 'training')(draft));
const close = (a: number, b: number): void =>
  assert.ok(Math.abs(a - b) <= 1e-6 * (1 + Math.abs(b)), `${a}, not ${b}`);

/** Some steps of an optimiser on two weights whose gradients are given. */
const steps = (draft: object, gradients: readonly (readonly number[])[]): readonly number[] => {
  const training = settings({ rate: 0.1, ...draft });
  let [parameters, state]: [Arrays, typeof untrained] = [{ w: Float32Array.of(1, -2) }, untrained];
  for (const [i, g] of gradients.entries())
    ({ parameters, state } = optimise(
      optimiserOf(training, rateAt(training, i, gradients.length)),
      wayIn(training),
    )(state, parameters, { w: Float32Array.from(g) }));
  return [...parameters.w];
};

const gradients = [
  [0.5, -1],
  [0.25, 2],
  [-1, 0.5],
];

describe('settings of the training', () => {
  it('sgd steps by its momentum, ahead of it or not, with its decay', () => {
    for (const [draft, momentum, nesterov, decay] of [
      ['sgd', 0, false, 0],
      [{ name: 'sgd', momentum: 0.9 }, 0.9, false, 0],
      [{ name: 'sgd', momentum: 0.8, nesterov: true, decay: 0.1 }, 0.8, true, 0.1],
    ] as const) {
      const ours = steps({ optimiser: draft }, gradients);
      for (const k of [0, 1]) {
        let [p, b] = [[1, -2][k], 0];
        for (const [i, row] of gradients.entries()) {
          const g = row[k] + decay * p;
          b = i === 0 ? g : momentum * b + g;
          p -= 0.1 * (nesterov ? g + momentum * b : b);
        }
        close(ours[k], p);
      }
    }
  });

  it('adam steps with moments of its own, its decay added to the gradient; adamw shrinks the weights', () => {
    for (const [optimiser, beta1, beta2, epsilon, decay, apart] of [
      [{ name: 'adam', beta1: 0.8, beta2: 0.9, epsilon: 1e-3, decay: 0.2 }, 0.8, 0.9, 1e-3, 0.2, 0],
      [{ name: 'adamw', beta1: 0.7 }, 0.7, 0.999, 1e-8, 0, 0.3],
    ] as const) {
      const ours = steps({ optimiser, weightDecay: 0.3 }, gradients);
      for (const k of [0, 1]) {
        let [p, m, v] = [[1, -2][k], 0, 0];
        for (const [i, row] of gradients.entries()) {
          const g = row[k] + decay * p;
          m = beta1 * m + (1 - beta1) * g;
          v = beta2 * v + (1 - beta2) * g * g;
          const [mean, square] = [m / (1 - beta1 ** (i + 1)), v / (1 - beta2 ** (i + 1))];
          p = p * (1 - 0.1 * apart) - (0.1 * mean) / (Math.sqrt(square) + epsilon);
        }
        close(ours[k], p);
      }
    }
  });

  it('a rate goes through points along lines, half cosines and steps', () => {
    const schedule = [
      { at: 0, rate: 0 },
      { at: 0.2, rate: 1 },
      { at: 0.6, rate: 0.5, by: 'cosine' },
      { at: 0.8, rate: 2, by: 'step' },
    ];
    const training = settings({ rate: 0.5, schedule });
    const expected = [
      0,
      0.25,
      0.5,
      0.5 * (0.5 + (0.5 * (1 + Math.cos(Math.PI / 4))) / 2),
      0.375,
      undefined,
      0.25,
      0.25,
      1,
      1,
    ];
    for (const [i, rate] of expected.entries()) if (rate !== undefined) close(rateAt(training, i, 10), rate);
    assert.equal(factorAt([{ at: 0, rate: 3, by: 'linear' }], 1), 3);
    const wrong = decodeWith(
      trainingCodec,
      'training',
    )({ schedule: [{ at: 0.1, rate: 1 }], optimiser: 'sdg', groups: [{ match: 'x' }] });
    assert.ok(E.isLeft(wrong));
    assert.match(errorMessage(wrong.left), /schedule: the first point is where the training begins/);
    assert.match(errorMessage(wrong.left), /optimiser\.name: unknown optimiser 'sdg'; did you mean 'sgd'\?/);
    assert.match(errorMessage(wrong.left), /groups\.0: a group says what is different/);
  });

  it('groups, their patterns and the points of a schedule have limits', () => {
    const said = (training: object): string => sentence(decodeWith(trainingCodec, 'training')(training));
    const group = { match: 'a', rate: 0.1 };
    assert.match(
      said({ groups: Array.from({ length: 1_025 }, () => group) }),
      /1,025 groups, and 1,024 is the limit/,
    );
    assert.match(
      said({ groups: [{ ...group, match: '*a'.repeat(600) }] }),
      /groups\.0: its pattern has 1,200 letters, and 1,024 is the limit/,
    );
    const schedule = Array.from({ length: 1_025 }, (_, i) => ({ at: i / 1_024, rate: 1 }));
    assert.match(said({ schedule }), /1,025 points, and 1,024 is the limit/);
    right(decodeWith(trainingCodec, 'training')({ groups: Array.from({ length: 1_024 }, () => group) }));
  });

  it('groups have a rate and a decay of their own or stay; gradients are clipped by value; averages follow', () => {
    const training = settings({
      optimiser: { name: 'sgd', decay: 0.5 },
      groups: [
        { match: 'a/*', rate: 0.1 },
        { match: '*/b', frozen: true },
        { match: 'c/*', decay: 0 },
      ],
    });
    const names = ['a/b', 'c/b', 'c/d', 'e'];
    const all = (x: number): Arrays => Object.fromEntries(names.map((name) => [name, Float32Array.of(x)]));
    const { parameters } = optimise(optimiserOf(training, 0.1), wayIn(training))(untrained, all(1), all(2));
    const expected = [1 - 0.01 * 2.5, 1, 1 - 0.1 * 2, 1 - 0.1 * 2.5];
    for (const [i, name] of names.entries()) close(parameters[name][0], expected[i]);
    const { w } = clipped({ value: 0.5 }, { w: Float32Array.of(0.25, -3, 1) });
    assert.deepEqual([...w], [0.25, -0.5, 0.5]);
    assert.deepEqual(settings({ clip: { norm: 2 } }).clip, 2);
    const mean = averaged(0.75, { w: Float32Array.of(4) }, { w: Float32Array.of(8) }, {});
    assert.equal(mean.w[0], 5);
  });

  it('leave the identity of older settings as it is: a record of usual settings is the word', () => {
    const usual = settings({});
    assert.deepEqual(
      settings({ optimiser: { name: 'adam', beta1: 0.9 }, accumulate: 1, best: 'loss', average: null }),
      usual,
    );
    assert.deepEqual(Object.keys(shapingTraining(usual)).sort(), [
      'batch',
      'epochs',
      'optimiser',
      'rate',
      'schedule',
      'weightDecay',
    ]);
    for (const change of [
      { accumulate: 2 },
      { average: 0.9 },
      { best: 'x' },
      { groups: [{ match: '*', rate: 2 }] },
      { optimiser: 'sgd' },
    ])
      assert.notEqual(hashOf(shapingTraining(settings(change))), hashOf(shapingTraining(usual)));
  });

  describe('in a training', () => {
    const p = program({ x: [3], y: [2] }, ({ x, y }) => {
      const prediction = pipe(x, dense(5), tanh, dense(2));
      return { prediction, ...meanSquared(prediction, y) };
    });
    const forms = { x: { shape: [3], integer: false }, y: { shape: [2], integer: false } };
    const splitOf = (name: string, count: number) => {
      const random = stream(0, 'settings.spec', name);
      const x = Float32Array.from({ length: 3 * count }, () => random.uniform() - 0.5);
      const y = Float32Array.from({ length: 2 * count }, (_, i) =>
        Math.sin(3 * x[3 * Math.floor(i / 2) + (i % 2)]),
      );
      return splitInMemory(count, forms, { x, y });
    };
    const data: NamedArrays = {
      forms,
      train: splitOf('train', 24),
      validation: splitOf('validation', 6),
      test: splitOf('test', 1),
    };
    const aim = outputsAimOf(
      { output: 'total', count: 'count' },
      { gain: { output: 'total', better: 'more' } },
    );
    const parameters = initialParameters(p.graph, 1);
    const start: TrainState = {
      epoch: 0,
      step: 0,
      lossSum: 0,
      parameters,
      optimiser: untrained,
      best: null,
      history: [],
    };
    let session: Session | undefined;
    before(async () => {
      const engine = right(await openEngine('wasm')());
      session = right(openSession(engine, p, parameters));
    });
    after(() => session?.close());
    const run = async (
      training: Training,
      from: TrainState,
      until: number,
      cut = [4],
      watched?: Watched,
    ): Promise<TrainState> => {
      const stop = new AbortController();
      let done = 0;
      const plan: TrainPlan = {
        training,
        objective: outputsObjective(p, aim ?? assert.fail()),
        ...(watched === undefined ? {} : { watched }),
        seed: 2,
        data,
        microBatches: cut,
        evaluationBatch: 3,
      };
      const ended = await train(session ?? assert.fail(), plan, from, {
        step: () => {
          if (++done >= until) stop.abort();
        },
        epoch: () => {},
        keep: async () => true,
        signal: stop.signal,
      });
      return right(ended);
    };

    it('every optimiser goes on from a checkpoint to the same bits', async () => {
      const base = {
        batch: 4,
        epochs: 3,
        rate: 0.05,
        accumulate: 2,
        average: 0.8,
        clip: { value: 0.3 },
        groups: [{ match: '*bias', rate: 0.5 }],
      };
      for (const optimiser of [
        'sgd',
        { name: 'sgd', momentum: 0.9, nesterov: true },
        { name: 'adam', decay: 0.01 },
        { name: 'adamw', beta2: 0.9 },
      ]) {
        const training = settings({
          ...base,
          optimiser,
          schedule: [
            { at: 0, rate: 0 },
            { at: 0.3, rate: 1 },
            { at: 1, rate: 0, by: 'cosine' },
          ],
        });
        const whole = await run(training, start, Number.POSITIVE_INFINITY);
        const half = await run(training, start, 4);
        assert.equal(half.step, 1);
        const declared = parametersOf(p.graph);
        const { header, bytes } = packed(declared, half, { number: 1, kernels: null });
        const restored = right(unpacked(header, bytes, declared, 'spec'));
        const continued = await run(training, restored, Number.POSITIVE_INFINITY);
        assert.deepEqual(continued.parameters, whole.parameters);
        assert.deepEqual(continued.average, whole.average);
        assert.deepEqual(continued.best, whole.best);
        assert.deepEqual(continued.history, whole.history);
        assert.notDeepEqual(whole.average, whole.parameters);
      }
    });

    it('accumulated batches are one batch cut in as many parts', async () => {
      const common = { epochs: 2, rate: 0.05 };
      const one = await run(settings({ ...common, batch: 8 }), start, Number.POSITIVE_INFINITY, [4, 4]);
      const two = await run(
        settings({ ...common, batch: 4, accumulate: 2 }),
        start,
        Number.POSITIVE_INFINITY,
        [4],
      );
      assert.deepEqual(two.parameters, one.parameters);
    });

    it('the best weights are those of the score that is watched, in its direction', async () => {
      const training = settings({ batch: 4, epochs: 4, rate: 0.05, best: 'gain' });
      const { best, history } = await run(training, start, Number.POSITIVE_INFINITY, [4], {
        name: 'gain',
        better: 'more',
      });
      const gains = history.map(({ validation }) => validation?.gain ?? 0);
      assert.equal(best?.epoch, 1 + gains.indexOf(Math.max(...gains)));
      const least = await run(training, start, Number.POSITIVE_INFINITY, [4], {
        name: 'gain',
        better: 'less',
      });
      assert.equal(least.best?.epoch, 1 + gains.indexOf(Math.min(...gains)));
    });
  });
});
