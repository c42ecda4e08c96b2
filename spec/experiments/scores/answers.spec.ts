/** Answers in numbers, beside slow counts of the same. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addClassAnswers,
  addNumberAnswers,
  calibrationError,
  classAnswers,
  hardBins,
  noClassAnswers,
  noNumberAnswers,
  numberAnswers,
  shareRight,
} from '../../../src/experiments/scores/answers.js';

describe('answers', () => {
  it('of classes count every place once, by its true class and its answer, and bin it by how sure the answer is', () => {
    const sums = noClassAnswers(3);
    // right and sure; wrong; not asked for; equal logits go to the first class
    const logits = [10, 0, 0, 0, 2, 0, 9, 9, 9, 0, 0, 0];
    addClassAnswers(sums, logits, [0, 2, -1, 0]);
    const found = classAnswers(sums, ['a', 'b', 'c']);
    assert.deepEqual(found.confusion, [
      [2, 0, 0],
      [0, 0, 0],
      [0, 1, 0],
    ]);
    assert.equal(shareRight(found), 2 / 3);
    const sure = [1 / 3, Math.exp(2) / (Math.exp(2) + 2), 1 / (1 + 2 * Math.exp(-10))];
    assert.deepEqual(
      found.calibration.map(({ count, right }) => [count, right]),
      [
        [1, 1],
        [1, 0],
        [1, 1],
      ],
    );
    const off = (Math.abs(sure[0] - 1) + sure[1] + Math.abs(sure[2] - 1)) / 3;
    assert.ok(Math.abs(calibrationError(found) - off) < 1e-12);
    assert.equal(shareRight(classAnswers(noClassAnswers(2), ['a', 'b'])), null);
  });

  it('of numbers have the error and the explained share of their definitions, and pairs over all of them', () => {
    const pair = fc.tuple(
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.double({ min: -5, max: 5, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 40 }), (pairs) => {
        const [truth, given] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const sums = noNumberAnswers(pairs.length);
        addNumberAnswers(sums, given, truth);
        const found = numberAnswers(sums);
        assert.deepEqual(found?.pairs, pairs);
        const mean = truth.reduce((a, b) => a + b, 0) / truth.length;
        const about = truth.reduce((sum, x) => sum + (x - mean) ** 2, 0);
        const off = pairs.reduce((sum, [x, y]) => sum + (x - y) ** 2, 0);
        if (about > 1e-6)
          assert.ok(Math.abs((found?.explained ?? 0) - (1 - off / about)) < 1e-6 * (1 + off / about));
      }),
    );
    const thinned = noNumberAnswers(6000);
    addNumberAnswers(thinned, new Float32Array(6000), new Float32Array(6000), (at) => at % 2 === 0);
    assert.equal(numberAnswers(thinned)?.count, 3000);
    assert.equal(numberAnswers(thinned)?.pairs.length, 750);
    assert.equal(numberAnswers(thinned)?.explained, null);
    assert.equal(numberAnswers(noNumberAnswers(3)), null);
  });

  it('by difficulty keep equal ones together, lose no sample, and have the mean and its standard error', () => {
    const graded = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(graded, { minLength: 1, maxLength: 80 }), (samples) => {
        const bins = hardBins(samples);
        assert.equal(
          bins.reduce((sum, { count }) => sum + count, 0),
          samples.length,
        );
        for (const [i, bin] of bins.entries()) {
          assert.ok(i === 0 || bin.from > bins[i - 1].to);
          const own = samples.filter(([at]) => at >= bin.from && at <= bin.to).map(([, score]) => score);
          assert.equal(own.length, bin.count);
          assert.ok(Math.abs(own.reduce((a, b) => a + b, 0) / own.length - bin.mean) < 1e-12);
        }
        assert.ok(bins.length <= 11);
      }),
    );
    const [one] = hardBins([
      [2, 0],
      [2, 1],
    ]);
    assert.equal(one.error, Math.sqrt(0.5 / 2));
  });
});
