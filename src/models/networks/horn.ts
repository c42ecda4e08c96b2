/** HORN: harmonic oscillators, coupled by their velocities. */

import { add, dense, mul, scale, scanOver, square, sub, type Tensor, tanh, zeros } from '../../dsl/index.js';
import { needs } from './options.js';

/** Settings of a harmonic oscillator network; the coefficients are numbers of each unit. */
export interface HornLayerOptions<N extends number> {
  readonly units: N;
  /** The time step h. */
  readonly dt: number;
  /** The strength of the drive of a unit. */
  readonly alpha: Tensor<readonly [N]>;
  /** The natural frequency. */
  readonly omega: Tensor<readonly [N]>;
  /** Damping: a force -2 gamma y. */
  readonly gamma: Tensor<readonly [N]>;
  /** v: the strength with which a unit's own amplitude drives it; default 0, as in the authors' code. */
  readonly feedback?: Tensor<readonly [N]>;
  /** The factor g of the recurrent input; default 1 / sqrt(units). */
  readonly gain?: number;
}

/**
 * "The functional role of oscillatory dynamics in neocortical circuits: a computational perspective" (Effenberger, Carvalho,
 * Dubinin & Singer 2025): for each element s of a sequence [T, I],
 *
 *     y' = y + h ( alpha tanh(W s + b + g (R y + c) + v x) - omega^2 x - 2 gamma y ),     x' = x + h y',
 *
 * from rest; x is the amplitude, y the velocity. Gives x and y, [T, units] each.
 *
 * Parameters: input/weight [I, units] and input/bias (W, b), recurrent/weight and recurrent/bias (R, c).
 *
 * @example
 * const all = (value: number) => fill(value, 16);
 * const swing = hornLayer({ units: 16, dt: 1, alpha: all(0.4), omega: all(0.22), gamma: all(0.01) });
 * const { x } = swing(stimulus);
 * const heard = x;   // Tensor<readonly [100, 16]>
 */
export const hornLayer = <const N extends number>(o: HornLayerOptions<N>) => {
  needs('hornLayer', o, 'units', 'dt', 'alpha', 'omega', 'gamma');
  const { units, dt, alpha, omega, gamma, feedback, gain = 1 / Math.sqrt(units) } = o;
  const [input, recurrent] = [dense(units, { name: 'input' }), dense(units, { name: 'recurrent' })];
  return <T extends number, I extends number>(stimulus: Tensor<readonly [T, I]>) =>
    scanOver({
      over: input(stimulus),
      init: { x: zeros(units), y: zeros(units) },
      step: ({ x, y }, heard) => {
        const coupled = add(heard, scale(gain, recurrent(y)));
        const drive = feedback === undefined ? coupled : add(coupled, mul(feedback, x));
        const pull = add(mul(square(omega), x), scale(2, mul(gamma, y)));
        const velocity = add(y, scale(dt, sub(mul(alpha, tanh(drive)), pull)));
        return { x: add(x, scale(dt, velocity)), y: velocity };
      },
      observe: (state) => state,
    });
};
