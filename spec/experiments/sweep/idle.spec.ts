/** Settings that do nothing: they are said, and what does something is not. */

import assert from 'node:assert/strict';
import { decodeExperiment, type Experiment } from '../../../src/experiments/experiment.js';
import { decodeAnySweep } from '../../../src/experiments/sweep/grid.js';
import { equalMembers, idleInValues, idleSettings, isWritten } from '../../../src/experiments/sweep/idle.js';
import { sweepOf } from '../../../src/experiments/sweep/sweep.js';
import { right } from '../../support/either.js';

const own = (parts: object): Experiment =>
  right(decodeExperiment({ name: 'own', task: { name: 'tetrominoes' }, model: { name: 'nwm' }, ...parts }));

describe('settings that do nothing', () => {
  const cases: readonly (readonly [object, string, RegExp])[] = [
    [{ training: { weightDecay: 0.1 } }, 'training.weightDecay', /only adamw has a weight decay/],
    [{ training: { tolerance: 0.1 } }, 'training.tolerance', /training.patience, which is not set/],
    [{ training: { minimumEpochs: 3 } }, 'training.minimumEpochs', /training.patience, which is not set/],
    [{ training: { patience: 5, epochs: 6 } }, 'training.patience', /ends by itself after 6 epochs/],
    [{ training: { patience: 5, minimumEpochs: 6 } }, 'training.minimumEpochs', /waits as long by itself/],
    [{ training: { rate: 0, schedule: 'cosine' } }, 'training.schedule', /no weight ever changes/],
    [{ model: { name: 'cnn', layers: 1, mid: 7 } }, 'model.mid', /one layer has no middle/],
    [{ model: { name: 'nwm', steps: 1, readout: 'mean' } }, 'model.readout', /are the same/],
    [{ loss: { name: 'focal', weights: [2, 2] } }, 'loss.weights', /equal weights are none/],
    [{ loss: { name: 'focal', gamma: 0 } }, 'loss.gamma', /is the cross-entropy/],
    [{ model: { name: 'unet' }, outputs: ['waves'] }, 'outputs', /a unet has no waves to draw/],
  ];

  it('are said, with their path and why, where they were written', () => {
    for (const [parts, path, says] of cases) {
      const said = idleSettings(own(parts), (one) => isWritten(parts, one));
      assert.equal(said.filter((one) => one.startsWith(`${path} does nothing here: `)).length, 1, path);
      assert.match(said.join(), says);
      assert.deepEqual(
        idleSettings(own(parts), () => false),
        [],
      );
    }
  });

  it('are none of those that do something', () => {
    const busy: readonly object[] = [
      { training: { optimiser: 'adamw', weightDecay: 0.1 } },
      { training: { patience: 5, tolerance: 0.1, minimumEpochs: 7, epochs: 20, schedule: 'cosine' } },
      { model: { name: 'cnn', layers: 2, mid: 7 } },
      { model: { name: 'nwm', steps: 1, readout: 'fft' }, outputs: ['waves', 'curves'] },
      { loss: { name: 'cross-entropy', weights: [1, 2] } },
    ];
    for (const parts of busy)
      assert.deepEqual(
        idleSettings(own(parts), () => true).filter((one) => isWritten(parts, one.split(' ')[0])),
        [],
      );
  });

  it('make members of a sweep equal, and these are named', () => {
    const sweep = (vary: object, training: object = {}) =>
      right(decodeAnySweep({ name: 's', experiment: { ...own({ training }) }, vary }));
    const [patience, ...others] = equalMembers(
      sweep({ 'training.patience': [null, 5], 'training.tolerance': [0.001, 0.01] }),
    );
    assert.deepEqual(others, []);
    assert.match(
      patience,
      /the same runs.*patience null, tolerance 0.001.*; .*patience null, tolerance 0.01/,
    );
    assert.equal(equalMembers(sweep({ 'training.weightDecay': [0.1, 0.2] })).length, 1);
    assert.equal(
      equalMembers(sweep({ 'training.weightDecay': [0.1, 0.2] }, { optimiser: 'adamw' })).length,
      0,
    );
    assert.equal(equalMembers(sweep({ 'training.rate': [0.1, 0.2] })).length, 0);
    const said = (vary: object): string => equalMembers(sweep(vary)).join('\n');
    assert.match(
      said({ 'model.hidden': ['linear', [256, 256, 256]] }),
      /^these members are the same runs, since what they differ in is one value in two spellings: [^\n]*$/,
    );
    assert.match(
      said({ 'loss.weights': [[], [1, 1, 1, 1, 1, 1], [1, 2, 1, 1, 1, 1]] }),
      /^these members have the same result, up to rounding, in runs of their own, [^\n]*weights \[\][^\n]*weights \[1, 1, 1[^\n]*$/,
    );
    assert.match(
      said({ loss: [{ name: 'focal', gamma: 0 }, 'cross-entropy', 'focal'] }),
      /^these members have the same result, up to rounding, in runs of their own, [^\n]*$/,
    );
    assert.equal(said({ loss: ['focal', 'cross-entropy', 'dice'] }), '');
  });

  it('are known from values alone: what is an axis, or not as it is by itself', () => {
    for (const [parts, path, says] of cases) {
      const said = idleInValues(sweepOf(own(parts)));
      // Outputs that a model does not have are asked for by default.
      if (path !== 'outputs') assert.match(said.join(), says, path);
    }
    for (const model of [{ name: 'nwm' }, { name: 'cnn' }, { name: 'unet' }])
      assert.deepEqual(idleInValues(sweepOf(own({ model }))), []);
    const { members } = right(
      decodeAnySweep({ name: 's', experiment: own({}), vary: { 'training.optimiser': ['adam', 'adamw'] } }),
    );
    const decaying = members.map(({ axes, experiment }) => ({
      axes,
      experiment: { ...experiment, training: { ...experiment.training, weightDecay: 0.5 } },
    }));
    assert.deepEqual(idleInValues({ name: 's', members: decaying }), [
      'in 1 of 2 members training.weightDecay does nothing here: only adamw has a weight decay',
    ]);
  });
});
