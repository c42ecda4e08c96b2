/** coRNN: a network of coupled, damped, forced oscillators. */

import { add, conv, coupling, dense, program, scale, scanOver, sub, tanh } from '../../dsl/index.js';
import type { Lattice } from './lattice.js';
import type { CouplingStart } from './nwm-core.js';

/** Settings of a coRNN on a lattice. */
export interface CornnOptions<H extends number, W extends number, C extends number, T extends number>
  extends Lattice<H, W, T> {
  readonly channels: C;
  /** gamma: the square of the oscillators' natural frequency. */
  readonly gamma: number;
  /** epsilon: damping. */
  readonly epsilon: number;
  /** Whether the damping acts on the new velocity (n-bar = n) or on the old one (n-bar = n - 1). Default 'implicit'. */
  readonly damping?: 'implicit' | 'explicit';
  /** Side of both kernels; default 3. */
  readonly kernel?: number;
  /** Initial values of W, which couples displacements; default 'laplacian'. */
  readonly init?: CouplingStart;
  /** Initial values of Wz, which couples velocities; default 'zeros'. */
  readonly velocityInit?: CouplingStart;
}

/**
 * "Coupled Oscillatory Recurrent Neural Network" (Rusch & Mishra 2021, arXiv 2010.00951), eq. 1,
 * y'' = tanh(W y + Wz y' + V u + b) - gamma y - epsilon y', in its discretisation eq. 3,
 *
 *     z' = z + h (tanh(W y + Wz z + V u + b) - gamma y - epsilon z~),     y' = y + h z',
 *
 * z~ the new velocity z' or the old one z. The paper's units are a vector and its W any matrix; here they are sites
 * of a lattice and W a convolution, as in Keller & Welling 2023, which is one such matrix.
 *
 * Fields: y, z [H, W, C]. Other inputs: u [T, H, W, C]. Parameters: coupling/weight and coupling/bias (W, b),
 * velocity/weight (Wz), input/weight [C, C] (V).
 *
 * @example
 * const p = cornn({ height: 8, width: 8, channels: 1, steps: 5, dt: 0.1, gamma: 1, epsilon: 0.5 });
 * signature(select(p, 'y')); // => 'u [5,8,8,1], y [8,8,1], z [8,8,1] → y [5,8,8,1]'
 */
export const cornn = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: CornnOptions<H, W, C, T>,
) => {
  const { height, width, channels, dt } = o;
  const field = [height, width, channels] as const;
  return program({ y: field, z: field, u: [o.steps, ...field] }, ({ y, z, u }) => {
    const lattice = { kernel: o.kernel ?? 3, boundary: o.boundary ?? 'circular' } as const;
    const displacements = coupling({ ...lattice, init: o.init ?? 'laplacian' });
    const velocities = conv(channels, {
      ...lattice,
      init: o.velocityInit ?? 'zeros',
      bias: true,
      name: 'velocity',
    });
    const driven = dense(channels, { bias: false, init: 'identity', name: 'input' })(u);
    const explicit = o.damping === 'explicit';
    return scanOver({
      over: driven,
      init: { y, z },
      step: (s, push) => {
        const force = tanh(add(add(displacements(s.y), velocities(s.z)), push));
        const kicked = add(s.z, scale(dt, sub(force, scale(o.gamma, s.y))));
        const damped = explicit
          ? sub(kicked, scale(dt * o.epsilon, s.z))
          : scale(1 / (1 + dt * o.epsilon), kicked);
        return { y: add(s.y, scale(dt, damped)), z: damped };
      },
      observe: (state) => state,
    });
  });
};
