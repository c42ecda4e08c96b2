/** Workers that share a batch: the bits of one, and no old weights where a load failed. */

import assert from 'node:assert/strict';
import { canShare, sessionOfHelpers } from '../../../src/browser/served/helpers.js';
import { openSession } from '../../../src/browser/served/programs.js';
import { openTraining } from '../../../src/browser/served/trainings.js';
import { initialParameters } from '../../../src/compile/parameters.js';
import { openSessions } from '../../../src/compile/tfjs/session/share.js';
import { nwm } from '../../../src/models/nwm.js';
import { right } from '../../support/either.js';
import { threadHere } from '../thread-here.js';

const size = 4;
const made = nwm({
  height: size,
  width: size,
  input: 1,
  mid: 2,
  channels: 1,
  steps: 3,
  dt: 0.1,
  readout: 'linear',
  hidden: [2],
  classes: 2,
});
const count = 3;
const batch = {
  count,
  inputs: { image: Float32Array.from({ length: count * size * size }, (_, i) => (i % 7) / 7) },
  labels: Uint8Array.from({ length: count * size * size }, (_, i) => i % 2),
};
const [first, second] = [0, 1].map((seed) => initialParameters(made.graph, seed));

/** With something under the name `Worker`, which is not called. */
const withWorkers = (value: unknown, work: () => void): void => {
  Reflect.set(globalThis, 'Worker', value);
  try {
    work();
  } finally {
    Reflect.deleteProperty(globalThis, 'Worker');
  }
};

describe('helpers', () => {
  it('compute a batch with what was loaded last, to the bits of one thread', async () => {
    const alone = right(openSession(made, first, 'nothing')).session;
    const shared = sessionOfHelpers(made, first, { count: 2, start: () => threadHere() });
    for (const session of [alone, shared]) session.load(second);
    assert.deepEqual(await shared.gradients(batch, [2, 1]), await alone.gradients(batch, [2, 1]));
    assert.deepEqual(
      await shared.infer(batch, ['logits'], { microBatches: [1, 2] }),
      await alone.infer(batch, ['logits'], { microBatches: [1, 2] }),
    );
    for (const session of [alone, shared]) session.close();
  });

  it('do not go on with old weights where a load fails', async () => {
    const sentence = 'its memory was full';
    let started = 0;
    const session = sessionOfHelpers(made, first, {
      count: 2,
      start: () => threadHere(started++ === 0 ? undefined : { name: 'load', sentence }),
    });
    await session.gradients(batch, [2, 1]);
    session.load(second);
    await assert.rejects(session.gradients(batch, [2, 1]), new RegExp(sentence));
    await assert.rejects(session.infer(batch, ['logits'], { microBatches: [2, 1] }), new RegExp(sentence));
    session.close();
  });

  it('are not asked where a thread can start no other', () => {
    assert.equal(canShare(), false);
    withWorkers(class {}, () => assert.equal(canShare(), true));
  });

  it('leave no session open but their own', () => {
    const experiment = {
      name: 'page/tetrominoes',
      task: { name: 'tetrominoes', size: 13, cell: 2, maxPieces: 2, train: 10, validation: 3, test: 3 },
      model: { name: 'nwm', mid: 3, steps: 4, hidden: [4] },
      training: { batch: 4, rate: 0.01, epochs: 1 },
    };
    const before = openSessions();
    withWorkers(class {}, () => {
      const training = right(openTraining(experiment, 0, { count: 2, start: () => threadHere() }));
      assert.equal(training.workers, 2);
      assert.equal(openSessions(), before + 1);
      training.session.close();
    });
    assert.equal(openSessions(), before);
  });
});
