import { strictEqual } from 'node:assert/strict';
import { count, duration, percent, plural, scoreText } from '../../../src/report/page/numbers.js';

describe('report/page/numbers', () => {
  it('writes durations in the two largest units', () => {
    strictEqual(duration(8.24), '8.2 s');
    strictEqual(duration(59.6), '1 min 0 s');
    strictEqual(duration(221), '3 min 41 s');
    strictEqual(duration(3599.7), '1 h 0 min');
    strictEqual(duration(7500), '2 h 5 min');
    strictEqual(duration(Number.NaN), '–');
  });

  it('writes scores, shares and counts', () => {
    strictEqual(scoreText(0.57149), '0.571');
    strictEqual(scoreText(null), '–');
    strictEqual(scoreText(Number.NaN), '–');
    strictEqual(percent(0.7834), '78.3 %');
    strictEqual(count(159524), '159,524');
    strictEqual(plural(1, 'epoch'), '1 epoch');
    strictEqual(plural(25, 'epoch'), '25 epochs');
  });
});
