import assert from 'node:assert/strict';
import fc from 'fast-check';
import { latticeOfMask, siteAt, siteCount } from '../../src/drums/lattice.js';
import { alikeDrums, flippedDrum } from '../../src/drums/polygon.js';
import { areaOf, type DrumShape, edgeOf, latticeOf, refined } from '../../src/drums/shape.js';
import { right, sentence } from '../support/either.js';
import { anyLattice } from './arbitraries.js';

const points = (shape: DrumShape): number => siteCount(right(latticeOf(shape)));
const polygon = (corners: readonly (readonly [number, number])[], cells: number): DrumShape => ({
  kind: 'polygon',
  corners,
  cells,
});

describe('lattices of drums', () => {
  it('has (L - 1)^2 moving points in a square of side L', () => {
    for (const side of [2, 6, 30]) assert.equal(points({ kind: 'square', side }), (side - 1) ** 2);
    assert.equal(points({ kind: 'rectangle', width: 4, height: 9 }), 3 * 8);
  });

  it('has 189 and 825 points in each drum of the pair, and in the flipped one', () => {
    for (const corners of [...alikeDrums, flippedDrum]) {
      assert.equal(points(polygon(corners, 8)), 189);
      assert.equal(points(polygon(corners, 16)), 825);
    }
  });

  it('gives the pair and the flipped one the same area and perimeter', () => {
    for (const corners of [...alikeDrums, flippedDrum]) {
      assert.equal(areaOf(polygon(corners, 1)), 3.5);
      assert.ok(Math.abs((edgeOf(polygon(corners, 1)) ?? 0) - (6 + 3 * Math.SQRT2)) < 1e-12);
    }
  });

  it("finds as many points inside a lattice triangle as Pick's theorem says", () => {
    const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));
    const coordinate = fc.integer({ min: -12, max: 12 });
    const corner = fc.tuple(coordinate, coordinate);
    fc.assert(
      fc.property(corner, corner, corner, (a, b, c) => {
        const shape = polygon([a, b, c], 1);
        const onEdge =
          gcd(a[0] - b[0], a[1] - b[1]) + gcd(b[0] - c[0], b[1] - c[1]) + gcd(c[0] - a[0], c[1] - a[1]);
        const expected = areaOf(shape) - onEdge / 2 + 1;
        fc.pre(areaOf(shape) > 0);
        const lattice = latticeOf(shape);
        // A thin triangle may hold no point, or points that do not touch: then it is refused.
        if (lattice._tag === 'Right') assert.equal(siteCount(lattice.right), expected);
        else assert.ok(expected === 0 || /pieces/.test(sentence(lattice)));
      }),
    );
  });

  it('has the points nearer to the centre than the radius in a disk', () => {
    assert.equal(points({ kind: 'disk', radius: 1 }), 1);
    assert.equal(points({ kind: 'disk', radius: 2 }), 9);
    assert.equal(points({ kind: 'disk', radius: Math.sqrt(5) + 1e-6 }), 21);
  });

  it('reads a mask as it is drawn', () => {
    const lattice = right(latticeOf({ kind: 'mask', rows: ['##.', '.##'] }));
    assert.deepEqual(Array.from(lattice.inside), [1, 1, 0, 0, 1, 1]);
  });

  it('keeps every point of a polygon when it is refined', () => {
    const coarse = right(latticeOf(polygon(alikeDrums[0], 4)));
    const fine = right(latticeOf(refined(polygon(alikeDrums[0], 4), 2)));
    for (let row = 0; row < coarse.rows; row++)
      for (let column = 0; column < coarse.columns; column++)
        if (coarse.inside[row * coarse.columns + column] === 1)
          assert.equal(fine.inside[(2 * row + 1) * fine.columns + 2 * column + 1], 1);
  });

  it('takes the moving point nearest to a place', () => {
    fc.assert(
      fc.property(
        anyLattice,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (lattice, x, y) => {
          const { row, column } = siteAt(lattice, [x, y]);
          const distance = (r: number, c: number): number =>
            Math.hypot(c - (x * (lattice.columns + 1) - 1), r - (y * (lattice.rows + 1) - 1));
          assert.equal(lattice.inside[row * lattice.columns + column], 1);
          for (const [i, moving] of lattice.inside.entries())
            if (moving === 1)
              assert.ok(
                distance(Math.floor(i / lattice.columns), i % lattice.columns) > distance(row, column) - 1e-4,
              );
        },
      ),
    );
    const square = right(latticeOf({ kind: 'square', side: 8 }));
    assert.deepEqual(siteAt(square, [0.5, 0.25]), { row: 1, column: 3 });
  });

  it('refuses what is empty, in pieces or of another size', () => {
    assert.match(sentence(latticeOfMask(1, 3, [1, 0, 1])), /of 2 points only 1 hang together/);
    assert.match(sentence(latticeOfMask(1, 2, [0, 0])), /no lattice point lies inside/);
    assert.match(sentence(latticeOfMask(2, 2, [1])), /a mask of 2 x 2 has 1 entries/);
  });
});
