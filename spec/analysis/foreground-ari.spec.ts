/** The adjusted Rand index: against the definition pair by pair, and against its mean over all ways to name. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foregroundAri } from '../../src/analysis/foreground-ari.js';
import { stream } from '../../src/base/random.js';

/** Pair by pair: of what both, one and none hold together. */
const byPairs = (a: readonly number[], b: readonly number[]): number => {
  let [both, first, second, neither] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const [x, y] = [a[i] === a[j], b[i] === b[j]];
      if (x && y) both++;
      else if (x) first++;
      else if (y) second++;
      else neither++;
    }
  const below = (both + first) * (first + neither) + (both + second) * (second + neither);
  return below === 0 ? 1 : (2 * (both * neither - first * second)) / below;
};

describe('the adjusted Rand index of the foreground', () => {
  const groups = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 2, maxLength: 30 });

  it('is that of pairs, over the places that count, whatever groups are called', () =>
    fc.assert(
      fc.property(groups, (drawn) => {
        const [found, objects] = [drawn.map(([a]) => a), drawn.map(([, b]) => b)];
        const kept = drawn.filter(([, b]) => b > 0);
        const right = byPairs(
          kept.map(([a]) => a),
          kept.map(([, b]) => b),
        );
        assert.ok(Math.abs(foregroundAri(found, objects) - right) < 1e-12);
        const renamed = found.map((a) => 17 - 5 * a);
        assert.equal(foregroundAri(renamed, objects), foregroundAri(found, objects));
        assert.equal(foregroundAri(objects, objects), 1);
      }),
    ));

  it('is 1 where there is nothing to tell apart: one group, each place alone, or fewer than two places', () => {
    for (const groups of [[4, 4, 4], [1, 2, 3], [2], []]) assert.equal(foregroundAri(groups, groups), 1);
    assert.equal(foregroundAri([5, 6, 7], [1, 2, 0]), 1);
    assert.equal(foregroundAri([5, 5, 7], [1, 2, 0]), 0);
  });

  it('is 0 in the mean for groups that say nothing of the objects', () => {
    const objects = Array.from({ length: 40 }, (_, i) => 1 + (i % 3));
    const random = stream(0, 'foreground-ari');
    const scores = Array.from({ length: 2000 }, () => foregroundAri(random.shuffle(objects), objects));
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    assert.ok(Math.abs(mean) < 4e-3, `${mean}`);
  });
});
