/** The wave equation on a lattice. */

import { fill, oscillator, program, scan } from '../../dsl/index.js';
import { type Lattice, laplacian } from './lattice.js';

/** Settings of a membrane. */
export interface WaveOptions<H extends number, W extends number, C extends number, T extends number>
  extends Lattice<H, W, T> {
  /** Independent membranes. */
  readonly channels: C;
  /** Speed c of the waves, in sites per unit of time. */
  readonly speed: number;
  /** Restoring term: a force -omega y; 0 by default. */
  readonly omega?: number;
  /** Damping: a force -alpha z; 0 by default. */
  readonly alpha?: number;
}

/**
 * u_tt = c^2 lap(u) - omega u - alpha u_t with the five-point Laplacian, integrated kick-drift:
 * z' = z + h (c^2 L y - omega y - alpha z), y' = y + h z'. Linear; on a torus of even sides stable iff
 * h^2 (8 c^2 + omega) + 2 h alpha < 4 (Courant, Friedrichs & Lewy 1928).
 *
 * For omega = alpha = 0 this is eq. 2.113 of Langtangen & Linge, "Finite Difference Computing with PDEs" (the authors'
 * edition on the web), without its source: y follows their scheme, eq. 2.117, stable for h c < 1/sqrt 2, eq. 2.98.
 *
 * Fields: y, displacement, and z, velocity, [H, W, C].
 *
 * @example
 * const p = wave({ height: 8, width: 8, channels: 1, steps: 5, dt: 0.5, speed: 1 });
 * signature(p); // => 'y [8,8,1], z [8,8,1] → y [5,8,8,1], z [5,8,8,1]'
 */
export const wave = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: WaveOptions<H, W, C, T>,
) => {
  const field = [o.height, o.width, o.channels] as const;
  return program({ y: field, z: field }, ({ y, z }) =>
    scan({
      steps: o.steps,
      init: { y, z },
      step: oscillator<readonly [H, W, C]>({
        dt: o.dt,
        coupling: laplacian(o.channels, o.boundary ?? 'circular', o.speed * o.speed),
        ...(o.omega ? { frequency: fill(o.omega, ...field) } : {}),
        ...(o.alpha ? { damping: fill(o.alpha, ...field) } : {}),
      }),
      observe: (state) => state,
    }),
  );
};
