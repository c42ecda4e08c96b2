/** The implicit midpoint rule, by a stated number of sweeps. */

import { checkedOptions } from '../options.js';
import { offset } from '../pointwise.js';
import { refuse } from '../tensor.js';
import type { Method } from './method.js';
import { addState } from './state.js';

/** Options of the implicit midpoint rule. */
export interface MidpointOptions {
  /** How often the equation is swept, each time at the cost of one rate; default 6. */
  readonly sweeps?: number;
}

/**
 * The implicit midpoint rule y' = y + h f((y + y') / 2), of order 2; it keeps every quadratic invariant, so the energy of
 * linear waves, and is symplectic (Hairer, Lubich & Wanner 2006, ch. IV.2).
 *
 * The equation for y' is swept as a fixed point from y' = y + h f(y). Each sweep divides what is left of its residual by
 * 2 / (h L), L the largest rate at which two states part: it converges where h L < 2, and keeps invariants up to that
 * residual. For stiffer systems split them (`strang`).
 *
 * @example
 * const gentle = implicitMidpoint({ sweeps: 10 });
 * gentle.order; // => 2
 */
export const implicitMidpoint = (options: MidpointOptions = {}): Method => {
  const { sweeps = 6 } = checkedOptions('implicitMidpoint', options, { sweeps: true });
  if (!Number.isSafeInteger(sweeps) || sweeps < 1)
    return refuse('implicitMidpoint', `takes a whole number of at least 1 sweeps, got ${sweeps}`);
  return {
    name: 'implicitMidpoint',
    order: 2,
    advance: (rate, state, time, h) => {
      const middle = offset(h / 2, time);
      let k = rate(state, time);
      for (let sweep = 0; sweep < sweeps; sweep++) k = rate(addState(state, h / 2, k), middle);
      return addState(state, h, k);
    },
  };
};
