import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { fusionPlan } from '../../src/compile/index.js';
import { statedData } from '../../src/data/task.js';
import { hashProgram } from '../../src/dsl/index.js';
import { experimentNamed, experimentNames, presetNamed } from '../../src/experiments/catalogue.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import { identityOf } from '../../src/experiments/identity.js';
import { programFor } from '../../src/experiments/model.js';
import { presets } from '../../src/experiments/settings/presets.js';
import { zooDrafts } from '../../src/experiments/zoo.js';
import { right } from '../support/either.js';

const programOf = ({ model, task, loss }: Experiment) => {
  const shape = statedData(task);
  assert.ok(shape !== null);
  return right(programFor(model, loss, shape));
};

describe('the catalogue', () => {
  it('holds every run of the publication', () => {
    for (const task of ['tetrominoes', 'mnist']) {
      for (const readout of ['linear', 'fft', 'last', 'mean', 'max'])
        for (const model of ['nwm', 'lstm'])
          assert.ok(experimentNames.includes(`${task}/${model}-${readout}`));
      for (const layers of [2, 4, 8, 16, 32]) assert.ok(experimentNames.includes(`${task}/cnn-${layers}`));
    }
    for (const base of [2, 3, 4, 5]) assert.ok(experimentNames.includes(`multi-mnist/unet-${base}`));
    assert.ok(experimentNames.includes('multi-mnist/nwm-linear-smaller4'));
    assert.ok(experimentNames.includes('polygons/nwm-fft'));
  });

  it('has each of them at each preset, with a program that builds', () => {
    for (const name of experimentNames.filter((one) => !Object.hasOwn(zooDrafts, one)))
      for (const preset of presets) {
        const experiment = right(experimentNamed(name, preset));
        assert.equal(experiment.name, name);
        assert.ok('logits' in programOf(experiment).graph.outputs);
      }
  });

  it('has the networks of the zoo, each with a program that fits its task at each preset and is fused as a whole', () => {
    for (const name of Object.keys(zooDrafts)) {
      const [quick, small, full] = presets.map((preset) => right(experimentNamed(name, preset)));
      assert.equal(full.name, name);
      const program = programOf(full);
      assert.deepEqual(fusionPlan(program).leftOut, [], name);
      for (const { model, task } of [quick, small]) {
        assert.deepEqual(model, full.model, name);
        assert.deepEqual(statedData(task), statedData(full.task), name);
      }
    }
  });

  it('is as published at full size', () => {
    const { training, seeds, model, task } = right(experimentNamed('tetrominoes/nwm-linear', 'full'));
    assert.deepEqual(
      { rate: training.rate, batch: training.batch, epochs: training.epochs, optimiser: training.optimiser },
      { rate: 1e-3, batch: 64, epochs: 300, optimiser: 'adam' },
    );
    assert.equal(seeds.length, 10);
    assert.ok(model.name === 'nwm' && model.steps === 100 && model.dt === 0.1 && model.channels === 2);
    assert.ok(task.name === 'tetrominoes' && task.size === 64 && task.train === 10_000);
  });

  it('names what is near when a name is unknown', () => {
    assert.deepEqual(
      presetNamed('quik'),
      E.left({ _tag: 'UnknownName', kind: 'preset', name: 'quik', known: presets }),
    );
    assert.ok(E.isLeft(experimentNamed('tetrominoes', 'quick')));
    assert.ok(E.isLeft(experimentNamed('constructor', 'quick')));
  });
});

describe('an experiment', () => {
  const quick = right(experimentNamed('tetrominoes/nwm-linear', 'quick'));

  it('comes back from its JSON, whatever the order of the keys', () => {
    const json: unknown = JSON.parse(JSON.stringify(quick));
    assert.deepEqual(decodeExperiment(json), E.right(quick));
    const turned = Object.fromEntries(Object.entries(quick).reverse());
    assert.deepEqual(decodeExperiment(turned), E.right(quick));
  });

  it('is identified by what shapes its result, and not by its name', () => {
    const hash = hashProgram(programOf(quick));
    const id = (e: Experiment, seed = 0, engine = 'wasm'): string =>
      identityOf(e, { program: hash, seed, engine });
    assert.equal(id({ ...quick, name: 'another' }), id(quick));
    assert.equal(id({ ...quick, seeds: [4, 5] }), id(quick));
    assert.notEqual(id(quick, 1), id(quick));
    assert.notEqual(id(quick, 0, 'cpu'), id(quick));
    assert.notEqual(id({ ...quick, training: { ...quick.training, rate: 0.002 } }), id(quick));
  });

  it('whose name leaves the runs folder is refused', () => {
    for (const name of ['../x', 'a/../../b', '/etc', 'a//b', '', '.'])
      assert.ok(E.isLeft(decodeExperiment({ ...quick, name })), name);
  });
});
