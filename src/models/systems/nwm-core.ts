/** The core of the Neural Wave Machine: its oscillators without encoders and readout. */

import { coupling, oscillator, program, scan, tanh } from '../../dsl/index.js';
import type { Lattice } from './lattice.js';

/** Initial values of a coupling. */
export type CouplingStart = 'laplacian' | 'identity' | 'zeros' | 'pytorch' | 'glorot';

/** Settings of the oscillators of a Neural Wave Machine. */
export interface NwmCoreOptions<H extends number, W extends number, C extends number, T extends number>
  extends Lattice<H, W, T> {
  readonly channels: C;
  /** Side of the coupling's kernel; default 3. */
  readonly kernel?: number;
  /** Initial values of the coupling; default 'laplacian'. */
  readonly init?: CouplingStart;
  /** The activation of the coupling; 'identity' makes the lattice linear. Default 'tanh'. */
  readonly activation?: 'tanh' | 'identity';
}

/**
 * "Traveling Waves Integrate Spatial Information Through Time" (arXiv 2502.06034), only the recurrence. It is eq. 3 of
 * Rusch & Mishra 2021 (arXiv 2010.00951; `cornn`) with the damping on the old velocity, without coupled velocities,
 * input and bias, and with fields for gamma and epsilon:
 *
 *     z' = z + h (tanh(W * y) - omega y - alpha z),     y' = y + h z',
 *
 * W a free convolution, a parameter. Linearised with a Laplacian W it is stable while
 * h^2 (8 + max omega) + 2 h max alpha < 4.
 *
 * Fields: y, z [H, W, C]. Other inputs: omega and alpha [H, W, C], computed from the image by the encoders of the whole
 * model. Parameters: coupling/weight [kernel, kernel, C, C].
 *
 * @example
 * const p = nwmCore({ height: 8, width: 8, channels: 2, steps: 5, dt: 0.1 });
 * signature(select(p, 'y')); // => 'alpha [8,8,2], omega [8,8,2], y [8,8,2], z [8,8,2] → y [5,8,8,2]'
 */
export const nwmCore = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: NwmCoreOptions<H, W, C, T>,
) => {
  const field = [o.height, o.width, o.channels] as const;
  return program({ y: field, z: field, omega: field, alpha: field }, ({ y, z, omega, alpha }) => {
    const neighbours = coupling({
      kernel: o.kernel ?? 3,
      boundary: o.boundary ?? 'circular',
      init: o.init ?? 'laplacian',
    });
    return scan({
      steps: o.steps,
      init: { y, z },
      step: oscillator<readonly [H, W, C]>({
        dt: o.dt,
        coupling: (displacement) =>
          o.activation === 'identity' ? neighbours(displacement) : tanh(neighbours(displacement)),
        frequency: omega,
        damping: alpha,
      }),
      observe: (state) => state,
    });
  });
};
