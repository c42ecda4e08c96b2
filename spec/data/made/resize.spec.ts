import assert from 'node:assert/strict';
import fc from 'fast-check';
import { resizer } from '../../../src/data/made/resize.js';

const size = fc.integer({ min: 1, max: 12 });

/** The definition, slowly: the hat function of every old pixel around the place of every new one. */
const slowly = (
  image: readonly number[],
  from: readonly [number, number],
  to: readonly [number, number],
): number[] => {
  const weight = (i: number, j: number, axis: 0 | 1): number => {
    const place = Math.min(from[axis] - 1, Math.max(0, ((j + 0.5) * from[axis]) / to[axis] - 0.5));
    return Math.max(0, 1 - Math.abs(place - i));
  };
  return Array.from({ length: to[0] * to[1] }, (_, p) =>
    image.reduce(
      (sum, v, q) =>
        sum +
        v * weight(Math.floor(q / from[1]), Math.floor(p / to[1]), 0) * weight(q % from[1], p % to[1], 1),
      0,
    ),
  );
};

describe('resize', () => {
  it('interpolates between the centres of pixels', () => {
    fc.assert(
      fc.property(size, size, size, size, fc.infiniteStream(fc.nat(255)), (a, b, c, d, values) => {
        const image = [...values.take(a * b)];
        const got = resizer([a, b], [c, d])(image);
        const wanted = slowly(image, [a, b], [c, d]);
        for (const [p, v] of wanted.entries()) assert.ok(Math.abs(got[p] - v) < 1e-9, `${got[p]} ${v}`);
      }),
    );
  });

  it('doubles with weights 1/4 and 3/4, the rim as it is', () => {
    assert.deepEqual([...resizer([1, 2], [1, 4])([0, 100])], [0, 25, 75, 100]);
    assert.deepEqual([...resizer([2, 1], [4, 1])([0, 100])], [0, 25, 75, 100]);
  });

  it('changes nothing at the same size, and never leaves the range', () => {
    fc.assert(
      fc.property(size, size, size, fc.infiniteStream(fc.nat(255)), (a, b, c, values) => {
        const image = [...values.take(a * b)];
        assert.deepEqual([...resizer([a, b], [a, b])(image)], image);
        for (const v of resizer([a, b], [c, c])(image)) {
          assert.ok(v >= Math.min(...image) - 1e-9 && v <= Math.max(...image) + 1e-9);
        }
      }),
    );
  });
});
