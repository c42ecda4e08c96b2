/** The identity of a run: what changes it, what does not, and that it is what it was. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { canonical, hashOf } from '../../src/base/canonical.js';
import { hashProgram } from '../../src/dsl/index.js';
import { experimentNamed } from '../../src/experiments/catalogue.js';
import { decodeExperiment, type Experiment, withTraining } from '../../src/experiments/experiment.js';
import { identityOf, type RunIdentity, runIdentity } from '../../src/experiments/identity.js';
import { programFor } from '../../src/experiments/model.js';
import { draftArbitrary, experimentArbitrary } from '../../src/laws/arbitraries/experiment.js';
import { modelWithSizesArbitrary } from '../../src/laws/arbitraries/model.js';
import { right } from '../support/either.js';

/** The identity, with the model's own settings in place of its program. */
const id = (e: Experiment): RunIdentity =>
  identityOf(e, { program: canonical(e.model), seed: 0, engine: 'wasm' });

/** A run of any experiment. */
const p = { program: 'p', seed: 0, engine: 'wasm' };

/** The same value with the keys of every object in another order. */
const shuffled = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(shuffled)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, v]) => [key, shuffled(v)]),
        )
      : value;

describe('the identity of a run', () => {
  it('is a type of its own: no name and no other hash is taken for one', () => {
    const identity = id(right(experimentNamed('mnist/cnn-2', 'full')));
    assert.ok(runIdentity.is(identity));
    assert.ok(!runIdentity.is('mnist/cnn-2'));
    const folderOf = (one: RunIdentity): string => `seed-0-${one.slice(0, 10)}`;
    assert.match(folderOf(identity), /^seed-0-[0-9a-f]{10}$/);
    // @ts-expect-error a program's hash is no identity of a run
    assert.match(folderOf(hashOf({})), /^seed-0-/);
  });

  it('is that of the runs that were made before losses, patience and clipping', () => {
    const before = {
      'tetrominoes/nwm-linear': '05b4dcde5835f3b15a00f09f1a9f9bf440c647f0fa0e2dd4db0df05e8e953ba2',
      'mnist/cnn-2': '28afbd72e02212efb80c7ef38fc12a21a645572583d73eaacf6d64dd06144f4c',
      'multi-mnist/unet-3': 'a26321d66695814336a8709d7aa1db1b2544b45d76c5de2f0001ab1c2a64ca20',
    };
    for (const [name, known] of Object.entries(before))
      assert.equal(identityOf(right(experimentNamed(name, 'full')), p), known);
  });

  it('does not change with formatting, the order of keys, JSON or YAML', () => {
    fc.assert(
      fc.property(draftArbitrary, fc.integer({ min: 0, max: 8 }), (draft, indent) => {
        const e = right(decodeExperiment(draft));
        const plain: unknown = JSON.parse(JSON.stringify(draft, null, indent));
        const ways = [plain, shuffled(plain), parse(stringify(plain)), JSON.parse(JSON.stringify(e))];
        for (const way of ways) {
          const again = right(decodeExperiment(way));
          assert.deepEqual(again, e);
          assert.equal(id(again), id(e));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('does not change with the name, the list of seeds, scores and outputs', () => {
    fc.assert(
      fc.property(experimentArbitrary, experimentArbitrary, (e, { name, seeds, scores, outputs }) => {
        assert.equal(id({ ...e, name, seeds, scores, outputs }), id(e));
      }),
    );
  });

  it('changes with every setting of task, model, loss and training that changes the result', () => {
    fc.assert(
      fc.property(experimentArbitrary, experimentArbitrary, (e, other) => {
        for (const part of ['task', 'model', 'loss'] as const)
          if (canonical(e[part]) !== canonical(other[part]))
            assert.notEqual(id({ ...e, [part]: other[part] }), id(e));
        const { patience, clip, tolerance, minimumEpochs, ...always } = other.training;
        for (const [key, value] of Object.entries({ ...always, patience, clip })) {
          const changed = withTraining(e, { [key]: value });
          assert.equal(id(changed) === id(e), canonical(changed.training) === canonical(e.training), key);
        }
        // What early stopping is told matters when it is on.
        const patient = withTraining(e, { patience: 3, tolerance: 0.5 });
        assert.notEqual(id(withTraining(patient, { tolerance: 0.25 })), id(patient));
        const plain = withTraining(e, { optimiser: 'adam' });
        assert.equal(id(withTraining(plain, { weightDecay: 0.3 })), id(plain));
        const hasty = withTraining(e, { patience: null, tolerance, minimumEpochs });
        assert.equal(id(hasty), id(withTraining(e, { patience: null })));
      }),
    );
  });

  it('changes with each single setting, wherever it lies', () => {
    const leaves = (value: unknown, path: readonly string[]): readonly (readonly string[])[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, v]) => leaves(v, [...path, key]))
        : [path];
    const bumped = (value: unknown, [key, ...rest]: readonly string[]): unknown => {
      if (key === undefined) return typeof value === 'number' ? value + 0.5 : `${String(value)}x`;
      assert.ok(typeof value === 'object' && value !== null);
      const entries = Object.entries(value).map(([k, v]) => [k, k === key ? bumped(v, rest) : v]);
      return Array.isArray(value) ? entries.map(([, v]) => v) : Object.fromEntries(entries);
    };
    fc.assert(
      fc.property(experimentArbitrary, fc.nat(), (plain, choice) => {
        const e = withTraining(plain, { patience: 2, clip: 1 });
        const { task, loss, training } = e;
        // Only adamw has a weight decay.
        const paths = leaves({ task, loss, training }, []).filter(
          ([, key]) => key !== 'weightDecay' || training.optimiser === 'adamw',
        );
        const changed = bumped(e, paths[choice % paths.length]);
        // Whether the changed value is valid does not matter here: only that it is seen.
        const identity = (u: unknown): string => identityOf(JSON.parse(canonical(u)), p);
        assert.notEqual(identity(changed), identity(e), paths[choice % paths.length].join('.'));
      }),
      { numRuns: 150 },
    );
  });

  it('changes with the seed, the engine, the program and the data in files', () => {
    fc.assert(
      fc.property(experimentArbitrary, (e) => {
        const ids = [
          identityOf(e, p),
          identityOf(e, { ...p, program: 'q' }),
          identityOf(e, { ...p, seed: 1 }),
          identityOf(e, { ...p, engine: 'cpu' }),
        ];
        assert.equal(new Set(ids).size, ids.length);
        const { task } = e;
        if (task.name !== 'png') return;
        const at = (folder: string, data: string): string =>
          identityOf({ ...e, task: { ...task, folder } }, { ...p, data });
        assert.equal(at('here', 'd'), at('there', 'd'));
        assert.notEqual(at('here', 'd'), at('here', 'e'));
      }),
    );
  });

  it('takes a whole program for what the catalogued model writes', () => {
    fc.assert(
      fc.property(modelWithSizesArbitrary, ([model, sizes]) => {
        const written = right(programFor(model, 'pixel', sizes));
        const whole = { name: 'program' as const, graph: written.graph };
        assert.equal(hashProgram(right(programFor(whole, 'pixel', sizes))), hashProgram(written));
      }),
      { numRuns: 20 },
    );
  });
});
