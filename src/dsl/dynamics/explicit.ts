/** Explicit methods for any dynamics: Euler, Runge and Kutta. */

import { add, offset, scale } from '../functions/pointwise.js';
import type { Method } from './method.js';
import { addState, withFields } from './state.js';

/**
 * Euler's method, y' = y + h f(y), of order 1. On undamped waves it gains energy at every step: take `symplecticEuler`.
 *
 * @example
 * const cooling = integrate({ method: euler, dt: 0.1, rate: (s: { y: Tensor }) => ({ y: scale(-0.5, s.y) }) });
 * shapeOf(cooling({ y: ones(4) }, { index: fill(0) }).y); // => [4]
 */
export const euler: Method = {
  name: 'euler',
  order: 1,
  advance: (rate, state, time, h) => addState(state, h, rate(state, time)),
};

/**
 * The method of Runge and Kutta of order 4: four rates a step, weighted 1 : 2 : 2 : 1 (Hairer, Norsett & Wanner 1993,
 * ch. II.1).
 *
 * @example
 * rk4.order; // => 4
 */
export const rk4: Method = {
  name: 'rk4',
  order: 4,
  advance: (rate, state, time, h) => {
    const middle = offset(h / 2, time);
    const k1 = rate(state, time);
    const k2 = rate(addState(state, h / 2, k1), middle);
    const k3 = rate(addState(state, h / 2, k2), middle);
    const k4 = rate(addState(state, h, k3), offset(h, time));
    return withFields(state, Object.keys(state), (name) => {
      const ends = add(k1[name], k4[name]);
      const inner = add(k2[name], k3[name]);
      return add(state[name], scale(h / 6, add(ends, scale(2, inner))));
    });
  },
};
