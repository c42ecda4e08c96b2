import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { lowestModes } from '../../src/drums/eigen.js';
import { isInside, type Lattice, siteCount } from '../../src/drums/lattice.js';
import { alikeDrums, flippedDrum } from '../../src/drums/polygon.js';
import { type DrumShape, latticeOf } from '../../src/drums/shape.js';
import { rectangleEigenvalue } from '../../src/drums/tones.js';
import { right } from '../support/either.js';
import { anyLattice } from './arbitraries.js';

/** -lap u at every point, written out. */
const minusLaplacian = (lattice: Lattice, u: ArrayLike<number>): readonly number[] => {
  const { columns } = lattice;
  const at = (row: number, column: number): number =>
    isInside(lattice, row, column) ? u[row * columns + column] : 0;
  return Array.from(lattice.inside.keys()).map((i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    if (!isInside(lattice, row, column)) return 0;
    return 4 * u[i] - at(row - 1, column) - at(row + 1, column) - at(row, column - 1) - at(row, column + 1);
  });
};

/** All eigenvalues by a dense solver. */
const dense = (lattice: Lattice): readonly number[] => {
  const points = Array.from(lattice.inside.keys()).filter((i) => lattice.inside[i] === 1);
  const columns = points.map((point) => {
    const image = minusLaplacian(
      lattice,
      lattice.inside.map((_, i) => (i === point ? 1 : 0)),
    );
    return points.map((i) => image[i]);
  });
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(columns), { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => a - b);
};

const tonesOf = (shape: DrumShape, count = 20): Float64Array =>
  lowestModes(right(latticeOf(shape)), count).values;
const polygon = (corners: readonly (readonly [number, number])[], cells: number): DrumShape => ({
  kind: 'polygon',
  corners,
  cells,
});
const relative = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]) / x), 0);

describe('modes of a drum', () => {
  it('agrees with a dense solver on any shape', () => {
    fc.assert(
      fc.property(anyLattice, fc.integer({ min: 1, max: 12 }), (lattice, count) => {
        const { values } = lowestModes(lattice, count);
        assert.equal(values.length, Math.min(count, siteCount(lattice)));
        assert.ok(relative(values, dense(lattice)) < 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  it('has the closed form of squares and rectangles, double tones twice', () => {
    for (const [width, height] of [
      [16, 16],
      [9, 17],
      [21, 5],
    ]) {
      const all = Array.from({ length: (width - 1) * (height - 1) }, (_, i) =>
        rectangleEigenvalue((i % (width - 1)) + 1, Math.floor(i / (width - 1)) + 1, width, height),
      ).sort((a, b) => a - b);
      assert.ok(relative(tonesOf({ kind: 'rectangle', width, height }), all) < 1e-12);
    }
  });

  it('gives vectors that are modes: -lap v = lambda v, orthonormal, at rest outside', () => {
    const lattice = right(latticeOf(polygon(alikeDrums[1], 6)));
    const { values, vectors } = lowestModes(lattice, 8);
    vectors.forEach((v, k) => {
      const image = minusLaplacian(lattice, v);
      assert.ok(image.every((x, i) => Math.abs(x - values[k] * v[i]) < 1e-6));
      assert.ok(v.every((x, i) => lattice.inside[i] === 1 || x === 0));
      vectors.forEach((w, other) => {
        const product = v.reduce((sum, x, i) => sum + x * w[i], 0);
        assert.ok(Math.abs(product - (k === other ? 1 : 0)) < 1e-12);
      });
    });
  });

  for (const [cells, points] of [
    [8, 189],
    [16, 825],
  ]) {
    it(`finds the pair alike to rounding at ${cells} cells a unit, ${points} points`, () => {
      const [first, second] = alikeDrums.map((corners) => tonesOf(polygon(corners, cells)));
      assert.equal(first.length, 20);
      assert.ok(relative(first, second) < 1e-13, `${relative(first, second)}`);
    });
  }

  it('tells other shapes of the same area apart', () => {
    const pair = tonesOf(polygon(alikeDrums[0], 8));
    const others = [
      polygon(flippedDrum, 8),
      { kind: 'rectangle', width: 14, height: 16 } as const,
      polygon(
        [
          [0, 0],
          [4, 0],
          [3, 1],
          [0, 1],
        ],
        8,
      ),
      { kind: 'disk', radius: 8 * Math.sqrt(3.5 / Math.PI) } as const,
    ];
    for (const other of others) assert.ok(relative(pair, tonesOf(other)) > 0.02);
  });
});
