/** What experiments are called beside each other. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { dense, hashProgram, parametersOf, program, scale, volume } from '../../src/dsl/index.js';
import { experimentNamed } from '../../src/experiments/catalogue.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import { identityOf } from '../../src/experiments/identity.js';
import {
  experimentLabels,
  labelsOf,
  longestLabel,
  memberName,
  settingsText,
} from '../../src/experiments/label.js';
import { programFor } from '../../src/experiments/model.js';
import { decodeAnySweep } from '../../src/experiments/sweep/grid.js';
import { type Axes, runsOf, type Sweep } from '../../src/experiments/sweep/sweep.js';
import { sweepNamed } from '../../src/experiments/sweep/sweeps.js';
import { right } from '../support/either.js';

const mine: Experiment = { ...right(experimentNamed('tetrominoes/nwm-linear', 'small')), name: 'mine' };
const names = (sweep: Sweep): readonly string[] => sweep.members.map(memberName(sweep));
const swept = (value: object): readonly string[] => names(right(decodeAnySweep({ name: 'mine', ...value })));
const along = (...axes: readonly Axes[]): readonly string[] =>
  labelsOf(axes.map((one) => ({ axes: one, experiment: mine }))).map(({ name }) => name);

const cnn = (hidden: number) =>
  right(
    programFor({ name: 'cnn', layers: hidden, channels: 4, mid: 4, features: 4, hidden: [4] }, 'pixel', {
      height: 8,
      width: 8,
      channels: 1,
      classes: 2,
    }),
  );

describe('the labels of experiments', () => {
  it('are names where those are alone', () => {
    const found = right(sweepNamed('paper/tetrominoes'));
    assert.deepEqual(
      names(found),
      found.members.map(({ experiment }) => experiment.name),
    );
  });

  it('say what differs along the axes, and nothing that is the same everywhere', () => {
    assert.deepEqual(
      along(
        { 'model.readout': 'fft', 'training.rate': 0.001, 'task.size': 8, 'crop.size': 4 },
        { 'model.readout': 'fft', 'training.rate': 0.01, 'task.size': 9, 'crop.size': 5 },
      ),
      ['mine (rate 0.001, task.size 8, crop.size 4)', 'mine (rate 0.01, task.size 9, crop.size 5)'],
    );
  });

  it('have values as people write them', () => {
    assert.deepEqual(along({ 'model.hidden': '[16,16]' }, { 'model.hidden': '[16]' }), [
      'mine (hidden [16, 16])',
      'mine (hidden [16])',
    ]);
    assert.deepEqual(along({ 'training.patience': 'null' }, { 'training.patience': 5 }), [
      'mine (patience null)',
      'mine (patience 5)',
    ]);
    assert.deepEqual(along({ 'training.rate': 0.001 }, { 'training.rate': 1e-7 }), [
      'mine (rate 0.001)',
      'mine (rate 1e-7)',
    ]);
    assert.deepEqual(
      along(
        { 'task.folder': '/somewhere/far/day/plain' },
        { 'task.folder': '/somewhere/far/night/plain' },
        { 'task.folder': '/somewhere/far/snow/' },
      ),
      ['mine (folder day/plain)', 'mine (folder night/plain)', 'mine (folder snow)'],
    );
  });

  it('say of tasks and models written out only what differs', () => {
    const task = (size: number) => JSON.stringify({ name: 'polygons', size, sides: [3, 4] });
    assert.deepEqual(along({ task: task(16) }, { task: task(20) }), ['mine (size 16)', 'mine (size 20)']);
    assert.deepEqual(
      along({ task: task(16) }, { task: JSON.stringify({ name: 'tetrominoes', cell: 3, size: 16 }) }),
      ['mine (task polygons)', 'mine (task tetrominoes)'],
    );
  });

  it('are never the JSON of a program, in axes as in experiments', () => {
    const [one, other] = [cnn(2), cnn(3)];
    const text = (p: typeof one): string => JSON.stringify(p.graph);
    const numbers = (p: typeof one): number =>
      parametersOf(p.graph).reduce((sum, { shape }) => sum + volume(shape), 0);
    const named = (p: typeof one): string => `mine (program encoder+expansion+…, ${numbers(p)} numbers)`;
    const model = ({ graph }: typeof one) => ({ ...mine, model: { name: 'program' as const, graph } });
    const wanted = [named(one), named(other)];
    assert.deepEqual(
      labelsOf([one, other].map((p) => ({ axes: { model: text(p) }, experiment: model(p) }))).map(
        ({ name }) => name,
      ),
      wanted,
    );
    assert.deepEqual(along({ model: text(one) }, { model: text(other) }), wanted);
    assert.deepEqual(
      experimentLabels([model(one), model(other)]).map(({ name }) => name),
      wanted,
    );
    assert.ok(settingsText({ model: one.graph, rate: 0.1 }).length < 60);
  });

  it('tell programs of the same layers and sizes by their hashes', () => {
    const [slow, fast] = [0.1, 0.2].map((by) =>
      program({ x: [4] }, ({ x }) => ({ y: scale(by, dense(3)(x)) })),
    );
    const model = ({ graph }: typeof slow) => ({ ...mine, model: { name: 'program' as const, graph } });
    assert.deepEqual(
      experimentLabels([slow, fast].map(model)).map(({ name }) => name),
      [slow, fast].map((p) => `mine (program dense, 15 numbers, ${hashProgram(p).slice(0, 8)})`),
    );
  });

  it('are those that a person gave, with what differs where several have one', () => {
    const base = { experiment: 'tetrominoes/nwm-linear', preset: 'small' };
    const zipped = { 'training.rate': [0.001, 0.01], label: ['slow', 'fast'] };
    assert.deepEqual(swept({ ...base, zip: zipped }), ['slow', 'fast']);
    assert.deepEqual(swept({ ...base, label: 'NWM', vary: { 'training.rate': [0.001, 0.01] } }), [
      'NWM (rate 0.001)',
      'NWM (rate 0.01)',
    ]);
    assert.deepEqual(swept({ ...base, label: 'NWM' }), ['NWM']);
  });

  it('do not enter the identity, and are one line', () => {
    const read = (label: unknown) => decodeExperiment({ ...mine, label });
    const labelled = right(read('a label, with % & signs'));
    assert.equal(labelled.label, 'a label, with % & signs');
    const run = { program: 'p', seed: 0, engine: 'wasm' };
    assert.equal(identityOf(labelled, run), identityOf(mine, run));
    assert.ok(!Object.hasOwn(right(decodeExperiment(mine)), 'label'));
    for (const wrong of ['', 'two\nlines', 'x'.repeat(41), 7, ' a']) {
      const refused = read(wrong);
      assert.ok(E.isLeft(refused) && refused.left._tag === 'DecodeError');
      assert.match(refused.left.problems.join(), /^label: /);
    }
    const mistyped = decodeExperiment({ ...mine, lable: 'x' });
    assert.ok(E.isLeft(mistyped) && /did you mean 'label'/.test(JSON.stringify(mistyped.left)));
  });

  it('say what the values of masks mean as one setting, and only where it differs', () => {
    const task = (labels: object | null) =>
      right(
        decodeExperiment({
          name: 'mine',
          task: { name: 'png', folder: 'x', labels },
          model: { name: 'cnn' },
        }),
      );
    const [plain, named] = experimentLabels([task(null), task({ 0: 'a', 1: 'b', 2: 'c' })]);
    assert.deepEqual([plain.name, named.name], ['mine (labels null)', 'mine (labels {0 a, 1 b, 2 c})']);
  });

  it('call no number null', () => {
    assert.equal(settingsText({ 'training.rate': Number.NaN }), 'training.rate NaN');
    assert.equal(
      settingsText({ 'training.rate': -Infinity, 'training.clip': null }),
      'training.rate -Infinity, training.clip null',
    );
  });

  it('say nothing of settings that do nothing', () => {
    const decaying = (weightDecay: number, epochs: number): Experiment => ({
      ...mine,
      training: { ...mine.training, optimiser: 'adam', weightDecay, epochs },
    });
    assert.deepEqual(
      experimentLabels([decaying(0.5, 1), decaying(0.01, 2), decaying(0.01, 1)]).map(({ name }) => name),
      ['mine (epochs 1)', 'mine (epochs 2)', 'mine (epochs 1)'],
    );
  });

  it('tell experiments of one name apart that are no members, and are one where nothing differs', () => {
    const shorter = { ...mine, training: { ...mine.training, epochs: 3 } };
    const other = { ...mine, seeds: [7] };
    assert.deepEqual(
      experimentLabels([mine, shorter, other]).map(({ name }) => name),
      ['mine (epochs 20)', 'mine (epochs 3)', 'mine (epochs 20)'],
    );
  });

  it('are short and no two of a sweep alike, whatever varies', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.double({ noNaN: true }),
      fc.integer(),
      fc.boolean(),
      fc.json({ maxDepth: 3 }),
      fc.constant(`/a/${'b'.repeat(120)}`),
    );
    const axes = fc.dictionary(
      fc.constantFrom('model', 'training.rate', 'task.folder', 'a.b.rate', 'x'),
      value,
    );
    fc.assert(
      fc.property(
        fc.array(axes, { minLength: 1, maxLength: 8 }),
        fc.string({ minLength: 1, maxLength: 90 }),
        (all, name) => {
          const labels = labelsOf(all.map((one) => ({ axes: one, experiment: { ...mine, name } }))).map(
            (l) => l.name,
          );
          assert.equal(new Set(labels).size, labels.length);
          for (const label of labels) {
            assert.ok(Array.from(label).length <= longestLabel, label);
            assert.doesNotMatch(label, /[\p{Cc}\p{Cs}]/u);
          }
        },
      ),
      { seed: 20, numRuns: 300 },
    );
  });

  it('stay those of the members, through runs and files', () => {
    const sweep = right(
      decodeAnySweep({
        name: 'mine',
        experiment: { task: { name: 'polygons' }, model: { name: 'nwm' } },
        vary: { seeds: [[0], [0, 1]] },
      }),
    );
    const again = right(decodeAnySweep(JSON.parse(JSON.stringify(sweep))));
    assert.deepEqual(names(again), ['mine (seeds [0])', 'mine (seeds [0, 1])']);
    assert.equal(runsOf(again).length, 3);
  });
});
