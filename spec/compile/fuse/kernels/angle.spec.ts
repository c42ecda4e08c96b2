/** Angles of pairs of numbers at every scale, and what they owe. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { computeStep as compute } from './compute-step.js';

describe('angles of pairs', () => {
  const angle = (x: number, y: number): number =>
    compute({ op: 'zip', fn: 'atan2', of: 1, with: 2 }, [0, x, y]);
  const owed = (slope: number, x: number, y: number): number =>
    compute({ op: 'angleVjp', cotangent: 0, of: 1, with: 2 }, [slope, x, y]);

  const sized = fc.double({ min: 0.5, max: 1, noNaN: true });
  const part = fc.tuple(
    fc.oneof(
      sized,
      sized.map((x) => -x),
      fc.constant(0),
    ),
    fc.integer({ min: -60, max: 60 }),
  );

  it('are right in every octant, to 4 units in the last place', () => {
    fc.assert(
      fc.property(part, part, ([p, i], [q, j]) => {
        const [x, y] = [Math.fround(p * 2 ** i), Math.fround(q * 2 ** j)];
        const right = Math.atan2(x, y);
        assert.ok(
          Math.abs(angle(x, y) - right) <= 2 ** -21.5 * Math.abs(right) + 2 ** -148,
          `the angle of ${y}, ${x} is ${angle(x, y)}, not ${right}`,
        );
        const slope = x === 0 && y === 0 ? 0 : (0.5 * x) / (x * x + y * y);
        assert.ok(Math.abs(owed(0.5, x, y) - slope) <= 2 ** -21 * Math.abs(slope) + 2 ** -140);
      }),
      { numRuns: 3000 },
    );
  });

  it('are those of IEEE 754 of zeros and infinities', () => {
    const special = [0, -0, 1, -1, Infinity, -Infinity];
    for (const x of special)
      for (const y of special) {
        const right = Math.fround(Math.atan2(x, y));
        const found = angle(x, y);
        assert.ok(Math.abs(found - right) <= 3e-7, `the angle of ${y}, ${x} is ${found}, not ${right}`);
        assert.equal(Math.sign(1 / found), Math.sign(1 / right), `the sign of the angle of ${y}, ${x}`);
      }
    for (const [x, y] of [
      [NaN, 1],
      [1, NaN],
    ])
      assert.ok(Number.isNaN(angle(x, y)) && Number.isNaN(owed(1, x, y)));
    assert.equal(owed(1, 0, 0), 0);
  });
});
