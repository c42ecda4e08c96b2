/** Symmetric positive definite banded systems: Cholesky factors and solutions. */

/** The lower half of a symmetric matrix: entry (i, i - d) at `values[i * (band + 1) + d]`, d = 0 .. band. */
export interface Banded {
  readonly size: number;
  readonly band: number;
  readonly values: Float64Array;
}

/**
 * The Cholesky factor, in the same storage. The caller knows that the matrix is positive definite: a Dirichlet
 * Laplacian is.
 */
export const cholesky = ({ size, band, values }: Banded): Banded => {
  const factor = values.slice();
  const stride = band + 1;
  for (let i = 0; i < size; i++) {
    for (let j = Math.max(0, i - band); j <= i; j++) {
      let sum = factor[i * stride + i - j];
      for (let k = Math.max(0, i - band, j - band); k < j; k++)
        sum -= factor[i * stride + i - k] * factor[j * stride + j - k];
      factor[i * stride + i - j] = i === j ? Math.sqrt(sum) : sum / factor[j * stride];
    }
  }
  return { size, band, values: factor };
};

/** The solution x of L L' x = b for a Cholesky factor L. */
export const solve = ({ size, band, values }: Banded, b: Float64Array): Float64Array => {
  const stride = band + 1;
  const x = b.slice();
  for (let i = 0; i < size; i++) {
    let sum = x[i];
    for (let d = Math.min(band, i); d > 0; d--) sum -= values[i * stride + d] * x[i - d];
    x[i] = sum / values[i * stride];
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i];
    for (let d = Math.min(band, size - 1 - i); d > 0; d--) sum -= values[(i + d) * stride + d] * x[i + d];
    x[i] = sum / values[i * stride];
  }
  return x;
};
