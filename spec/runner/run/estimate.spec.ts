/** How long a training takes: arithmetic that is counted, and a probe that ends. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { openEngine } from '../../../src/engine/index.js';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { programFor } from '../../../src/experiments/model.js';
import { measureSpeed, runFlops } from '../../../src/runner/run/estimate.js';

const sizes = { height: 16, width: 16, channels: 1, classes: 7 };
const experiment = (model: object, epochs = 2) => {
  const read = decodeExperiment({
    name: 'mine',
    task: { name: 'polygons', size: 16, minRadius: 3, maxRadius: 4 },
    model,
    training: { batch: 8, epochs },
  });
  assert.ok(E.isRight(read), JSON.stringify(read));
  return read.right;
};
const nwm = (steps: number) => ({ name: 'nwm', mid: 4, channels: 2, steps, hidden: [4] });
const programOf = (model: object) => {
  const made = programFor(experiment(model).model, 'pixel', sizes);
  assert.ok(E.isRight(made));
  return made.right;
};

describe('the estimate of a run', () => {
  const counts = { train: 64, validation: 8, test: 8 };

  it('counts epochs, whole batches, validation and test', () => {
    const program = programOf(nwm(6));
    const flops = (epochs: number, more = {}) =>
      runFlops(experiment(nwm(6), epochs), program, { ...counts, ...more });
    const test = flops(1, { train: 0, validation: 0 });
    assert.ok(test > 0);
    assert.equal(flops(2) - test, 2 * (flops(1) - test));
    // The rest of a batch is dropped.
    assert.equal(flops(1, { train: 71 }), flops(1));
    assert.ok(flops(1, { train: 72 }) > flops(1));
    assert.equal(flops(1, { train: 0, validation: 0, test: 16 }), 2 * test);
  });

  it('grows with the work of the model', () => {
    const of = (steps: number) => runFlops(experiment(nwm(steps)), programOf(nwm(steps)), counts);
    assert.ok(of(12) > of(6));
  });

  it('measures with a probe that ends, at any size, and leaves a speed', async () => {
    const engine = await openEngine('cpu')();
    assert.ok(E.isRight(engine));
    let now = 0;
    const speed = await measureSpeed(experiment(nwm(6)), sizes, engine.right, () => ++now)();
    assert.ok(E.isRight(speed), JSON.stringify(speed));
    assert.ok(speed.right.flopsPerSecond > 0 && speed.right.seconds > 0);
  });

  it('refuses a program that does not fit the task, as the run does', async () => {
    const engine = await openEngine('cpu')();
    assert.ok(E.isRight(engine));
    const other = { name: 'program', graph: programOf(nwm(2)).graph };
    const wrong = await measureSpeed(experiment(other), { ...sizes, classes: 3 }, engine.right, () => 0)();
    assert.ok(E.isLeft(wrong) && wrong.left._tag === 'DecodeError', JSON.stringify(wrong));
  });
});
