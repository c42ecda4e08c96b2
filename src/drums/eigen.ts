/**
 * The modes of a drum: the lowest eigenvalues and eigenvectors of the five-point Laplacian with a fixed edge.
 *
 * By block inverse iteration with Rayleigh-Ritz (Parlett, "The Symmetric Eigenvalue Problem", ch. 14): the inverse
 * makes the lowest tones dominant, so that they reach full relative precision. A dense solver would lose digits in
 * proportion to the highest tone, and take time cubic in the number of points.
 */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { stream } from '../base/random.js';
import { type Banded, cholesky, solve } from './banded.js';
import { isInside, type Lattice, neighbours, siteCount } from './lattice.js';

export interface Modes {
  /** Eigenvalues of -lap, ascending, for unit spacing; repeated by multiplicity. */
  readonly values: Float64Array;
  /** Eigenvectors over the whole box (`rows * columns`, zero outside), orthonormal. */
  readonly vectors: readonly Float64Array[];
}

/** The points inside, numbered along the shorter side of the box so that the band is narrow. */
const ordering = (lattice: Lattice): { readonly sites: Int32Array; readonly numberOf: Int32Array } => {
  const { rows, columns, inside } = lattice;
  const places = Array.from({ length: rows * columns }, (_, i) =>
    columns <= rows ? i : (i % rows) * columns + Math.floor(i / rows),
  );
  const sites = Int32Array.from(places.filter((index) => inside[index] === 1));
  const numberOf = new Int32Array(rows * columns).fill(-1);
  sites.forEach((index, number) => {
    numberOf[index] = number;
  });
  return { sites, numberOf };
};

const laplacian = (lattice: Lattice, sites: Int32Array, numberOf: Int32Array): Banded => {
  const { columns } = lattice;
  const pairs = Array.from(sites).flatMap((index, i) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return neighbours.flatMap(([down, right]) => {
      const j = isInside(lattice, row + down, column + right)
        ? numberOf[(row + down) * columns + column + right]
        : i;
      return j < i ? [[i, i - j] as const] : [];
    });
  });
  const band = pairs.reduce((most, [, d]) => Math.max(most, d), 0);
  const values = new Float64Array(sites.length * (band + 1));
  for (let i = 0; i < sites.length; i++) values[i * (band + 1)] = 4;
  for (const [i, d] of pairs) values[i * (band + 1) + d] = -1;
  return { size: sites.length, band, values };
};

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** An orthonormal basis of the span of the vectors (Gram-Schmidt, twice, which is enough: Kahan). */
const orthonormal = (vectors: readonly Float64Array[]): readonly Float64Array[] => {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    for (let pass = 0; pass < 2; pass++)
      for (const known of basis) {
        const share = dot(rest, known);
        for (let i = 0; i < rest.length; i++) rest[i] -= share * known[i];
      }
    const length = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / length));
  }
  return basis;
};

const combine = (vectors: readonly Float64Array[], weights: readonly number[]): Float64Array => {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, k) => {
    for (let i = 0; i < sum.length; i++) sum[i] += weights[k] * vector[i];
  });
  return sum;
};

const mostSweeps = 400;
/** Iteration stops once two sweeps differ by less than this; rounding of a few thousand points is nearly as large. */
const settled = 3e-14;

/**
 * The lowest `count` modes, or all if there are fewer points. Deterministic, but the sign of a vector and the basis of
 * a multiple eigenvalue are arbitrary.
 *
 * @example
 * lowestModes(lattice, 20).values[0]   // of a square of side L: 8 sin^2(pi / 2L)
 */
export const lowestModes = (lattice: Lattice, count: number): Modes => {
  const size = siteCount(lattice);
  const wanted = Math.min(count, size);
  const { sites, numberOf } = ordering(lattice);
  const factor = cholesky(laplacian(lattice, sites, numberOf));
  // More vectors than wanted, since each sweep reduces the error by (lambda_wanted / lambda_block)^2.
  const block = Math.min(size, 2 * wanted + 4);
  const random = stream(0, 'drums', 'modes');
  let basis = orthonormal(
    Array.from({ length: block }, () => Float64Array.from({ length: size }, () => random.uniform() - 0.5)),
  );
  let inverses = new Float64Array(wanted);
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    const images = basis.map((vector) => solve(factor, vector));
    const small = new Matrix(basis.map((a) => images.map((b) => dot(a, b))));
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
      Matrix.add(small, small.transpose()).mul(0.5),
      { assumeSymmetric: true },
    );
    const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
    basis = orthonormal(order.map((i) => combine(images, eigenvectorMatrix.getColumn(i))));
    const found = Float64Array.from(order.slice(0, wanted), (i) => realEigenvalues[i]);
    const moved = found.some((value, i) => Math.abs(value - inverses[i]) > settled * value);
    inverses = found;
    if (!moved) break;
  }
  return {
    values: inverses.map((inverse) => 1 / inverse),
    vectors: basis.slice(0, wanted).map((vector) => {
      const field = new Float64Array(lattice.inside.length);
      sites.forEach((index, number) => {
        field[index] = vector[number];
      });
      return field;
    }),
  };
};
