import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { canonical } from '../../../src/base/canonical.js';
import { presets, smaller } from '../../../src/experiments/settings/presets.js';
import {
  choiceOf,
  decodeSweep,
  joined,
  type Lens,
  type Member,
  mapSweep,
  named,
  runsOf,
  type Sweep,
  seedsAxis,
  smallerSweep,
  sweepOf,
  track,
  trainingAxis,
  vary,
  zip,
} from '../../../src/experiments/sweep/sweep.js';
import { sweepNamed, sweepNames } from '../../../src/experiments/sweep/sweeps.js';
import { experimentArbitrary } from '../../../src/laws/arbitraries/experiment.js';
import { right } from '../../support/either.js';

const rate = trainingAxis('rate');
const batch = trainingAxis('batch');
const rates = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });
const batches = fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { maxLength: 3 });
const anyPreset = fc.constantFrom(...presets);

/** Some experiments, each by itself. */
const anySweep: fc.Arbitrary<Sweep> = fc
  .uniqueArray(experimentArbitrary, { minLength: 1, maxLength: 3, selector: canonical })
  .map((experiments) => joined('some', ...experiments.map(sweepOf)));

const sorted = ({ members }: Sweep): readonly string[] => members.map(canonical).sort();

describe('axes of a sweep', () => {
  it('are lenses', () => {
    const lawful = <V extends number | string>(lens: Lens<V>, values: fc.Arbitrary<V>): void =>
      fc.assert(
        fc.property(experimentArbitrary, values, values, (e, v, w) => {
          assert.equal(lens.get(lens.set(v)(e)), v);
          assert.deepEqual(lens.set(w)(lens.set(v)(e)), lens.set(w)(e));
          const own = lens.get(e);
          if (own !== null) assert.deepEqual(lens.set(own)(e), e);
        }),
        { numRuns: 30 },
      );
    lawful(rate, fc.double({ min: 0, max: 1, noNaN: true }));
    lawful(batch, fc.integer({ min: 1, max: 64 }));
    lawful(trainingAxis('schedule'), fc.constantFrom('constant', 'cosine'));
  });
});

describe('sweeps', () => {
  it('vary as a grid: in any order the same members, each with what made it', () => {
    fc.assert(
      fc.property(anySweep, rates, batches, (sweep, xs, ys) => {
        const one = pipe(sweep, vary(rate, xs), vary(batch, ys));
        const other = pipe(sweep, vary(batch, ys), vary(rate, xs));
        assert.equal(one.members.length, sweep.members.length * xs.length * ys.length);
        assert.deepEqual(sorted(one), sorted(other));
        for (const { axes, experiment } of one.members) {
          assert.equal(axes.rate, experiment.training.rate);
          assert.equal(axes.batch, experiment.training.batch);
        }
      }),
    );
  });

  it('let the last value stand where an axis is varied twice', () => {
    fc.assert(
      fc.property(anySweep, batches, fc.integer({ min: 1, max: 9 }), (sweep, ys, y) => {
        fc.pre(ys.length > 0);
        const twice = pipe(sweep, vary(batch, [y]), vary(batch, ys));
        assert.deepEqual(twice, pipe(sweep, vary(batch, ys)));
      }),
    );
  });

  it('zip along the diagonal of the grid', () => {
    fc.assert(
      fc.property(anySweep, rates, batches, (sweep, xs, ys) => {
        const diagonal = pipe(sweep, zip(track(rate, xs), track(batch, ys)));
        const grid = new Set(sorted(pipe(sweep, vary(rate, xs), vary(batch, ys))));
        assert.equal(diagonal.members.length, sweep.members.length * Math.min(xs.length, ys.length));
        for (const member of sorted(diagonal)) assert.ok(grid.has(member));
        assert.deepEqual(pipe(sweep, zip(track(rate, xs))), pipe(sweep, vary(rate, xs)));
        assert.deepEqual(pipe(sweep, zip()), sweep);
      }),
    );
  });

  it('keep their members under any name, the last of which stands', () => {
    fc.assert(
      fc.property(anySweep, (sweep) => {
        assert.deepEqual(pipe(sweep, named('a'), named('b')), { ...sweep, name: 'b' });
      }),
    );
  });

  it('map as functors do', () => {
    fc.assert(
      fc.property(anySweep, anyPreset, (sweep, preset) => {
        const f = smaller(preset);
        const g = batch.set(3);
        assert.deepEqual(mapSweep((e) => e)(sweep), sweep);
        assert.deepEqual(mapSweep((e) => g(f(e)))(sweep), pipe(sweep, mapSweep(f), mapSweep(g)));
      }),
    );
  });

  it('become smaller once, and not at all at full size', () => {
    fc.assert(
      fc.property(anySweep, anyPreset, (sweep, preset) => {
        const small = smallerSweep(preset)(sweep);
        assert.deepEqual(smallerSweep(preset)(small), small);
        if (preset === 'full') assert.deepEqual(small, sweep);
        assert.deepEqual(decodeSweep(JSON.parse(JSON.stringify(small))), E.right(small));
      }),
    );
  });

  it('vary one by one when they are joined', () => {
    fc.assert(
      fc.property(anySweep, anySweep, rates, (a, b, xs) => {
        const along = vary(rate, xs);
        assert.deepEqual(along(joined('ab', a, b)), joined('ab', along(a), along(b)));
      }),
    );
  });

  it('vary along alternatives by their labels', () => {
    const sizes = choiceOf('size', { small: smaller('small'), full: smaller('full') });
    fc.assert(
      fc.property(experimentArbitrary, (e) => {
        const members: readonly Member[] = pipe(sweepOf(e), vary(sizes, ['small', 'full'])).members;
        assert.deepEqual(members, [
          { axes: { size: 'small' }, experiment: smaller('small')(e) },
          { axes: { size: 'full' }, experiment: e },
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it('run each member from each of its seeds, the first of all before the second of any', () => {
    fc.assert(
      fc.property(anySweep, (sweep) => {
        const runs = runsOf(sweep);
        const seeds = sweep.members.reduce((sum, { experiment }) => sum + experiment.seeds.length, 0);
        assert.equal(runs.length, seeds);
        const places = runs.map(({ member, seed }) => member.experiment.seeds.indexOf(seed));
        assert.deepEqual(
          places,
          [...places].sort((a, b) => a - b),
        );
      }),
    );
  });

  it('read from outside are refused with every problem and its path', () => {
    const e = right(sweepNamed('paper/multi-mnist')).members[0];
    assert.ok(E.isLeft(decodeSweep({ name: '../x', members: [] })));
    assert.ok(E.isLeft(decodeSweep({ name: 'x', members: [e, e] })));
    const refused = decodeSweep({
      name: 'x',
      members: [{ ...e, experiment: { ...e.experiment, seds: [] } }],
      mambers: 1,
    });
    assert.ok(E.isLeft(refused) && refused.left._tag === 'DecodeError');
    assert.equal(refused.left.problems.length, 2);
    assert.match(refused.left.problems.join('\n'), /members\.0\.experiment\.seds: .*did you mean 'seeds'/);
  });
});

describe('the catalogued sweeps', () => {
  it('come back from JSON, with members that differ along their axes', () => {
    for (const name of sweepNames) {
      const sweep = right(sweepNamed(name));
      assert.deepEqual(decodeSweep(JSON.parse(JSON.stringify(sweep))), E.right(sweep));
      assert.equal(new Set(sweep.members.map(({ axes }) => canonical(axes))).size, sweep.members.length);
    }
  });

  it('are the tables of the publication', () => {
    const sizes = sweepNames.map((name) => [name, right(sweepNamed(name)).members.length]);
    assert.deepEqual(Object.fromEntries(sizes), {
      'paper/tetrominoes': 15,
      'zoo/six-kinds': 30,
      'paper/mnist': 15,
      'paper/multi-mnist': 5,
      'paper/small': 35,
      'paper/small-first': 35,
    });
    assert.equal(runsOf(right(sweepNamed('paper/tetrominoes'))).length, 150);
    assert.equal(runsOf(right(sweepNamed('paper/multi-mnist'))).length, 60);
  });

  it('are small as the reduced paper says', () => {
    for (const { experiment } of right(sweepNamed('paper/small')).members) {
      const { task, model, training, seeds } = experiment;
      const of = { tetrominoes: [20, 8, 2000], mnist: [15, 16, 6000], 'multi-mnist': [12, 8, 4000] };
      assert.ok(task.name === 'tetrominoes' || task.name === 'mnist' || task.name === 'multi-mnist');
      assert.deepEqual([training.epochs, training.batch, task.train], of[task.name]);
      assert.equal(training.rate, model.name === 'cnn' ? 1e-3 : model.name === 'unet' ? 1e-2 : 3e-3);
      assert.equal(seeds.length, 3);
      if (task.name === 'tetrominoes') assert.deepEqual([task.size, task.cell], [40, 4]);
      if (task.name === 'mnist') assert.equal(task.size, 28);
      if (task.name === 'multi-mnist') assert.deepEqual([task.size, task.digitSize], [48, 16]);
      if (model.name === 'nwm') assert.equal(model.steps, task.name === 'tetrominoes' ? 50 : 40);
      if (model.name === 'conv-lstm') assert.equal(model.steps, 20);
    }
    const first = right(sweepNamed('paper/small-first'));
    assert.equal(runsOf(first).length, 35);
    assert.equal(
      pipe(first, mapSweep(trainingAxis('epochs').set(3))).members[0].experiment.training.epochs,
      3,
    );
  });

  it('name what is near when a name is unknown', () => {
    const refused = sweepNamed('paper/smal');
    assert.ok(E.isLeft(refused) && refused.left._tag === 'UnknownName');
    assert.deepEqual(sweepNamed(seedsAxis.name)._tag, 'Left');
  });
});
