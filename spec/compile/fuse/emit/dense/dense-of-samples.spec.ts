/** Dense layers, their gradients and sums where pixels are samples, held against their definition. */

import fc from 'fast-check';
import { eachTerm, wholePlanes, wholes } from '../whole.js';
import { same, Workbench } from '../workbench.js';

const features = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 16, max: 21 }));
const cases = fc.record({
  samples: fc.integer({ min: 1, max: 33 }),
  outer: fc.integer({ min: 1, max: 3 }),
  inner: fc.integer({ min: 1, max: 3 }),
  count: features,
  to: features,
  seed: fc.nat(),
});

describe('dense layers of samples', () => {
  it('are the sum over the middle for each sample, with weights either way round', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ samples, seed, ...one }, transposed) => {
        const bench = new Workbench([samples], true);
        const { outer, inner, count, to } = one;
        const x = wholePlanes(seed, 'x', outer * count * inner, samples);
        const w = wholes(seed, 'w', count * to);
        const expected = Array.from({ length: outer * to * inner }, () => new Array<number>(samples).fill(0));
        eachTerm(one, (from, result, k, j) => {
          const weight = w[transposed ? j * count + k : k * to + j];
          for (let p = 0; p < samples; p++) expected[result][p] += weight * x[from][p];
        });
        const op = { op: 'dense', ...one, transposed } as const;
        same(bench.run(op, [bench.given(x), bench.list(w)], bench.planes(expected.length)), expected);
      }),
      { numRuns: 60 },
    );
  });

  it('have the gradient by their weights, and sums, added to what is there', () => {
    fc.assert(
      fc.property(cases, ({ samples, seed, ...one }) => {
        const { outer, inner, count, to } = one;
        const before = wholes(seed, 'before', count * to);
        const sums = [...before];
        const bench = new Workbench([samples], true);
        const x = wholePlanes(seed, 'x', outer * count * inner, samples);
        const dy = wholePlanes(seed, 'dy', outer * to * inner, samples);
        eachTerm(one, (from, result, k, j) => {
          for (let p = 0; p < samples; p++) sums[k * to + j] += x[from][p] * dy[result][p];
        });
        const op = { op: 'denseWeight', ...one } as const;
        same(
          bench.run(op, [bench.given(x), bench.given(dy)], bench.list(before)),
          sums.map((value) => [value]),
        );
        const start = wholes(seed, 'start', x.length);
        same(
          bench.run({ op: 'sumPixels', scale: 0.5 }, [bench.given(x)], bench.list(start)),
          x.map((plane, i) => [start[i] + plane.reduce((a, b) => a + b, 0) / 2]),
        );
      }),
      { numRuns: 60 },
    );
  });
});
