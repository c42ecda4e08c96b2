/** HORN: harmonic oscillators, each with its own frequency, coupled by their velocities. */

import { add, coupling, dense, mul, program, scale, scanOver, square, sub, tanh } from '../../dsl/index.js';
import type { Lattice } from './lattice.js';
import type { CouplingStart } from './nwm-core.js';

/** Settings of a harmonic oscillator network on a lattice. */
export interface HornOptions<H extends number, W extends number, C extends number, T extends number>
  extends Lattice<H, W, T> {
  readonly channels: C;
  /** alpha: the strength of the drive of a unit. */
  readonly alpha: number;
  /** gamma: damping, a force -2 gamma y. */
  readonly gamma: number;
  /** g: the strength of the coupling between units. */
  readonly gain: number;
  /** Side of the coupling's kernel; default 3. */
  readonly kernel?: number;
  /** Initial values of R; default 'laplacian'. */
  readonly init?: CouplingStart;
}

/**
 * "The functional role of oscillatory dynamics in neocortical circuits: a computational perspective" (Effenberger, Carvalho,
 * Dubinin & Singer 2025), as its code has it, on a lattice:
 *
 *     y' = y + h (alpha tanh(W s + b + g R y) - omega^2 x - 2 gamma y),     x' = x + h y'.
 *
 * The paper's units are a vector and its R any matrix; here they are sites and R a convolution, which is one such
 * matrix (`hornLayer` of `drumhead/networks` has any). The force of the other units is bounded, |alpha tanh| < alpha.
 *
 * Fields: x, amplitude, and y, velocity, [H, W, C]. Other inputs: omega [H, W, C], the natural frequencies, and s [T, H, W, C],
 * the stimulus. Parameters: coupling/weight (R), input/weight [C, C] and input/bias (W, b; the identity and zero).
 *
 * @example
 * const p = horn({ height: 8, width: 8, channels: 1, steps: 5, dt: 1, alpha: 0.2, gamma: 0.01, gain: 1 });
 * signature(select(p, 'x')); // => 'omega [8,8,1], s [5,8,8,1], x [8,8,1], y [8,8,1] → x [5,8,8,1]'
 */
export const horn = <
  const H extends number,
  const W extends number,
  const C extends number,
  const T extends number,
>(
  o: HornOptions<H, W, C, T>,
) => {
  const field = [o.height, o.width, o.channels] as const;
  return program({ x: field, y: field, omega: field, s: [o.steps, ...field] }, ({ x, y, omega, s }) => {
    const { kernel = 3, boundary = 'circular', init = 'laplacian' } = o;
    const others = coupling({ kernel, boundary, init });
    return scanOver({
      over: dense(o.channels, { init: 'identity', name: 'input' })(s),
      init: { x, y },
      step: (state, heard) => {
        const drive = scale(o.alpha, tanh(add(heard, scale(o.gain, others(state.y)))));
        const pull = add(mul(square(omega), state.x), scale(2 * o.gamma, state.y));
        const velocity = add(state.y, scale(o.dt, sub(drive, pull)));
        return { x: add(state.x, scale(o.dt, velocity)), y: velocity };
      },
      observe: (state) => state,
    });
  });
};
