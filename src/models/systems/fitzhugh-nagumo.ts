/** FitzHugh-Nagumo: an excitable medium. */

import { add, mul, offset, program, scale, scan, square, sub } from '../../dsl/index.js';
import { type Lattice, laplacian } from './lattice.js';

/** Settings of an excitable medium. */
export interface FitzHughNagumoOptions<H extends number, W extends number, T extends number>
  extends Lattice<H, W, T> {
  /** D: diffusion of the voltage; diffusion alone is stable for 4 D h < 1, with the reaction slightly less. */
  readonly diffusion: number;
  /** epsilon: rate of the recovery, small for slow recovery. */
  readonly epsilon: number;
  readonly a: number;
  readonly b: number;
  /** I: the current into every site. */
  readonly current: number;
}

/**
 * FitzHugh 1961, eqs. 1 and 2, and Nagumo et al. 1962, with diffusion, by Euler's step of size h:
 *
 *     v' = D lap(v) + v - v^3 / 3 - w + I,     w' = epsilon (v + a - b w).
 *
 * FitzHugh writes x = -v, y = w, z = -I and c^2 = 1 / epsilon, and measures time in units that are c times as long.
 *
 * Fields: v, voltage, and w, recovery, [H, W, 1].
 *
 * @example
 * const p = fitzHughNagumo({ height: 8, width: 8, steps: 5, dt: 0.1, diffusion: 1, epsilon: 0.08, a: 0.7, b: 0.8,
 *                            current: 0 });
 * signature(p); // => 'v [8,8,1], w [8,8,1] → v [5,8,8,1], w [5,8,8,1]'
 */
export const fitzHughNagumo = <const H extends number, const W extends number, const T extends number>(
  o: FitzHughNagumoOptions<H, W, T>,
) => {
  const field = [o.height, o.width, 1] as const;
  const spread = laplacian(1, o.boundary ?? 'circular', o.diffusion);
  return program({ v: field, w: field }, ({ v, w }) =>
    scan({
      steps: o.steps,
      init: { v, w },
      step: (s) => {
        const cubic = sub(s.v, scale(1 / 3, mul(s.v, square(s.v))));
        const voltage = offset(o.current, sub(add(spread(s.v), cubic), s.w));
        const recovery = scale(o.epsilon, offset(o.a, sub(s.v, scale(o.b, s.w))));
        return { v: add(s.v, scale(o.dt, voltage)), w: add(s.w, scale(o.dt, recovery)) };
      },
      observe: (state) => state,
    }),
  );
};
