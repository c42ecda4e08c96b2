/** UnICORNN: undamped oscillators without coupling. */

import { add, dense, mul, program, scale, scanOver, sigmoid, sub, tanh } from '../../dsl/index.js';

/** Settings of a row of undamped oscillators. */
export interface UnicornnOptions<L extends number, C extends number, T extends number> {
  /** Number of oscillators in the row. */
  readonly length: L;
  readonly channels: C;
  readonly steps: T;
  /** h: the largest time step; each oscillator takes the fraction sigmoid(c) of it. */
  readonly dt: number;
  /** alpha: the square of the natural frequency. */
  readonly alpha: number;
}

/**
 * "UnICORNN: A recurrent model for learning very long time dependencies" (Rusch & Mishra 2021, arXiv 2103.05487), one layer of
 * its network: y'' = -(tanh(w y + V u + b) + alpha y), by a kick and a drift of the step s = h sigmoid(c),
 *
 *     z' = z - s (tanh(w y + V u + b) + alpha y),     y' = y + s z'.
 *
 * Each oscillator is a Hamiltonian system: without input the step preserves the area in (y, z) and is invertible.
 *
 * Fields: y, z [L, C]. Other inputs: w and c [L, C], in the paper learned, and u [T, L, C]. Parameters: input/weight [C, C] and
 * input/bias (V, b; the identity and zero).
 *
 * @example
 * const p = unicornn({ length: 4, channels: 1, steps: 5, dt: 0.2, alpha: 0.9 });
 * signature(select(p, 'y')); // => 'c [4,1], u [5,4,1], w [4,1], y [4,1], z [4,1] → y [5,4,1]'
 */
export const unicornn = <const L extends number, const C extends number, const T extends number>(
  o: UnicornnOptions<L, C, T>,
) => {
  const field = [o.length, o.channels] as const;
  return program({ y: field, z: field, w: field, c: field, u: [o.steps, ...field] }, (inputs) => {
    const pace = scale(o.dt, sigmoid(inputs.c));
    return scanOver({
      over: dense(o.channels, { init: 'identity', name: 'input' })(inputs.u),
      init: { y: inputs.y, z: inputs.z },
      step: ({ y, z }, push) => {
        const pull = add(tanh(add(mul(inputs.w, y), push)), scale(o.alpha, y));
        const kicked = sub(z, mul(pace, pull));
        return { y: add(y, mul(pace, kicked)), z: kicked };
      },
      observe: (state) => state,
    });
  });
};
