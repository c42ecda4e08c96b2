/** Lengths of pairs of numbers at every scale, and what they owe. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { computeStep as compute } from './compute-step.js';

describe('lengths of pairs', () => {
  const length = (x: number, y: number): number =>
    compute({ op: 'zip', fn: 'length', of: 1, with: 2 }, [0, x, y]);
  const share = (slope: number, x: number, y: number): number =>
    compute({ op: 'lengthVjp', cotangent: 0, of: 1, with: 2 }, [slope, x, y]);

  const least = 2 ** -149;
  const part = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -148, max: 126 }));

  it('are right wherever they are a float', () => {
    fc.assert(
      fc.property(part, part, ([p, i], [q, j]) => {
        const [x, y] = [Math.fround(p * 2 ** i), Math.fround(q * 2 ** j)];
        const right = Math.hypot(x, y);
        assert.ok(
          Math.abs(length(x, y) - right) <= 2 ** -22 * right + least,
          `${length(x, y)}, not ${right}`,
        );
        const owed = right === 0 ? 0 : (0.5 * x) / right;
        assert.ok(Math.abs(share(0.5, x, y) - owed) <= 2 ** -22 * Math.abs(owed) + least);
      }),
      { numRuns: 3000 },
    );
  });

  it('owe nothing where they are 0, and are no number where a part is none', () => {
    assert.equal(length(0, -0), 0);
    assert.equal(share(1, 0, 0), 0);
    for (const [x, y] of [
      [NaN, 1],
      [1, NaN],
    ]) {
      assert.ok(Number.isNaN(length(x, y)));
      assert.ok(Number.isNaN(share(1, x, y)));
    }
    assert.equal(length(Infinity, 1), Infinity);
    assert.equal(length(1, -Infinity), Infinity);
  });
});
