/** What an axis says of an experiment, where a folder stands on the axis: relative there, whole in the experiment. */

import assert from 'node:assert/strict';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { isHeldAxis } from '../../../src/experiments/sweep/check-axes.js';
import { right } from '../../support/either.js';

describe('an axis of folders', () => {
  const on = (folder: string) => {
    const read = decodeExperiment({ name: 'mine', task: { name: 'npy', folder }, model: { name: 'nwm' } });
    return right(read);
  };

  for (const [whole, label] of [
    ['/data/plain', './plain'],
    ['/data/plain', 'more/../plain'],
    ['C:\\data\\plain', './plain'],
    ['C:\\data\\plain', '.\\plain'],
  ])
    it(`${whole} is what ${label} says`, () => {
      assert.equal(isHeldAxis(on(whole), 'task.folder', label), true);
      assert.equal(isHeldAxis(on(whole), 'task.folder', './other'), false);
    });
});
