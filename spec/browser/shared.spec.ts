/** The steps of a training, shared by several workers where the page is isolated: the bits of one. */

import assert from 'node:assert/strict';
import * as t from 'io-ts';
import { decodeWith } from '../../src/base/codec.js';
import { right } from '../support/either.js';
import { openPage } from './page.js';

const experiment = {
  name: 'page/tetrominoes',
  task: { name: 'tetrominoes', size: 13, cell: 2, maxPieces: 2, train: 10, validation: 3, test: 3 },
  model: { name: 'nwm', mid: 3, steps: 4, hidden: [4] },
  training: { batch: 4, rate: 0.01, epochs: 2 },
};

const page = `
  import { openWorker } from './src/browser/index.ts';
  const right = (found) => { if (found._tag === 'Left') throw new Error(found.left.sentence); return found.right; };
  window.trained = async (workers, changes = {}) => {
    const worker = openWorker({ workers });
    const training = right(await worker.training({ ...${JSON.stringify(experiment)}, ...changes }, 0));
    const heard = [];
    right(await training.train(({ kind, loss, validation }) => heard.push([kind, loss, validation])));
    const weights = right(await training.weights());
    worker.end();
    return { workers: training.workers, heard: JSON.stringify(heard),
      weights: JSON.stringify(Object.entries(weights).map(([name, values]) => [name, [...values]])) };
  };
  window.ready = true;
`;

const answer = t.type({ workers: t.number, heard: t.string, weights: t.string });

const inPage = async (isolated: boolean, calls: readonly string[]) => {
  const opened = await openPage(page, isolated);
  if (opened === undefined) return undefined;
  try {
    const found: t.TypeOf<typeof answer>[] = [];
    for (const call of calls) found.push(right(decodeWith(answer, call)(await opened.page.evaluate(call))));
    return found;
  } finally {
    await opened.close();
  }
};

describe('workers that share a training', function () {
  this.timeout(60_000);

  it('share memory in an isolated page, with the bits of one worker', async function () {
    const dice = `{ loss: { name: 'dice' } }`;
    const isolated = await inPage(true, [
      'trained(1)',
      'trained(16)',
      `trained(1, ${dice})`,
      `trained(2, ${dice})`,
    ]);
    if (isolated === undefined) return this.skip();
    assert.deepEqual(
      isolated.map(({ workers }) => workers),
      // a batch has two micro-batches
      [1, 2, 1, 2],
    );
    const [one, many, oneByDice, twoByDice] = isolated.map(({ heard, weights }) => ({ heard, weights }));
    assert.deepEqual(many, one);
    assert.deepEqual(twoByDice, oneByDice);
    assert.notEqual(oneByDice.weights, one.weights);
    const plain = await inPage(false, ['trained(2)']);
    assert.deepEqual(plain, [{ ...one, workers: 1 }]);
  });
});
