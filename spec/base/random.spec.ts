/** Named streams: the same name gives the same numbers, another name others, and the numbers are random. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Random, stream } from '../../src/base/random.js';

const take = <A>(n: number, draw: () => A): readonly A[] => Array.from({ length: n }, draw);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Sum of (found - expected)^2 / expected. */
const chiSquare = (counts: readonly number[], expected: number): number =>
  counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);

const correlation = (a: readonly number[], b: readonly number[]): number => {
  const [ma, mb] = [mean(a), mean(b)];
  const cov = mean(a.map((v, i) => (v - ma) * (b[i] - mb)));
  const deviation = (v: readonly number[], m: number): number => Math.sqrt(mean(v.map((x) => (x - m) ** 2)));
  return cov / (deviation(a, ma) * deviation(b, mb));
};

const parts = fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 });

describe('base: random', () => {
  it('gives the numbers that sfc32, seeded by SHA-256, gives elsewhere', () => {
    // Computed with Python's hashlib and a separate sfc32.
    const random = stream(7, 'a', 1);
    assert.equal(random.uniform(), 0.5587404100224376);
    assert.equal(random.uniform(), 0.7603445132263005);
    assert.equal(random.integer(1000), 949);
    assert.equal(random.integer(1000), 743);
    assert.ok(Math.abs(random.normal() - 1.416565813785343) < 1e-14);
    assert.ok(Math.abs(random.normal() - 0.07981690431069956) < 1e-14);
  });

  it('the same name gives the same stream, whatever was drawn from others', () =>
    fc.assert(
      fc.property(fc.integer(), parts, parts, (seed, name, other) => {
        const alone = take(5, stream(seed, ...name).uniform);
        const [a, b] = [stream(seed, ...name), stream(seed, ...other)];
        const beside = take(5, () => {
          b.normal();
          return a.uniform();
        });
        assert.deepEqual(beside, alone);
      }),
    ));

  it('another seed or another name gives another stream', () =>
    fc.assert(
      fc.property(fc.integer(), parts, fc.integer(), parts, (seed, name, otherSeed, otherName) => {
        fc.pre(JSON.stringify([seed, ...name]) !== JSON.stringify([otherSeed, ...otherName]));
        assert.notDeepEqual(
          take(4, stream(seed, ...name).uniform),
          take(4, stream(otherSeed, ...otherName).uniform),
        );
      }),
    ));

  it('joins the parts of a name without confusing them', () => {
    const names: readonly (readonly (string | number)[])[] = [
      ['a', 'b'],
      ['a/b'],
      ['ab'],
      ['a,b'],
      ['a', 'b', ''],
      [1, 2],
      [12],
      ['1', '2'],
      ['a","b'],
    ];
    assert.equal(new Set(names.map((name) => stream(0, ...name).uniform())).size, names.length);
  });

  it('neighbouring names and seeds are uncorrelated', () => {
    const draws = (random: Random): readonly number[] => take(4000, random.uniform);
    const streams = [stream(0, 'x', 0), stream(0, 'x', 1), stream(1, 'x', 0), stream(0, 'y', 0)].map(draws);
    streams.forEach((a, i) => {
      for (const b of streams.slice(i + 1)) assert.ok(Math.abs(correlation(a, b)) < 0.08);
    });
  });

  it('uniform numbers fill [0, 1) evenly, and do not follow each other', () => {
    const values = take(20_000, stream(1, 'uniform').uniform);
    assert.ok(values.every((value) => value >= 0 && value < 1));
    const counts = take(20, () => 0).map((_, bin) => values.filter((v) => Math.floor(v * 20) === bin).length);
    // 19 degrees of freedom: beyond 50 in fewer than one case in 5,000.
    assert.ok(chiSquare(counts, 1000) < 50);
    assert.ok(Math.abs(correlation(values.slice(0, -1), values.slice(1))) < 0.035);
  });

  it('whole numbers lie in [0, n), all equally often', () => {
    for (const n of [1, 2, 3, 7, 10]) {
      const random = stream(5, 'integer', n);
      const drawn = take(n * 2000, () => random.integer(n));
      assert.ok(drawn.every((value) => Number.isInteger(value) && value >= 0 && value < n));
      const counts = take(n, () => 0).map((_, k) => drawn.filter((value) => value === k).length);
      assert.ok(chiSquare(counts, 2000) < 40);
    }
  });

  it('whole numbers have no modulo bias: of 3 * 2^30 values each third comes as often', () => {
    // Plain modulo of 2^32 would draw the first third twice as often as the others.
    const random = stream(3, 'bias');
    const thirds = take(12_000, () => Math.floor(random.integer(3 * 2 ** 30) / 2 ** 30));
    const counts = [0, 1, 2].map((k) => thirds.filter((third) => third === k).length);
    assert.ok(chiSquare(counts, 4000) < 20, counts.join());
  });

  it('normal numbers have mean 0, variance 1 and the right tails', () => {
    const random = stream(2, 'normal');
    const values = take(40_000, random.normal);
    assert.ok(Math.abs(mean(values)) < 0.025);
    assert.ok(Math.abs(mean(values.map((v) => v * v)) - 1) < 0.036);
    assert.ok(Math.abs(mean(values.map((v) => v ** 4)) - 3) < 0.25);
    const beyondTwo = values.filter((v) => Math.abs(v) > 2).length / values.length;
    assert.ok(Math.abs(beyondTwo - 0.0455) < 0.0053);
    assert.ok(Math.abs(correlation(values.slice(0, -1), values.slice(1))) < 0.025);
  });

  it('a shuffle is a permutation and leaves its argument alone', () =>
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        const shuffled = stream(seed, 'shuffle').shuffle(items);
        assert.deepEqual(items, before);
        assert.deepEqual(
          [...shuffled].sort((a, b) => a - b),
          [...items].sort((a, b) => a - b),
        );
      }),
    ));

  it('every order of a shuffle is equally likely', () => {
    const random = stream(4, 'orders');
    const orders = take(12_000, () => random.shuffle(['a', 'b', 'c']).join(''));
    const counts = [...new Set(orders)].map((order) => orders.filter((o) => o === order).length);
    assert.equal(counts.length, 6);
    // 5 degrees of freedom.
    assert.ok(chiSquare(counts, 2000) < 25);
  });
});
