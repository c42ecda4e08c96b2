/** Frozen weights: no gradient is computed for them, and no optimiser moves them by a single bit. */

import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { cost, showCost } from '../../src/compile/cost/index.js';
import { initialParameters } from '../../src/compile/parameters.js';
import { showSummary, summary } from '../../src/compile/summary/index.js';
import { openSession } from '../../src/compile/tfjs/session/session.js';
import { vjp } from '../../src/compile/transform/index.js';
import {
  batchNorm,
  conv,
  freeze,
  type Program,
  parametersOf,
  program,
  relu,
  scope,
  stopGradient,
  type Tensor,
  zeros,
} from '../../src/dsl/index.js';
import { opByOp, openEngine } from '../../src/engine/index.js';
import { nwm } from '../../src/models/nwm.js';
import { adamW, optimise, untrained } from '../../src/runner/training/optimiser.js';
import { right } from '../support/either.js';

const waves = nwm({
  height: 6,
  width: 6,
  input: 1,
  mid: 4,
  channels: 2,
  steps: 5,
  dt: 0.1,
  readout: 'linear',
  hidden: [8],
  classes: 3,
});
const normed = program({ image: [6, 6, 1] }, ({ image }) => ({
  logits: pipe(
    image,
    scope('encoder', (x: Tensor<readonly [6, 6, 1]>) => pipe(x, conv(4), batchNorm(), relu)),
    scope('decoder', conv(3)),
  ),
}));

const batch = {
  count: 2,
  inputs: { image: Float32Array.from({ length: 72 }, (_, i) => Math.sin(i)) },
  labels: Uint8Array.from({ length: 72 }, (_, i) => i % 3),
};

/** Three steps of AdamW, which shrinks every weight that it moves. */
const trained = async (p: Program, engine: 'wasm' | 'cpu') => {
  const start = initialParameters(p.graph, 3);
  const session = right(openSession(right(await openEngine(engine)()), p, start));
  let [parameters, state] = [start, untrained];
  let seen: readonly string[] = [];
  try {
    for (let step = 0; step < 3; step++) {
      const { gradients, statistics, loss } = await session.gradients(batch, [2]);
      assert.ok(Number.isFinite(loss));
      seen = Object.keys(gradients);
      const moved = optimise({ ...adamW, weightDecay: 0.1 })(state, parameters, gradients);
      [parameters, state] = [{ ...moved.parameters, ...statistics }, moved.state];
      session.load(parameters);
    }
  } finally {
    session.close();
  }
  return { start, parameters, state, seen };
};

const cases: readonly (readonly [string, Program, string])[] = [
  ['the coupling of a Neural Wave Machine', waves, 'coupling/*'],
  ['all but its readout', waves, '*/conv*'],
  ['an encoder with batch norm', normed, 'encoder/*'],
];

describe('frozen weights', () => {
  for (const engine of ['wasm', 'cpu'] as const)
    for (const [what, p, pattern] of cases)
      it(`${what}, on ${engine}: untouched to the bit, the others trained`, async () => {
        const frozen = right(freeze(p, pattern));
        const { start, parameters, state, seen } = await trained(frozen, engine);
        const declared = parametersOf(frozen.graph);
        const learns = declared.filter(({ trainable }) => trainable).map(({ name }) => name);
        assert.ok(learns.length > 0 && learns.length < declared.length);
        assert.deepEqual([...seen].sort(), [...learns].sort());
        assert.deepEqual(Object.keys(state.mean).sort(), [...learns].sort());
        for (const { name, trainable } of declared) {
          if (trainable) assert.notDeepEqual(parameters[name], start[name], name);
          else if (!/mean|variance/.test(name)) assert.deepEqual(parameters[name], start[name], name);
        }
      });

  it('the gradients of the others are those of the whole program, to the bit', async () => {
    const of = async (p: Program) => {
      const session = right(openSession(right(await openEngine('wasm')()), p, initialParameters(p.graph, 3)));
      try {
        return (await session.gradients(batch, [2])).gradients;
      } finally {
        session.close();
      }
    };
    const [whole, part] = [await of(waves), await of(right(freeze(waves, '*/conv*')))];
    for (const [name, values] of Object.entries(part)) assert.deepEqual(values, whole[name], name);
  });

  for (const engine of ['wasm', 'cpu'] as const)
    it(`every weight may be frozen, on ${engine}: there is a loss and no gradient`, async () => {
      const { start, parameters, seen } = await trained(right(freeze(waves, '*')), engine);
      assert.deepEqual(seen, []);
      assert.deepEqual(parameters, start);
    });

  it('a loss that depends on no weight, or only behind a stopGradient, has gradients of zero, fused and op by op', async () => {
    const p = program({ image: [6, 6, 1] }, ({ image }) => ({
      logits: stopGradient(conv(3)(image)),
      other: conv(2)(image),
    }));
    const none = program({ image: [6, 6, 1] }, ({ image }) => ({
      logits: zeros(6, 6, 3),
      other: conv(2)(image),
    }));
    const engine = right(await openEngine('wasm')());
    for (const each of [p, none])
      for (const on of [engine, opByOp(engine)]) {
        const parameters = initialParameters(each.graph, 3);
        const session = right(openSession(on, each, parameters));
        try {
          const { loss, gradients } = await session.gradients(batch, [2]);
          assert.ok(Number.isFinite(loss));
          assert.deepEqual(
            Object.entries(gradients).sort(),
            Object.entries(parameters)
              .map(([name, values]) => [name, values.map(() => 0)])
              .sort(),
          );
        } finally {
          session.close();
        }
      }
  });

  it('cost no gradients: fewer operations of a step, fewer nodes of the derivative', () => {
    const frozen = right(freeze(waves, '*/conv*'));
    const flops = (p: Program) => cost(p, { batch: 1 }).training.flops;
    assert.ok(flops(frozen) < flops(waves));
    assert.equal(cost(frozen, { batch: 1 }).inference.flops, cost(waves, { batch: 1 }).inference.flops);
    assert.ok(vjp(frozen, { inputs: [] }).graph.nodes.length < vjp(waves, { inputs: [] }).graph.nodes.length);
    assert.match(
      showCost(cost(right(freeze(waves, '*')), { batch: 1 })),
      /^training step nothing to train$/m,
    );
  });

  it('are counted in the listing, apart from running statistics', () => {
    const listing = summary(right(freeze(normed, 'encoder/*')));
    assert.deepEqual([listing.count, listing.trainable, listing.frozen], [167, 111, 48]);
    const text = showSummary(listing);
    assert.match(text, /^8 parameters, 167 numbers, 111 trained, 48 frozen, 8 running statistics$/m);
    assert.match(text, /^encoder\/conv1\/weight .* no, frozen$/m);
    assert.match(text, /^encoder\/batchNorm1\/mean .* no, a statistic$/m);
    assert.match(showSummary(summary(right(freeze(waves, '*')))), /numbers, all frozen$/m);
  });
});
