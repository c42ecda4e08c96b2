/** Lengths of pairs of numbers at every scale, and what they owe. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type PointwiseStep, pointwiseGroup } from '../../../../src/compile/fuse/kernels/pointwise.js';
import { Arena } from '../../../../src/compile/fuse/memory/arena.js';

describe('lengths of pairs', () => {
  const machine = new Arena();
  const [d, a, b, to] = [0, 1, 2, 3].map(() => machine.allocate(16));
  const compute = (step: PointwiseStep, values: readonly number[]): number => {
    const operands = ['full', 'full', 'full'] as const;
    const group = { operands, steps: [step], results: [3] };
    for (const [i, at] of [d, a, b].entries()) machine.write(at, [values[i], 7, 7, 7]);
    machine.kernel(`pointwise ${JSON.stringify(group)}`, () => pointwiseGroup(group))(1, 1, 1, d, a, b, to);
    return machine.floats[to / 4];
  };
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
