import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import * as fc from 'fast-check';
import { countTicks, linearTicks, spread } from '../../src/report/axis.js';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('report/axis', () => {
  it('covers the range with evenly spaced round ticks', () => {
    deepStrictEqual(linearTicks(0, 0.83, 5), { domain: [0, 1], values: [0, 0.2, 0.4, 0.6, 0.8, 1] });
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(high - low > 1e-6);
        const { domain, values } = linearTicks(low, high, 5);
        const slack = 1e-6 * (high - low);
        ok(domain[0] <= low + slack && domain[1] >= high - slack);
        ok(values.length >= 2 && values.length <= 8, `${values.length} ticks`);
      }),
    );
  });

  it('has a range also where all values are equal, zero included', () => {
    for (const value of [0, 1, 0.3, 5e-324, 1e-40, 1e9]) {
      const { domain } = linearTicks(value, value, 5);
      ok(domain[0] <= value && domain[1] > domain[0] && domain[1] >= value, `${value}: ${domain}`);
    }
  });

  it('counts epochs from 1 in whole numbers, few of them', () => {
    deepStrictEqual(countTicks(25, 6), [1, 5, 10, 15, 20, 25]);
    deepStrictEqual(countTicks(2, 6), [1, 2]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5000 }), (last) => {
        const ticks = countTicks(last, 6);
        strictEqual(ticks[0], 1);
        ok(ticks.every((t, i) => Number.isInteger(t) && t <= last && (i === 0 || t > ticks[i - 1])));
        ok(ticks.length <= 8);
      }),
    );
  });

  it('spreads labels: none covers another, order kept, inside where there is room, unmoved where none collide', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 }), (positions) => {
        const placed = spread(positions, 15, 0, 200);
        const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b] || a - b);
        order.slice(1).forEach((i, k) => {
          ok(placed[i] - placed[order[k]] >= 15 - 1e-9);
        });
        ok(placed.every((p) => p >= -1e-9 && p <= 200 + 1e-9));
      }),
    );
    deepStrictEqual(spread([100, 20, 60], 15, 0, 200), [100, 20, 60]);
  });
});
