/** The implicit midpoint rule, and how its equation is solved. */

import { offset } from '../functions/pointwise.js';
import { checkedOptions } from '../options.js';
import type { StateOf } from '../scan-types.js';
import { refuse } from '../tensor.js';
import { inWords } from '../untyped.js';
import type { Dynamics, Method, Time } from './method.js';
import { addState } from './state.js';

/**
 * A way to solve the equation of an implicit stage, k = rate(state + h k, time), for the slope k: a fixed number of
 * operations, since every interpreter must know a program's cost. `newton` makes one.
 */
export interface StageSolver {
  readonly name: string;
  readonly solve: <State extends StateOf>(
    rate: Dynamics<State>,
    state: State,
    time: Time,
    h: number,
  ) => State;
}

/** Options of the implicit midpoint rule: one of the two. */
export interface MidpointOptions {
  /** The number of fixed-point sweeps of the equation, each at the cost of one rate; default 6. */
  readonly sweeps?: number;
  /** Another solver of the equation, such as `newton()`, for stiff rates. */
  readonly solver?: StageSolver;
}

/**
 * The implicit midpoint rule y' = y + h f((y + y') / 2), of order 2; it keeps every quadratic invariant, so the energy of
 * linear waves, and is symplectic (Hairer, Lubich & Wanner 2006, ch. IV.2).
 *
 * The equation for y' is swept as a fixed point from y' = y + h f(y). Each sweep divides what is left of its residual by
 * 2 / (h L), L the largest rate at which two states part: it converges where h L < 2, and keeps invariants up to that
 * residual. For stiffer rates take `{ solver: newton() }`, or split them (`strang`).
 *
 * @example
 * const gentle = implicitMidpoint({ sweeps: 10 });
 * gentle.order; // => 2
 */
export const implicitMidpoint = (options: MidpointOptions = {}): Method => {
  const { sweeps, solver } = checkedOptions('implicitMidpoint', options, { sweeps: true, solver: true });
  if (sweeps !== undefined && solver !== undefined)
    return refuse('implicitMidpoint', 'takes sweeps or a solver, which does not sweep; leave one out');
  return {
    name: 'implicitMidpoint',
    order: 2,
    advance: solver === undefined ? swept(sweeps ?? 6) : solved(solver),
  };
};

const swept = (sweeps: number): Method['advance'] =>
  Number.isSafeInteger(sweeps) && sweeps >= 1
    ? (rate, state, time, h) => {
        const middle = offset(h / 2, time);
        let k = rate(state, time);
        for (let sweep = 0; sweep < sweeps; sweep++) k = rate(addState(state, h / 2, k), middle);
        return addState(state, h, k);
      }
    : refuse('implicitMidpoint', `takes a whole number of at least 1 sweeps, got ${sweeps}`);

const solved = (solver: StageSolver): Method['advance'] =>
  'solve' in Object(solver)
    ? (rate, state, time, h) => addState(state, h, solver.solve(rate, state, offset(h / 2, time), h / 2))
    : refuse('implicitMidpoint', `its solver is one such as newton(), got ${inWords(solver)}`);
