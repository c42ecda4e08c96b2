import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { parse, stringify } from 'yaml';
import { experimentNamed } from '../../../src/experiments/catalogue.js';
import { dataDifferences, differencesOf, sharedRuns } from '../../../src/experiments/difference.js';
import { withTraining } from '../../../src/experiments/experiment.js';
import { withSettings } from '../../../src/experiments/settings/settings.js';
import { decodeAnySweep, isSweep } from '../../../src/experiments/sweep/grid.js';
import { sweepOf } from '../../../src/experiments/sweep/sweep.js';
import { experimentArbitrary } from '../../../src/laws/arbitraries/experiment.js';
import { right } from '../../support/either.js';

const problems = (result: E.Either<unknown, unknown>): string =>
  E.isLeft(result) ? JSON.stringify(result.left) : assert.fail('it was accepted');

const linear = right(experimentNamed('tetrominoes/nwm-linear', 'full'));

describe('settings by path', () => {
  it('change what they name and nothing else', () => {
    fc.assert(
      fc.property(experimentArbitrary, fc.integer({ min: 1, max: 999 }), (e, epochs) => {
        fc.pre(e.training.patience === null);
        assert.deepEqual(right(withSettings(e, { 'training.epochs': epochs })), withTraining(e, { epochs }));
        assert.deepEqual(right(withSettings(e, {})), e);
        assert.deepEqual(right(withSettings(e, { name: 'other' })), { ...e, name: 'other' });
      }),
      { numRuns: 30 },
    );
    const hidden = right(withSettings(linear, { 'model.hidden.1': 7 })).model;
    assert.deepEqual('hidden' in hidden && hidden.hidden, [256, 7, 256]);
    const cnn = right(withSettings(linear, { model: 'cnn', 'model.layers': 3 })).model;
    assert.ok(cnn.name === 'cnn' && cnn.layers === 3);
  });

  it('that do not exist are all named at once, with the nearest that do', () => {
    const said = problems(
      withSettings(linear, { 'task.sise': 3, 'trianing.epochs': 1, 'training.batch': 0, 'loss.gamma': 2 }),
    );
    for (const near of [
      "did you mean 'size'",
      "did you mean 'training'",
      'training.batch: 0 is not',
      'loss.gamma',
    ])
      assert.ok(said.includes(near), said);
    assert.match(
      problems(withSettings(linear, { 'name.x': 1, 'seeds.99': 1 })),
      /name\.x.*seeds\.99: there is no place/,
    );
  });
});

describe('a sweep in a file', () => {
  const written = {
    name: 'my/rates',
    experiment: 'tetrominoes/nwm-linear',
    preset: 'small',
    set: { 'training.epochs': 2 },
    zip: { 'training.batch': [16, 64], 'training.rate': [0.001, 0.002] },
    vary: { 'model.readout': ['linear', 'fft', 'last'] },
  };

  it('is an experiment and what of it varies', () => {
    const { name, members } = right(decodeAnySweep(written));
    assert.equal(name, 'my/rates');
    assert.equal(members.length, 6);
    assert.deepEqual(members[4].axes, {
      'training.batch': 64,
      'training.rate': 0.002,
      'model.readout': 'fft',
    });
    for (const { axes, experiment } of members) {
      assert.equal(experiment.training.epochs, 2);
      assert.equal(experiment.training.batch, axes['training.batch']);
      assert.equal(experiment.training.rate, axes['training.rate']);
      assert.ok('readout' in experiment.model && experiment.model.readout === axes['model.readout']);
    }
  });

  it('means the same as YAML, and as its members written out', () => {
    const sweep = right(decodeAnySweep(written));
    assert.deepEqual(right(decodeAnySweep(parse(stringify(written)))), sweep);
    assert.deepEqual(right(decodeAnySweep(JSON.parse(JSON.stringify(sweep)))), sweep);
    assert.ok(isSweep(written) && isSweep(sweep) && !isSweep(linear));
  });

  it('may vary what is no single number, labelled by its JSON', () => {
    const { members } = right(
      decodeAnySweep({ name: 'h', experiment: { ...linear }, vary: { 'model.hidden': [[], [8, 8]] } }),
    );
    assert.deepEqual(
      members.map(({ axes }) => axes['model.hidden']),
      ['[]', '[8,8]'],
    );
  });

  it('is refused with what is wrong', () => {
    assert.match(problems(decodeAnySweep({ ...written, experiment: 'tetrominoes/nwm' })), /UnknownName/);
    assert.match(problems(decodeAnySweep({ ...written, zip: { a: [1], b: [] } })), /equally many/);
    assert.match(problems(decodeAnySweep({ ...written, varry: {} })), /did you mean 'vary'/);
    assert.match(
      problems(decodeAnySweep({ ...written, vary: { 'model.readuot': ['fft'] } })),
      /did you mean 'readout'/,
    );
    assert.match(
      problems(decodeAnySweep({ ...written, zip: {}, vary: { 'training.rate': [1, 1] } })),
      /listed twice/,
    );
  });

  it('is refused with all that is wrong at once, each with its place and the nearest name', () => {
    const experiment = { task: { name: 'mnist' }, model: { name: 'cnn' } };
    const all = (value: object): readonly string[] => {
      const read = decodeAnySweep({ name: 's', ...value });
      assert.ok(E.isLeft(read) && read.left._tag === 'DecodeError', JSON.stringify(read));
      assert.equal(read.left.source, 'sweep');
      return read.left.problems;
    };
    const holds = (found: readonly string[], ...wanted: readonly RegExp[]): void => {
      assert.equal(found.length, wanted.length, found.join('\n'));
      for (const one of wanted)
        assert.ok(
          found.some((problem) => one.test(problem)),
          `${one}: ${found.join('\n')}`,
        );
    };
    const path = /^vary\.trainin\.rate: there is no such field; did you mean 'training'\?/;
    holds(
      all({ seeds: [-1], experiment, vary: { 'trainin.rate': [0.1, 0.2] } }),
      /^seeds: in a sweep it stands under/,
      /^seeds\.0: -1 is not/,
      path,
    );
    holds(
      all({
        varry: {},
        experiment,
        set: { 'training.batch': 0 },
        vary: { 'trainin.rate': [1], 'training.epochs': [1, -2] },
      }),
      /^varry: .*did you mean 'vary'/,
      path,
      /^set\.training\.batch: 0 is not/,
      /^vary\.training\.epochs: -2 is not/,
    );
    // The experiment itself, axes that clash, and settings.
    holds(
      all({
        experiment: { ...experiment, task: { name: 'mnist', sise: 3 } },
        zip: { 'training.rate': [2, 0.1] },
        vary: { 'model.layrs': [1], 'loss.target': [] },
      }),
      /^task\.sise: .*did you mean 'size'/,
      /^zip\.training\.rate: 2 is not/,
      /^vary\.model\.layrs: .*did you mean 'layers'/,
      /^vary\.loss\.target: an axis without values/,
    );
    // A name that is not known, beside a key that is not.
    holds(
      all({ experiment: 'mnist/cnn-22', varry: {} }),
      /^varry: /,
      /^experiment: .*did you mean 'mnist\/cnn-2'/,
    );
    // What depends on each other is judged together: the second model has no steps of its own.
    assert.ok(
      E.isRight(
        decodeAnySweep({
          name: 's',
          experiment,
          set: { model: 'nwm', 'model.steps': 7 },
          vary: { 'training.rate': [0.1, 0.2] },
        }),
      ),
    );
  });
});

describe('differences', () => {
  it('are none of an experiment with itself, and exchange their sides', () => {
    fc.assert(
      fc.property(experimentArbitrary, experimentArbitrary, (a, b) => {
        assert.deepEqual(differencesOf(a, a), []);
        const turned = differencesOf(b, a).map(({ path, a: from, b: to, shapes }) => ({
          path,
          a: to,
          b: from,
          shapes,
        }));
        const byPath = (x: { path: string }, y: { path: string }): number => (x.path < y.path ? -1 : 1);
        assert.deepEqual([...turned].sort(byPath), [...differencesOf(a, b)].sort(byPath));
      }),
      { numRuns: 50 },
    );
  });

  it('name the path, both values, and whether the result changes', () => {
    const other = { ...withTraining(linear, { batch: 16 }), name: 'other' };
    assert.deepEqual(differencesOf(linear, other), [
      { path: 'name', a: 'tetrominoes/nwm-linear', b: 'other', shapes: false },
      { path: 'training.batch', a: '64', b: '16', shapes: true },
    ]);
    assert.deepEqual(dataDifferences({ a: 1 }, { b: 1 }), [
      { path: 'a', a: '1', b: undefined, shapes: true },
      { path: 'b', a: undefined, b: '1', shapes: true },
    ]);
  });

  it('leave the runs shared whose results they do not change', () => {
    fc.assert(
      fc.property(experimentArbitrary, experimentArbitrary, (a, { name, seeds, scores, outputs }) => {
        const b = { ...a, name, seeds, scores, outputs };
        const { shared, onlyA, onlyB } = sharedRuns(sweepOf(a), sweepOf(b));
        const both = a.seeds.filter((seed) => seeds.includes(seed));
        assert.deepEqual(
          shared.map(({ seed }) => seed),
          both,
        );
        assert.equal(onlyA.length, a.seeds.length - both.length);
        assert.equal(onlyB.length, seeds.length - both.length);
        const changed = withTraining(b, { batch: a.training.batch + 1 });
        assert.equal(sharedRuns(sweepOf(a), sweepOf(changed)).shared.length, 0);
      }),
      { numRuns: 50 },
    );
  });
});
