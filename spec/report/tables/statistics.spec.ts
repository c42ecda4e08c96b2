import assert from 'node:assert/strict';
import fc from 'fast-check';
import { difference, summarise } from '../../../src/report/tables/index.js';

const near = (a: number, b: number, limit = 1e-9): void =>
  assert.ok(Math.abs(a - b) <= limit * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

describe('summaries', () => {
  it('agree with the published spread of four seeds of ten at 1', () => {
    const summary = summarise([1, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
    assert.equal(summary?.mean, 0.4);
    assert.equal(summary?.sd?.toFixed(2), '0.52');
    assert.equal(summary?.median, 0);
  });

  it('of one value have no spread, of none are nothing', () => {
    assert.deepEqual(summarise([0.5]), { count: 1, mean: 0.5, sd: null, min: 0.5, median: 0.5, max: 0.5 });
    assert.equal(summarise([]), null);
  });

  // without -0, which no order tells from 0
  const value = fc.double({ min: -10, max: 10, noNaN: true }).map((x) => x + 0);
  const values = fc.array(value, { minLength: 2, maxLength: 30 });

  it('do not depend on the order; min <= median, mean <= max; half of the values on each side', () => {
    fc.assert(
      fc.property(values, (xs) => {
        const s = summarise(xs);
        assert.ok(s !== null && s.sd !== null);
        assert.deepEqual(summarise([...xs].reverse()), s);
        assert.ok(s.min <= s.median && s.median <= s.max);
        assert.ok(s.min - 1e-12 <= s.mean && s.mean <= s.max + 1e-12);
        assert.ok(xs.filter((x) => x <= s.median).length * 2 >= xs.length);
        assert.ok(xs.filter((x) => x >= s.median).length * 2 >= xs.length);
      }),
    );
  });

  it('move with a shift and grow with a scale', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -5, max: 5 }), (xs, shift) => {
        const [s, moved, scaled] = [
          summarise(xs),
          summarise(xs.map((x) => x + shift)),
          summarise(xs.map((x) => 3 * x)),
        ];
        near(moved?.mean ?? Number.NaN, (s?.mean ?? Number.NaN) + shift);
        near(moved?.sd ?? Number.NaN, s?.sd ?? Number.NaN);
        near(scaled?.sd ?? Number.NaN, 3 * (s?.sd ?? Number.NaN));
      }),
    );
  });
});

describe('the difference to the published mean', () => {
  it('is over the error of both means', () => {
    const found = difference({ mean: 0.9, sd: 0.04, runs: 10 }, { count: 3, mean: 0.8, sd: 0.06 });
    near(found.value, -0.1 / Math.sqrt(0.04 ** 2 / 10 + 0.06 ** 2 / 3));
    assert.equal(found.borrowed, false);
  });

  it('takes no spread for less than .005', () => {
    const found = difference({ mean: 0.99, sd: 0, runs: 10 }, { count: 2, mean: 1, sd: 0.001 });
    near(found.value, 0.01 / Math.sqrt(0.005 ** 2 / 10 + 0.005 ** 2 / 2));
  });

  it('of a single run borrows the published spread, and says so', () => {
    const found = difference({ mean: 0.9, sd: 0.04, runs: 10 }, { count: 1, mean: 0.8, sd: null });
    near(found.value, -0.1 / (0.04 * Math.sqrt(1 / 10 + 1)));
    assert.equal(found.borrowed, true);
  });
});
