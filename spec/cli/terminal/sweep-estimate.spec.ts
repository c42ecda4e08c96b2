/** The time that a sweep will still take. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { estimate } from '../../../src/cli/terminal/sweep-estimate.js';
import { experimentNamed } from '../../../src/experiments/catalogue.js';
import type { Assignment } from '../../../src/runner/sweep/plan.js';
import type { SweepEvent } from '../../../src/runner/sweep/run.js';

const runOf = (index: number, experiment: string, work = 1): Assignment => {
  const found = experimentNamed(experiment, 'small');
  assert.ok(E.isRight(found));
  const member = { axes: {}, experiment: found.right };
  return { index, member, name: experiment, seed: index, folder: null, result: null, work };
};
const step = (run: Assignment, done: number): SweepEvent => ({
  kind: 'news',
  run,
  news: { kind: 'step', epoch: 1, done, total: 100, loss: 1, samplesPerSecond: 1, secondsLeft: 9 },
});
const end = (run: Assignment, before = false): SweepEvent => ({
  kind: 'end',
  run,
  outcome: { kind: 'finished', folder: 'x', before, foregroundIou: null },
});

describe('the time left of a sweep', () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
  });
  const begun = (plan: readonly Assignment[]) => {
    const guess = estimate(() => now);
    guess.see({ kind: 'plan', plan, engine: 'wasm' });
    return guess;
  };
  const [first, second] = [0, 1].map((seed) => runOf(seed, 'tetrominoes/nwm-linear'));

  it('is judged by what was done since it began', () => {
    const guess = begun([first, second]);
    assert.deepEqual([guess.total(), guess.share(), guess.secondsLeft()], [2, 0, null]);
    guess.see(step(first, 0));
    now = 10;
    guess.see(step(first, 50));
    assert.equal(guess.share(), 0.25);
    assert.equal(guess.secondsLeft(), 30);
    now = 22;
    guess.see(end(first));
    assert.deepEqual([guess.finished(), guess.share(), guess.secondsLeft()], [1, 0.5, 22]);
  });

  it('takes each kind of network at its own speed', () => {
    const [slow, slower] = [0, 1].map((seed) => runOf(seed, 'multi-mnist/unet-2'));
    const guess = begun([first, slow, slower]);
    guess.see(step(first, 0));
    now = 10;
    guess.see(end(first));
    // nothing is known of the U-Nets yet: they are taken for as fast as what ran
    assert.equal(guess.secondsLeft(), 20);
    guess.see(step(slow, 0));
    now = 60;
    guess.see(step(slow, 50));
    assert.equal(guess.secondsLeft(), 50 + 100);
  });

  it('counts what a resumed run did before as done, and not as speed', () => {
    const guess = begun([first]);
    guess.see(step(first, 80));
    now = 10;
    guess.see(step(first, 90));
    assert.equal(guess.secondsLeft(), 10);
  });

  it('shares the work among the runs that go on at once, and is at least the longest of them', () => {
    const all = [...Array(4).keys()].map((seed) => runOf(seed, 'tetrominoes/cnn-2'));
    const guess = begun(all);
    for (const run of all.slice(0, 2)) guess.see(step(run, 0));
    now = 10;
    for (const run of all.slice(0, 2)) guess.see(step(run, 50));
    assert.equal(guess.secondsLeft(), (10 + 10 + 20 + 20) / 2);
    const large = runOf(4, 'tetrominoes/cnn-4', 100);
    const uneven = begun([all[0], all[1], large]);
    now = 0;
    for (const run of all.slice(0, 2)) uneven.see(step(run, 0));
    now = 10;
    for (const run of all.slice(0, 2)) uneven.see(end(run));
    assert.equal(uneven.secondsLeft(), 1000);
  });
});
