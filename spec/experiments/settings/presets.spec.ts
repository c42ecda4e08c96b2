import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { experimentNamed, experimentNames } from '../../../src/experiments/catalogue.js';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import { presets, smaller } from '../../../src/experiments/settings/presets.js';
import { zooDrafts } from '../../../src/experiments/zoo.js';
import { experimentArbitrary } from '../../../src/laws/arbitraries/experiment.js';
import { right } from '../../support/either.js';

const named = (name: string): Experiment => {
  const found = experimentNamed(name, 'full');
  return right(found);
};
const published = fc.constantFrom(...experimentNames).map(named);
const any = fc.oneof(published, experimentArbitrary);

describe('presets', () => {
  it('taken twice are taken once, and full changes nothing', () => {
    fc.assert(
      fc.property(any, fc.constantFrom(...presets), (e, preset) => {
        const once = smaller(preset)(e);
        assert.deepEqual(smaller(preset)(once), once);
        assert.deepEqual(smaller('full')(e), e);
      }),
    );
  });

  it('give experiments that are valid and complete', () => {
    fc.assert(
      fc.property(published, fc.constantFrom(...presets), (e, preset) => {
        const small = smaller(preset)(e);
        assert.deepEqual(decodeExperiment(JSON.parse(JSON.stringify(small))), E.right(small));
      }),
    );
  });

  it('keep the task, the kind of model, its readout and what a person has in files', () => {
    fc.assert(
      fc.property(any, fc.constantFrom(...presets), (e, preset) => {
        const small = smaller(preset)(e);
        assert.equal(small.task.name, e.task.name);
        assert.equal(small.model.name, e.model.name);
        if ('readout' in e.model && 'readout' in small.model)
          assert.equal(small.model.readout, e.model.readout);
        if (e.task.name === 'npy' || e.task.name === 'png') assert.equal(small.task, e.task);
        if (e.model.name === 'program') assert.equal(small.model, e.model);
        assert.deepEqual([small.loss, small.scores, small.outputs], [e.loss, e.scores, e.outputs]);
      }),
    );
  });

  it('see fewer pixels the quicker they are', () => {
    const pixels = ({ task, training }: Experiment): number =>
      'size' in task ? task.size ** 2 * task.train * training.epochs : 0;
    // Those of the zoo are as small as a laptop takes.
    for (const name of experimentNames.filter((one) => !Object.hasOwn(zooDrafts, one))) {
      const [quick, small, full] = presets.map((preset) => pixels(smaller(preset)(named(name))));
      assert.ok(quick < small && small < full, `${name}: ${quick}, ${small}, ${full}`);
    }
  });
});
