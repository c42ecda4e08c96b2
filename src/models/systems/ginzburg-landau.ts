/** The complex Ginzburg-Landau equation, with complex numbers as two channels. */

import { add, data, matmul, mul, program, scale, scan, square, sub, sumAlong } from '../../dsl/index.js';
import { type Lattice, laplacian } from './lattice.js';

/** The two dispersion coefficients of the equation, and its lattice. */
export interface GinzburgLandauOptions<H extends number, W extends number, T extends number>
  extends Lattice<H, W, T> {
  /** b: linear dispersion. */
  readonly b: number;
  /** c: nonlinear dispersion. */
  readonly c: number;
}

/**
 * A_t = A + (1 + i b) lap(A) - (1 + i c) |A|^2 A (Aranson & Kramer 2002, eq. 1), by Euler's step of size h with the
 * five-point Laplacian; diffusion alone is stable for h < 1 / (4 (1 + b^2)).
 *
 * Multiplying A by exp(i phi) multiplies all later A by it. A plane wave of wave number k has |A|^2 = 1 - k^2, on the
 * lattice 1 - 4 sin^2(k/2), as h goes to 0.
 *
 * Fields: a [H, W, 2], the real part and the imaginary part of A.
 *
 * @example
 * const p = ginzburgLandau({ height: 8, width: 8, steps: 5, dt: 0.05, b: 0, c: 1 });
 * signature(p); // => 'a [8,8,2] → a [5,8,8,2]'
 */
export const ginzburgLandau = <const H extends number, const W extends number, const T extends number>(
  o: GinzburgLandauOptions<H, W, T>,
) => {
  const field = [o.height, o.width, 2] as const;
  const spread = laplacian(2, o.boundary ?? 'circular');
  // (1 + i k) A as a matrix that acts on (real, imaginary) from the right.
  const times = (k: number) => data([1, k, -k, 1], 2, 2);
  return program({ a: field }, ({ a }) =>
    scan({
      steps: o.steps,
      init: { a },
      step: (s) => {
        const saturation = mul(s.a, sumAlong()(square(s.a)));
        const change = sub(matmul(spread(s.a), times(o.b)), matmul(saturation, times(o.c)));
        return { a: add(s.a, scale(o.dt, add(s.a, change))) };
      },
      observe: (state) => state,
    }),
  );
};
