/** The oscillator step: second-order dynamics on a grid, integrated kick-drift. */

import { add, mul, scale, sub } from '../functions/pointwise.js';
import { checkedOptions } from '../options.js';
import type { Clock } from '../scan-types.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';

/** Displacement y and velocity z of every oscillator. */
export type Wave<S extends Shape> = { readonly y: Tensor<S>; readonly z: Tensor<S> };

/** The forces on a lattice of oscillators. Every field has the shape of the displacement. */
export interface Oscillator<S extends Shape> {
  /** The time step h. */
  readonly dt: number;
  /** The force of the neighbours, from the displacement: `(y) => tanh(coupling(y))`. */
  readonly coupling: (y: Tensor<S>) => Tensor<S>;
  /** Natural frequency term omega (the square of the frequency): a restoring force -omega y. */
  readonly frequency?: Tensor<S>;
  /** Damping alpha: a force -alpha z at the old velocity. */
  readonly damping?: Tensor<S>;
  /** Any other force: an input, noise. */
  readonly forcing?: (state: Wave<S>, clock: Clock) => Tensor<S>;
}

const all = { dt: true, coupling: true, frequency: true, damping: true, forcing: true } as const;

/**
 * One kick-drift (symplectic Euler) step,
 *
 *     z' = z + h ( coupling(y) - omega y - alpha z + forcing ),     y' = y + h z',
 *
 * as in the Neural Wave Machine (arXiv 2502.06034). It is `symplecticEuler` of y' = z, z' = force, to the same hash; other
 * methods take the same dynamics by `integrate`. Undamped and linear it is stable iff h^2 lambda_max < 4, with
 * lambda_max the largest eigenvalue of the stiffness.
 *
 * @example
 * const waves = scan({
 *   steps: 100,
 *   init: { y, z: zeros(64, 64, 2) },
 *   step: oscillator({ dt: 0.5, coupling: coupling() }),
 *   observe: (wave) => wave.y,
 * });   // Tensor<readonly [100, 64, 64, 2]>
 */
export const oscillator = <S extends Shape>(what: Oscillator<S>) => {
  const { dt, coupling, frequency, damping, forcing } = checkedOptions('oscillator', what, all);
  return (state: Wave<S>, clock: Clock): Wave<S> => {
    const { y, z } = state;
    const restored = frequency === undefined ? coupling(y) : sub(coupling(y), mul(frequency, y));
    const damped = damping === undefined ? restored : sub(restored, mul(damping, z));
    const force = forcing === undefined ? damped : add(damped, forcing(state, clock));
    const kicked = add(z, scale(dt, force));
    return { y: add(y, scale(dt, kicked)), z: kicked };
  };
};
