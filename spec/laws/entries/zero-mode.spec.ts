/** Law 10 with its formulas written out: what is uniform moves freely, unless something holds or damps it. */

import assert from 'node:assert/strict';
import { filled, followed, programOf, split, sum } from './follow.js';

const field = [4, 4, 1] as const;
const some = filled(field, (i) => Math.sin(1 + 2.3 * i));
const other = filled(field, (i) => Math.cos(3 * i));

describe('law 10: the zero mode', () => {
  const sums = (settings: Readonly<Record<string, unknown>>) => {
    const p = programOf('wave', { height: 4, width: 4, steps: 9, ...settings });
    const of = (output: string) => split(followed(p, { y: some, z: other }, output), 16).map(sum);
    return { y: of('y'), z: of('z') };
  };
  const bends = (values: readonly number[]): number =>
    Math.max(...values.slice(2).map((v, i) => Math.abs(v - 2 * values[i + 1] + values[i])));

  it('the sum of z stands, that of y is affine in time', () => {
    const { y, z } = sums({});
    assert.ok(Math.max(...z.map((v) => Math.abs(v - z[0]))) < 1e-12);
    assert.ok(bends(y) < 1e-12);
    assert.ok(Math.abs(y[1] - y[0] - 0.5 * z[0]) < 1e-12);
  });

  for (const settings of [{ omega: 0.1 }, { alpha: 0.1 }, { boundary: 'zero' }])
    it(`not so with ${JSON.stringify(settings)}`, () => {
      const { y, z } = sums(settings);
      assert.ok(Math.abs(z[8] - z[0]) > 1e-3 && bends(y) > 1e-3);
    });
});
