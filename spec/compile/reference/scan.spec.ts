import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ndarray, runReference } from '../../../src/compile/reference/index.js';
import { drawNoise } from '../../../src/dsl/draw-noise.js';
import {
  add,
  at,
  broadcast,
  channels,
  concat,
  data,
  fill,
  gaussian,
  linearRecurrence,
  matrixRecurrence,
  mul,
  program,
  reshape,
  scale,
  scan,
  scanOver,
  scanWithFinal,
  sum,
  type Tensor,
  uniformNoise,
  zeros,
} from '../../../src/dsl/index.js';
import { computed, counting, hasValues, isNear } from './compute.js';

describe('reference: scan', () => {
  it('records the state after each step', () => {
    const y = computed([1], [3], (x) =>
      scan({ steps: 3, init: { x }, step: (s) => ({ x: scale(2, s.x) }), observe: (s) => s.x }),
    );
    hasValues(y, [3, 1], [6, 12, 24]);
  });

  it('all fields step at once: the next state is computed from the old one alone', () => {
    // Fibonacci: (a, b) becomes (b, a + b).
    const y = computed([1], [1], (x) =>
      scan({
        steps: 5,
        init: { a: zeros(1), b: x },
        step: ({ a, b }) => ({ a: b, b: add(a, b) }),
        observe: ({ b }) => b,
      }),
    );
    hasValues(y, [5, 1], [1, 2, 3, 5, 8]);
  });

  it('the clock runs from 0, externals stay, the final state comes beside the sequence', () => {
    const p = program({ x: [1] }, ({ x }) => {
      const { sequence, final } = scanWithFinal({
        steps: 4,
        init: { s: zeros(1) },
        step: ({ s }, { index }) => ({ s: add(s, mul(index, x)) }),
        observe: ({ s }) => scale(-1, s),
      });
      return { sequence, final: final.s };
    });
    const { outputs } = runReference(p, {
      parameters: {},
      inputs: { x: ndarray([2, 1], [1, 10]) },
      batch: 2,
    });
    hasValues(outputs.sequence, [2, 4, 1], [-0, -1, -3, -6, -0, -10, -30, -60]);
    hasValues(outputs.final, [2, 1], [6, 60]);
  });

  it('is driven by one element a step', () => {
    const y = computed([3, 1], [1, 10, 100], (x) =>
      scanOver({
        over: x,
        init: { s: fill(0.5, 1) },
        step: ({ s }, element) => ({ s: add(s, element) }),
        observe: ({ s }) => s,
      }),
    );
    hasValues(y, [3, 1], [1.5, 11.5, 111.5]);
  });

  it('scans nest, and the inner one sees the outer state and clock', () => {
    const y = computed([1], [1], (x) =>
      scan({
        steps: 3,
        init: { s: x },
        step: ({ s }, outer) => {
          // Two inner steps, each adding the outer clock and the inner one: s + 2 outer + 0 + 1.
          const inner = scan({
            steps: 2,
            init: { r: s },
            step: ({ r }, clock) => ({ r: add(add(r, outer.index), clock.index) }),
            observe: ({ r }) => r,
          });
          return { s: at(inner, -1) };
        },
        observe: ({ s }) => s,
      }),
    );
    hasValues(y, [3, 1], [2, 5, 10]);
  });
});

describe('reference: noise', () => {
  const p = program({ x: [2] }, ({ x }) => {
    const thermal = gaussian('thermal');
    const kicks = uniformNoise('kicks');
    return {
      walk: scan({
        steps: 3,
        init: { s: x },
        step: ({ s }, clock) => ({ s: add(s, add(thermal(clock, 2), kicks(clock, 2))) }),
        observe: ({ s }) => s,
      }),
    };
  });
  const walk = (samples: readonly number[], noiseSeed: number): Float64Array =>
    runReference(p, {
      parameters: {},
      inputs: {
        x: ndarray(
          [samples.length, 2],
          counting(2 * samples.length).map(() => 0),
        ),
      },
      batch: samples.length,
      samples,
      noiseSeed,
    }).outputs.walk.data;

  it('is drawNoise of the seed, the name, the sample and the step', () => {
    const sums = [0, 1, 2].map((step) => {
      const a = drawNoise(5, 'thermal', 'normal', 2, 9, step);
      const b = drawNoise(5, 'kicks', 'uniform', 2, 9, step);
      return [a[0] + b[0], a[1] + b[1]];
    });
    const expected = sums.flatMap((_, t) =>
      [0, 1].map((i) => sums.slice(0, t + 1).reduce((total, pair) => total + pair[i], 0)),
    );
    isNear(walk([9], 5), expected);
  });

  it('is the same however the batch is cut, and differs between samples and seeds', () => {
    const together = walk([0, 1], 5);
    assert.deepEqual([...together], [...walk([0], 5), ...walk([1], 5)]);
    assert.notDeepEqual(walk([0], 5), walk([1], 5));
    assert.notDeepEqual(walk([0], 5), walk([0], 6));
  });
});

describe('reference: recurrence', () => {
  it('runs h[t] = a[t] h[t-1] + b[t] from zero, or from an initial value', () => {
    const a = [2, 3, -1];
    const with0 = computed([3, 1], [1, 10, 100], (b) => linearRecurrence(data(a, 3, 1), b));
    hasValues(with0, [3, 1], [1, 13, 87]);
    const from5 = computed([3, 1], [1, 10, 100], (b) =>
      linearRecurrence<3, readonly [1]>(data(a, 3, 1), b, fill(5, 1)),
    );
    hasValues(from5, [3, 1], [11, 43, 57]);
  });

  it('with matrices multiplies the rows of A', () => {
    const turn = [0, -1, 1, 0, 0, -1, 1, 0];
    const y = computed([2, 2], [1, 0, 0, 5], (b) => matrixRecurrence(data(turn, 2, 2, 2), b));
    // h[0] = (1, 0); a quarter turn makes it (0, 1), plus (0, 5).
    hasValues(y, [2, 2], [1, 0, 0, 6]);
  });

  const numbers = (n: number): fc.Arbitrary<number[]> =>
    fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: n, maxLength: n });

  it('diagonal equals the scan that says the same', () => {
    fc.assert(
      fc.property(numbers(8), numbers(8), numbers(2), (a, b, h0) => {
        const direct = computed([4, 2], b, (x) =>
          linearRecurrence<4, readonly [2]>(data(a, 4, 2), x, data(h0, 2)),
        );
        const stepped = computed([4, 2], b, (x) =>
          scanOver({
            over: concat(data(a, 4, 2), x),
            init: { h: data(h0, 2) },
            step: ({ h }, both) => ({ h: add(mul(channels(both, 0, 2), h), channels(both, 2, 2)) }),
            observe: ({ h }) => h,
          }),
        );
        hasValues(direct, [4, 2], stepped.data);
      }),
    );
  });

  it('with matrices equals the scan that says the same, at every site', () => {
    fc.assert(
      fc.property(numbers(24), numbers(12), numbers(4), (a, b, h0) => {
        // 3 times, 2 sites, 2 x 2.
        const direct = computed([3, 2, 2], b, (x) =>
          matrixRecurrence(data(a, 3, 2, 2, 2), x, data(h0, 2, 2)),
        );
        const expected = [0, 1].map((site) => {
          const from = (values: readonly number[], steps: number, size: number): number[] =>
            counting(steps).flatMap((t) => values.slice((t * 2 + site) * size, (t * 2 + site + 1) * size));
          return computed([3, 2], from(b, 3, 2), (x) =>
            scanOver({
              over: concat(reshape(3, 4)(data(from(a, 3, 4), 3, 2, 2)), x),
              init: { h: data(from(h0, 1, 2), 2) },
              step: ({ h }, both) => ({
                h: add(apply(reshape(2, 2)(channels(both, 0, 4)), h), channels(both, 4, 2)),
              }),
              observe: ({ h }) => h,
            }),
          ).data;
        });
        const interleaved = counting(3).flatMap((t) =>
          [0, 1].flatMap((site) => [...expected[site].slice(2 * t, 2 * t + 2)]),
        );
        hasValues(direct, [3, 2, 2], interleaved, 1e-10);
      }),
    );
  });
});

/** A matrix that differs from sample to sample times a vector: products, summed over each row. */
const apply = (matrix: Tensor<readonly [2, 2]>, h: Tensor<readonly [2]>): Tensor<readonly [2]> =>
  sum(1)(mul(matrix, broadcast(2, 2)(reshape(1, 2)(h))));
