/** Kuramoto oscillators: coupled phases. */

import { add, cos, mean, mul, program, scale, scan, sin, sub, type Tensor } from '../../dsl/index.js';
import { type Lattice, stencil, windowOf } from './lattice.js';

/** Settings of the coupling. */
export interface KuramotoOptions<H extends number, W extends number, T extends number>
  extends Lattice<H, W, T> {
  /** K: the total coupling strength of one oscillator. */
  readonly coupling: number;
  /**
   * Reach of the coupling along each axis, in sites: all other sites of that square have equal strength, K / their
   * number. 0 couples all with all, each pair with K / (number of sites). Default 1.
   */
  readonly reach?: number;
}

/**
 * theta_i' = omega_i + sum_j K_ij sin(theta_j - theta_i) (Kuramoto 1975; Acebron et al. 2005, eq. 1, and eq. 2 for all
 * with all), by Euler's step of size h. K is symmetric on a torus and for all-to-all coupling. Since sin(a - b) = sin a
 * cos b - cos a sin b, the sum is two convolutions.
 *
 * Adding an angle to all phases adds it to all later phases; the mean frequency is kept. Phases are not wrapped.
 *
 * Fields: theta, in radians, [H, W, 1]. Other inputs: omega [H, W, 1], the natural frequencies.
 *
 * @example
 * const p = kuramoto({ height: 8, width: 8, steps: 5, dt: 0.1, coupling: 1 });
 * signature(p); // => 'omega [8,8,1], theta [8,8,1] → theta [5,8,8,1]'
 */
export const kuramoto = <const H extends number, const W extends number, const T extends number>(
  o: KuramotoOptions<H, W, T>,
) => {
  const field = [o.height, o.width, 1] as const;
  const pull = o.reach === 0 ? fromAll(o.coupling) : fromNear(o);
  return program({ theta: field, omega: field }, ({ theta, omega }) =>
    scan({
      steps: o.steps,
      init: { theta },
      step: (state) => ({ theta: add(state.theta, scale(o.dt, add(omega, pull(state.theta)))) }),
      observe: (state) => state,
    }),
  );
};

const fromAll =
  (coupling: number) =>
  <H extends number, W extends number>(theta: Tensor<readonly [H, W, 1]>): Tensor<readonly [H, W, 1]> => {
    const [x, y] = [cos(theta), sin(theta)];
    const all = (values: Tensor<readonly [H, W, 1]>): Tensor => mean(0, 1, 2)(values);
    return scale(coupling, sub(mul(x, all(y)), mul(y, all(x))));
  };

const fromNear = ({
  coupling,
  reach = 1,
  boundary = 'circular',
}: Pick<KuramotoOptions<number, number, number>, 'coupling' | 'reach' | 'boundary'>) => {
  const others = (2 * reach + 1) ** 2 - 1;
  const window = windowOf(reach, (i, j) => (i === 0 && j === 0 ? 0 : coupling / others));
  const near = stencil(window, 1, boundary);
  return <H extends number, W extends number>(
    theta: Tensor<readonly [H, W, 1]>,
  ): Tensor<readonly [H, W, 1]> => {
    const [x, y] = [cos(theta), sin(theta)];
    return sub(mul(x, near(y)), mul(y, near(x)));
  };
};
