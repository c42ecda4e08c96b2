/** coRNN: coupled, damped, forced oscillators. */

import { add, dense, scale, scanOver, sub, type Tensor, tanh, zeros } from '../../dsl/index.js';
import { needs } from './options.js';

/** Settings of a coupled oscillatory network. */
export interface CornnLayerOptions<N extends number> {
  readonly units: N;
  /** The time step h. */
  readonly dt: number;
  /** The square of the natural frequency. */
  readonly gamma: number;
  /** Damping, which acts on the velocity before the step. */
  readonly epsilon: number;
}

/**
 * "Coupled Oscillatory Recurrent Neural Network" (Rusch & Mishra 2021, arXiv 2010.00951), eq. 3 as its code has it: for
 * each element u of a sequence [T, I],
 *
 *     z' = z + h ( tanh(W y + Wz z + V u + b) - gamma y - epsilon z ),     y' = y + h z',
 *
 * from rest. Gives y and z, [T, units] each.
 *
 * Parameters: displacement/weight (W), velocity/weight (Wz), both [units, units]; input/weight [I, units] and input/bias
 * (V, b).
 *
 * @example
 * const { y } = cornnLayer({ units: 16, dt: 0.04, gamma: 2.7, epsilon: 4.7 })(stimulus);
 * const heard = y;   // Tensor<readonly [100, 16]>
 */
export const cornnLayer = <const N extends number>(o: CornnLayerOptions<N>) => {
  needs('cornnLayer', o, 'units', 'dt', 'gamma', 'epsilon');
  const { units, dt, gamma, epsilon } = o;
  const input = dense(units, { name: 'input' });
  const displacement = dense(units, { name: 'displacement', bias: false });
  const velocity = dense(units, { name: 'velocity', bias: false });
  return <T extends number, I extends number>(sequence: Tensor<readonly [T, I]>) =>
    scanOver({
      over: input(sequence),
      init: { y: zeros(units), z: zeros(units) },
      step: ({ y, z }, heard) => {
        const drive = tanh(add(add(displacement(y), velocity(z)), heard));
        const kicked = add(z, scale(dt, sub(drive, add(scale(gamma, y), scale(epsilon, z)))));
        return { y: add(y, scale(dt, kicked)), z: kicked };
      },
      observe: (state) => state,
    });
};
