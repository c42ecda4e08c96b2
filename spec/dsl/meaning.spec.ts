/** What composed functions compute, held against their definitions on the reference interpreter. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../src/base/random.js';
import {
  add,
  at,
  channels,
  clamp,
  complement,
  concat,
  concatAlong,
  data,
  fill,
  gaussian,
  linearRecurrence,
  matrixRecurrence,
  maxAlong,
  maximum,
  meanAlong,
  mergeChannels,
  minimum,
  mul,
  negate,
  normalise,
  offset,
  reshape,
  roll,
  type Shape,
  scale,
  scan,
  scanOver,
  scanWithFinal,
  slice,
  softmax,
  splitChannels,
  stack,
  standardise,
  sub,
  sum,
  sumAlong,
  type Tensor,
  timeToChannels,
  upsample,
} from '../../src/dsl/index.js';
import { volume } from '../../src/dsl/shape.js';
import { near, shapeIs, valuesOf } from './refusal.js';

/** Numbers of a shape, different for each seed, as doubles that 32 bits hold. */
const numbers = (shape: Shape, seed = 0): readonly number[] => {
  const random = stream(seed, 'meaning');
  return Array.from({ length: volume(shape) }, () => (random.integer(2049) - 1024) / 512);
};
const some = <const S extends Shape>(seed: number, ...shape: S): Tensor<S> =>
  data(numbers(shape, seed), ...shape);

/** The entry of row-major values at an index. */
const entry =
  (values: readonly number[], shape: Shape) =>
  (...index: readonly number[]): number =>
    values[index.reduce((offset_, i, axis) => offset_ * shape[axis] + i, 0)];

/** Row-major values of a shape from a function of the index. */
const built = (shape: Shape, f: (...index: readonly number[]) => number): readonly number[] =>
  Array.from({ length: volume(shape) }, (_, flat) =>
    f(
      ...shape.reduceRight<{ rest: number; index: readonly number[] }>(
        ({ rest, index }, n) => ({ rest: Math.floor(rest / n), index: [rest % n, ...index] }),
        { rest: flat, index: [] },
      ).index,
    ),
  );

const size = fc.integer({ min: 1, max: 5 });
const shapes = fc.array(size, { minLength: 1, maxLength: 4 });
const seeds = fc.nat(1000);

describe('dsl: meaning of structure', () => {
  it('roll turns the ring: entry i is entry i - offset', () =>
    fc.assert(
      fc.property(shapes, seeds, fc.nat(), fc.integer({ min: -12, max: 12 }), (shape, seed, n, by) => {
        const axis = n % shape.length;
        const x = some(seed, ...shape);
        const from = entry(numbers(shape, seed), shape);
        const wrap = (i: number): number => (((i - by) % shape[axis]) + shape[axis]) % shape[axis];
        near(
          valuesOf(roll(axis, by)(x)),
          built(shape, (...index) => from(...index.map((i, a) => (a === axis ? wrap(i) : i)))),
        );
      }),
      { numRuns: 60 },
    ));

  it('upsample repeats each site', () => {
    const values = numbers([2, 3, 2], 1);
    const from = entry(values, [2, 3, 2]);
    near(
      valuesOf(upsample(3)(some(1, 2, 3, 2))),
      built([6, 9, 2], (i, j, c) => from(Math.floor(i / 3), Math.floor(j / 3), c)),
    );
  });

  it('timeToChannels orders features k C + channel', () => {
    const from = entry(numbers([4, 2, 3, 2], 1), [4, 2, 3, 2]);
    near(
      valuesOf(timeToChannels(some(1, 4, 2, 3, 2))),
      built([2, 3, 8], (i, j, f) => from(Math.floor(f / 2), i, j, f % 2)),
    );
  });

  it('joining and cutting are inverse', () =>
    fc.assert(
      fc.property(shapes, size, seeds, (shape, more, seed) => {
        const wider = [...shape.slice(0, -1), more];
        const [a, b] = [some(seed, ...shape), some(seed + 1, ...wider)];
        const [n] = shape.slice(-1);
        const joined = concatAlong(shape.length - 1, a, b);
        const rest = shape.slice(0, -1).map(() => 0);
        near(valuesOf(slice(joined, [...rest, 0], shape)), numbers(shape, seed));
        near(valuesOf(slice(joined, [...rest, n], wider)), numbers(wider, seed + 1));
      }),
      { numRuns: 60 },
    ));

  it('stack, at and channels pick what was put in', () => {
    const [a, b] = [some(1, 2, 3), some(2, 2, 3)];
    near(valuesOf(at(stack(a, b), 1)), numbers([2, 3], 2));
    near(valuesOf(at(stack(a, b), -2)), numbers([2, 3], 1));
    near(valuesOf(channels(concat(a, b), 3, 3)), numbers([2, 3], 2));
  });
});

describe('dsl: meaning of pointwise and normalising functions', () => {
  const x = some(3, 4, 5);
  const values = numbers([4, 5], 3);

  it('affine ones', () => {
    near(
      valuesOf(scale(-2, x)),
      values.map((v) => -2 * v),
    );
    near(
      valuesOf(offset(0.5, x)),
      values.map((v) => v + 0.5),
    );
    near(
      valuesOf(negate(x)),
      values.map((v) => -v),
    );
    near(
      valuesOf(complement(1, x)),
      values.map((v) => 1 - v),
    );
    near(
      valuesOf(clamp(-0.5, 1, x)),
      values.map((v) => Math.min(1, Math.max(-0.5, v))),
    );
  });

  it('with a scalar on either side', () => {
    near(
      valuesOf(sub(fill(1), x)),
      values.map((v) => 1 - v),
    );
    near(
      valuesOf(maximum(x, fill(0.25))),
      values.map((v) => Math.max(v, 0.25)),
    );
    near(
      valuesOf(minimum(fill(0.25), x)),
      values.map((v) => Math.min(v, 0.25)),
    );
  });

  for (const axis of [0, 1])
    it(`unit length, mean and variance, shares along axis ${axis}`, () => {
      const along = (y: Tensor): readonly (readonly number[])[] => {
        const from = entry(valuesOf(y), [4, 5]);
        return axis === 0
          ? [0, 1, 2, 3, 4].map((j) => [0, 1, 2, 3].map((i) => from(i, j)))
          : [0, 1, 2, 3].map((i) => [0, 1, 2, 3, 4].map((j) => from(i, j)));
      };
      const total = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0);
      for (const line of along(normalise(axis)(x))) near([Math.hypot(...line)], [1]);
      for (const line of along(softmax(axis)(x))) {
        near([total(line)], [1]);
        assert.ok(line.every((share) => share > 0));
      }
      for (const line of along(standardise(axis, 0)(x))) {
        near([total(line)], [0]);
        near([total(line.map((v) => v * v)) / line.length], [1]);
      }
    });

  it('reductions along an axis stand again at each of its places', () => {
    const rows = [0, 1, 2, 3].map((i) => values.slice(5 * i, 5 * i + 5));
    const total = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0);
    const spread = (f: (row: readonly number[]) => number) => rows.flatMap((row) => row.map(() => f(row)));
    near(valuesOf(sumAlong()(x)), spread(total));
    near(
      valuesOf(meanAlong(1)(x)),
      spread((row) => total(row) / 5),
    );
    near(
      valuesOf(maxAlong(1)(x)),
      spread((row) => Math.max(...row)),
    );
    const columns = [0, 1, 2, 3, 4].map((j) => total(rows.map((row) => row[j])));
    near(
      valuesOf(sumAlong(0)(x)),
      rows.flatMap(() => columns),
    );
  });

  it('channels split into vectors keep their order, and come back', () => {
    const vectors = splitChannels(2, 3)(some(1, 2, 6));
    shapeIs(vectors, 2, 2, 3);
    near(valuesOf(vectors), numbers([2, 6], 1));
    shapeIs(mergeChannels(vectors), 2, 6);
  });

  it('a reshape to the same shape is nothing but a claim', () => assert.equal(reshape(4, 5)(x).expr, x.expr));

  it('the default axis is the last, and huge arguments do not overflow', () => {
    near(valuesOf(softmax()(x)), valuesOf(softmax(1)(x)));
    near(valuesOf(softmax()(scale(1e4, data([0, 1, 1], 3)))), [0, 0.5, 0.5]);
    near(valuesOf(normalise()(data([3, 4], 2))), [0.6, 0.8]);
  });
});

describe('dsl: meaning of scans', () => {
  it('entry t is observed after step t; the final state is the last', () => {
    const { sequence, final } = scanWithFinal({
      steps: 4,
      init: { y: data([1, 3], 2) },
      step: ({ y }) => ({ y: scale(2, y) }),
      observe: ({ y }) => y,
    });
    near(valuesOf(sequence), [2, 6, 4, 12, 8, 24, 16, 48]);
    near(valuesOf(final.y), [16, 48]);
  });

  it('several observations are those of one run', () => {
    const { y, total, time } = scan({
      steps: 3,
      init: { y: data([1, 2], 2), t: fill(0) },
      step: ({ y: now, t }) => ({ y: add(now, now), t: offset(1, t) }),
      observe: ({ y: now, t }) => ({ y: now, total: sum(0)(now), time: t }),
    });
    near(valuesOf(y), [2, 4, 4, 8, 8, 16]);
    near(valuesOf(total), [6, 12, 24]);
    near(valuesOf(time), [1, 2, 3]);
  });

  it('an observation may be called expr, as tensors are within', () => {
    const seen = scan({
      steps: 2,
      init: { y: fill(1) },
      step: ({ y }) => ({ y: scale(2, y) }),
      observe: ({ y }) => ({ expr: y }),
    });
    near(valuesOf(seen.expr), [2, 4]);
  });

  it('the clock counts from 0', () =>
    near(
      valuesOf(
        scan({
          steps: 4,
          init: { y: fill(0) },
          step: (_, clock) => ({ y: clock.index }),
          observe: ({ y }) => y,
        }),
      ),
      [0, 1, 2, 3],
    ));

  it('a driven scan takes the elements in order', () =>
    near(
      valuesOf(
        scanOver({
          over: data([1, 2, 3, 4, 5, 6], 3, 2),
          init: { y: data([0, 0], 2) },
          step: ({ y }, x) => ({ y: add(scale(10, y), x) }),
          observe: ({ y }) => y,
        }),
      ),
      [1, 2, 13, 24, 135, 246],
    ));

  it('one source of noise is one draw a step wherever it is used', () => {
    const source = gaussian();
    const difference = scan({
      steps: 3,
      init: { y: fill(0, 4) },
      step: (_, clock) => ({ y: sub(source(clock, 4), source(clock, 4)) }),
      observe: ({ y }) => y,
    });
    near(
      valuesOf(difference),
      Array.from({ length: 12 }, () => 0),
    );
    const alone = scan({
      steps: 3,
      init: { y: fill(0, 4) },
      step: (_, clock) => ({ y: source(clock, 4) }),
      observe: ({ y }) => y,
    });
    assert.equal(new Set(valuesOf(alone)).size, 12);
  });

  it('a linear recurrence is the scan that it stands for', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), size, seeds, fc.boolean(), (steps, n, seed, started) => {
        const [a, b, h] = [some(seed, steps, n), some(seed + 1, steps, n), some(seed + 2, n)];
        const step = scanOver({
          over: concat(a, b),
          init: { h: started ? h : fill(0, n) },
          step: (s, ab) => {
            const [f, g] = [channels(ab, 0, n), channels(ab, n, n)];
            return { h: add(mul(f, s.h), g) };
          },
          observe: (s) => s.h,
        });
        near(
          valuesOf(started ? linearRecurrence(a, b, h) : linearRecurrence(a, b)),
          valuesOf(step),
          1e-9 * 2 ** steps,
        );
      }),
      { numRuns: 40 },
    ));

  it('a matrix recurrence turns a vector', () => {
    const turn = data([0, -1, 1, 0, 0, -1, 1, 0, 0, -1, 1, 0], 3, 2, 2);
    near(valuesOf(matrixRecurrence(turn, fill(0, 3, 2), data([1, 0], 2))), [0, 1, -1, 0, 0, -1]);
  });
});
