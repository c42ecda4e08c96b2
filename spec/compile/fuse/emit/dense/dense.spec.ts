/** Dense layers and their gradients, on whole planes and tile after tile, held against their definition. */

import fc from 'fast-check';
import { eachTerm, grids, wholePlanes, wholes } from '../whole.js';
import { same, Workbench } from '../workbench.js';

const cases = fc.record({
  shape: grids,
  outer: fc.integer({ min: 1, max: 3 }),
  inner: fc.integer({ min: 1, max: 3 }),
  count: fc.integer({ min: 1, max: 11 }),
  to: fc.integer({ min: 1, max: 19 }),
  seed: fc.nat(),
});

describe('dense layers', () => {
  it('are the sum over the middle at each pixel, on planes and on tiles, with weights either way round', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ shape, seed, ...one }, transposed) => {
        const bench = new Workbench(shape);
        const { pixels } = bench;
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

  it('over sites have weights of their own for each run of planes, and a gradient by each', () => {
    fc.assert(
      fc.property(
        cases,
        fc.integer({ min: 2, max: 3 }),
        fc.boolean(),
        ({ shape, seed, ...one }, heads, transposed) => {
          const bench = new Workbench(shape);
          const { pixels } = bench;
          // sums of tiles are added by four
          const to = 4 * Math.ceil(one.to / 4);
          const { outer, inner, count } = one;
          const size = { ...one, to };
          const each = [outer * count * inner, outer * to * inner, count * to];
          const x = wholePlanes(seed, 'x', heads * each[0], pixels);
          const w = wholes(seed, 'w', heads * each[2]);
          const dy = wholePlanes(seed, 'dy', heads * each[1], pixels);
          const expected = Array.from({ length: heads * each[1] }, () => new Array<number>(pixels).fill(0));
          const sums = new Array<number>(heads * each[2]).fill(0);
          for (let head = 0; head < heads; head++)
            eachTerm(size, (from, result, k, j) => {
              const weight = w[head * each[2] + (transposed ? j * count + k : k * to + j)];
              const [a, b] = [head * each[0] + from, head * each[1] + result];
              for (let p = 0; p < pixels; p++) {
                expected[b][p] += weight * x[a][p];
                sums[head * each[2] + k * to + j] += x[a][p] * dy[b][p];
              }
            });
          const op = { op: 'dense', ...size, transposed, heads } as const;
          const weights = bench.list(w);
          same(bench.run(op, [bench.given(x), weights], bench.planes(expected.length)), expected);
          same(bench.runTiles(op, [x, weights], { planes: expected.length }), expected);
          const slope = { op: 'denseWeight', ...size, heads } as const;
          const zeros = sums.map(() => 0);
          const rows = sums.map((value) => [value]);
          same(bench.run(slope, [bench.given(x), bench.given(dy)], bench.list(zeros)), rows);
          same(bench.runTiles(slope, [x, dy], bench.list(zeros)), rows);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('have the gradient by their weights, added to what is there', () => {
    fc.assert(
      fc.property(cases, ({ shape, seed, ...one }) => {
        const { outer, inner, count, to } = one;
        const before = wholes(seed, 'before', count * to);
        const sums = [...before];
        const bench = new Workbench(shape);
        const { pixels } = bench;
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
