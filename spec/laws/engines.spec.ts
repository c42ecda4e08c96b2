/** The laws judge float32 as they judge float64: engines, and every model of the reference. */

import assert from 'node:assert/strict';
import type { Program } from 'drumhead';
import * as laws from 'drumhead/laws';
import * as E from 'fp-ts/lib/Either.js';
import { type Engine, openEngine } from '../../src/engine/index.js';
import { buildModel, modelNamed } from '../../src/models/catalogue.js';
import { right } from '../support/either.js';
import { named } from './named.js';

const small = { height: 8, width: 8, steps: 3 };
const systems: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
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
];

/** What only a float64 reference can judge, or what runs for thousands of steps. */
const slow = ['locking', 'plane waves'];
const some = laws.allLaws.map(({ name }) => name).filter((name) => !slow.includes(name));

const modelOf = (name: string, options: Readonly<Record<string, unknown>>): Program => {
  const made = E.isRight(modelNamed(name, options)) ? modelNamed(name, options) : assert.fail(name);
  if (E.isLeft(made)) assert.fail(JSON.stringify(made.left));
  // A U-Net halves its field four times.
  const side = name === 'unet' ? 16 : 8;
  const built = buildModel(made.right, { height: side, width: side, channels: 1, classes: 2 });
  return right(built);
};

/** What each family of the reference keeps; an encoder with zero padding breaks translation for the whole of a map. */
const models: readonly (readonly [string, readonly string[]])[] = [
  [
    'nwm',
    ['work balance', 'stability', 'time reversal', 'oddness', 'growth under a bounded force', 'translation'],
  ],
  ['conv-lstm', ['boundedness by gates', 'light cone', 'adjoint']],
  ['conv-gru', ['boundedness by gates', 'light cone', 'adjoint']],
  ['conv-rnn', ['light cone', 'adjoint']],
  ['cnn', ['light cone', 'adjoint']],
  // Its light cone holds all of a field of 16 by 16: there is nothing to try.
  ['unet', []],
];

describe('laws in float32', () => {
  for (const engineName of ['cpu', 'wasm'] as const)
    describe(engineName, () => {
      let on: laws.Interpreter = laws.reference;
      before(async () => {
        const opened = await openEngine(engineName)();
        if (E.isLeft(opened)) assert.fail(JSON.stringify(opened.left));
        on = laws.onEngine(opened.right);
      });
      for (const [name, settings] of systems)
        it(name, () => {
          const report = laws.check(named(name, settings), { laws: some, cases: 2, on: [on] });
          assert.ok(laws.isLawful(report), laws.showReport(report));
          assert.ok(report.verdicts.some(({ outcome }) => outcome === 'holds'));
        });
    });
});

describe('two engines at once', () => {
  it('compute each for itself, whichever was opened last', async () => {
    const names = ['cpu', 'wasm'] as const;
    const engines: Engine[] = [];
    for (const name of names) {
      const opened = await openEngine(name)();
      engines.push(right(opened));
    }
    const computed: string[] = [];
    const watched = engines.map((engine) => {
      const on = laws.onEngine(engine);
      const run: typeof on.run = (...given) => {
        const outputs = on.run(...given);
        computed.push(engine.tf.getBackend());
        return outputs;
      };
      return { ...on, run };
    });
    laws.check(named('wave', small), { laws: ['work balance'], cases: 1, on: watched });
    assert.deepEqual([...new Set(computed)], names);
  });
});

describe('models of the reference keep their laws', () => {
  for (const [name, expected] of models)
    it(name, () => {
      const report = laws.check(modelOf(name, name === 'nwm' ? { steps: 4 } : {}), { cases: 3 });
      assert.ok(laws.isLawful(report), laws.showReport(report));
      const held = report.verdicts.flatMap(({ law, outcome }) => (outcome === 'holds' ? [law.name] : []));
      assert.deepEqual(
        expected.filter((law) => !held.includes(law)),
        [],
        laws.showReport(report),
      );
    });
});
