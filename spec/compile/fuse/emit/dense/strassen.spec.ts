/** Dense layers by quarters: how far from the sum over features, and what else a value depends on. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stream } from '../../../../../src/base/random.js';
import { isStrassen } from '../../../../../src/compile/fuse/emit/dense/strassen.js';
import { volume } from '../../../../../src/dsl/shape.js';
import { type Planes, tileStrips, Workbench } from '../workbench.js';

interface Case {
  readonly shape: readonly number[];
  readonly count: number;
  readonly to: number;
  readonly transposed: boolean;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  shape: fc.constantFrom([8, 8], [128]),
  count: fc.constantFrom(128, 136),
  to: fc.constantFrom(128, 144),
  transposed: fc.boolean(),
  seed: fc.nat(),
});

const floats = (seed: number, name: string, count: number): readonly number[] => {
  const random = stream(seed, name);
  return Array.from({ length: count }, () =>
    Math.fround((2 * random.uniform() - 1) * 10 ** random.integer(3)),
  );
};

const unit = 2 ** -24;
/** Pixels that are computed together: those of the first half of a tile with those of the second. */
const half = 4 * tileStrips;
const partner = (pixel: number): number => (pixel % (2 * half) < half ? pixel + half : pixel - half);

const prepared = ({ shape, count, to, seed }: Case) => ({
  x: Array.from({ length: count }, (_, k) => floats(seed, `x ${k}`, volume(shape))),
  w: floats(seed, 'w', count * to),
});

const computed = ({ shape, count, to, transposed }: Case, x: Planes, w: readonly number[]): Planes => {
  const op = { op: 'dense', outer: 1, inner: 1, count, to, transposed } as const;
  const bench = new Workbench(shape);
  assert.ok(isStrassen(op, { most: tileStrips }, bench.pixels));
  return bench.runTiles(op, [x, bench.list(w)], { planes: to });
};

/** The exact sum at a feature and pixel, and how far from it the roundings of seven products can lead. */
const exactAt = ({ count, to, transposed }: Case, x: Planes, w: readonly number[]) => {
  const weight = (j: number, k: number): number => w[transposed ? j * count + k : k * to + j];
  const [rows, depth] = [to / 2, count / 2];
  return (j: number, pixel: number): { readonly value: number; readonly bound: number } => {
    const [row, left, right] = [j % rows, Math.min(pixel, partner(pixel)), Math.max(pixel, partner(pixel))];
    let value = 0;
    let size = 0;
    for (let k = 0; k < depth; k++) {
      value += weight(j, k) * x[k][pixel] + weight(j, k + depth) * x[k + depth][pixel];
      // the algorithm with every number by its size
      const [a11, a12, a21, a22] = [
        weight(row, k),
        weight(row, k + depth),
        weight(row + rows, k),
        weight(row + rows, k + depth),
      ].map(Math.abs);
      const [b11, b12, b21, b22] = [x[k][left], x[k][right], x[k + depth][left], x[k + depth][right]].map(
        Math.abs,
      );
      const [s1, s3, t1, t3] = [a21 + a22, a11 + a21, b12 + b11, b22 + b12];
      const [s2, t2] = [s1 + a11, b22 + t1];
      const [s4, t4] = [a12 + s2, t2 + b21];
      const both = a11 * b11 + s2 * t2;
      size +=
        j < rows
          ? pixel === left
            ? a11 * b11 + a12 * b21
            : both + s1 * t1 + s4 * b22
          : both + s3 * t3 + (pixel === left ? a22 * t4 : s1 * t1);
    }
    // roundings on the way of a number: three sums on each side, its product, sums of up to three products, two more
    return { value, bound: 1.01 * (3 + 3 + 1 + 3 * depth + 2) * unit * size };
  };
};

describe('dense layers by quarters', () => {
  it('are as far from the sum over features as their roundings allow', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { x, w } = prepared(one);
        const exact = exactAt(one, x, w);
        for (const [j, pixels] of computed(one, x, w).entries())
          for (const [pixel, found] of pixels.entries()) {
            const { value, bound } = exact(j, pixel);
            if (!(Math.abs(found - value) <= bound))
              assert.fail(`${found} instead of ${value}, not within ${bound}`);
          }
      }),
      { numRuns: 3 },
    );
  });

  it('look at one other pixel, 32 further in the tile, and only to the bound', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, place) => {
        const { x, w } = prepared(one);
        const pixel = place % x[0].length;
        const other = partner(pixel);
        const elsewhere = x.map((plane) => plane.map((v, p) => (p === pixel || p === other ? v : NaN)));
        const beside = x.map((plane) => plane.map((v, p) => (p === pixel ? v : -3 * v)));
        const [found, alone, moved] = [x, elsewhere, beside].map((planes) => computed(one, planes, w));
        const [before, after] = [exactAt(one, x, w), exactAt(one, beside, w)];
        for (const [j, plane] of found.entries()) {
          assert.equal(alone[j][pixel], plane[pixel]);
          const apart = Math.abs(moved[j][pixel] - plane[pixel]);
          assert.ok(apart <= before(j, pixel).bound + after(j, pixel).bound, `${apart} apart`);
        }
      }),
      { numRuns: 5 },
    );
  });
});
