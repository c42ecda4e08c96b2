/** Dense layers and their gradients, on whole planes and tile after tile, held against their definition. */

import fc from 'fast-check';
import { grids, wholePlanes, wholes } from './whole.js';
import { same, Workbench } from './workbench.js';

const cases = fc.record({
  shape: grids,
  outer: fc.integer({ min: 1, max: 3 }),
  inner: fc.integer({ min: 1, max: 3 }),
  count: fc.integer({ min: 1, max: 11 }),
  to: fc.integer({ min: 1, max: 19 }),
  seed: fc.nat(),
});

/** Every product of the layer once: plane in, plane out, row and column of the weights. */
const eachTerm = (
  { outer, inner, count, to }: { outer: number; inner: number; count: number; to: number },
  visit: (x: number, y: number, k: number, j: number) => void,
): void => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      for (let k = 0; k < count; k++)
        for (let j = 0; j < to; j++) visit((o * count + k) * inner + i, (o * to + j) * inner + i, k, j);
};

describe('dense layers', () => {
  it('are the sum over the middle at each pixel, on planes and on tiles, with weights either way round', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ shape, seed, ...one }, transposed) => {
        const bench = new Workbench(shape);
        const { pixels } = bench.grid;
        const { outer, inner, count, to } = one;
        const x = wholePlanes(seed, 'x', outer * count * inner, pixels);
        const w = wholes(seed, 'w', count * to);
        const expected = Array.from({ length: outer * to * inner }, () => new Array<number>(pixels).fill(0));
        eachTerm(one, (from, result, k, j) => {
          const weight = w[transposed ? j * count + k : k * to + j];
          for (let p = 0; p < pixels; p++) expected[result][p] += weight * x[from][p];
        });
        const op = { op: 'dense', ...one, transposed } as const;
        const weights = bench.list(w);
        same(bench.run(op, [bench.given(x), weights], bench.planes(expected.length)), expected);
        same(bench.runTiles(op, [x, weights], { planes: expected.length }), expected);
      }),
      { numRuns: 100 },
    );
  });

  it('have the gradient by their weights, added to what is there', () => {
    fc.assert(
      fc.property(cases, ({ shape, seed, ...one }) => {
        const { outer, inner, count, to } = one;
        const before = wholes(seed, 'before', count * to);
        const sums = [...before];
        const bench = new Workbench(shape);
        const { pixels } = bench.grid;
        const x = wholePlanes(seed, 'x', outer * count * inner, pixels);
        const dy = wholePlanes(seed, 'dy', outer * to * inner, pixels);
        eachTerm(one, (from, result, k, j) => {
          for (let p = 0; p < pixels; p++) sums[k * to + j] += x[from][p] * dy[result][p];
        });
        const expected = sums.map((value) => [value]);
        const op = { op: 'denseWeight', ...one } as const;
        same(bench.run(op, [bench.given(x), bench.given(dy)], bench.list(before)), expected);
        same(bench.runTiles(op, [x, dy], bench.list(before)), expected);
      }),
      { numRuns: 100 },
    );
  });
});
