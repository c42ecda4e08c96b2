/**
 * Methods that treat some fields, the velocities, apart: kicks change them, drifts change all others. They keep the energy
 * of undamped waves within bounds for any number of steps (Hairer, Lubich & Wanner 2006, ch. VI).
 *
 * The rate of every field is written, but only those of the fields moved are used; the rest is pruned.
 */

import { add, offset, scale } from '../functions/pointwise.js';
import type { StateOf } from '../scan-types.js';
import { refuse } from '../tensor.js';
import type { Dynamics, Method, Time } from './method.js';
import { withFields } from './state.js';

/** The fields that are kicked and those that drift; refuses a state that lacks one, and one that has no others. */
const splitFields = (
  operation: string,
  state: StateOf,
  kicked: readonly string[],
): { readonly kicked: readonly string[]; readonly drifting: readonly string[] } => {
  const names = Object.keys(state);
  const missing = kicked.find((name) => !names.includes(name));
  if (missing !== undefined)
    return refuse(
      operation,
      `the state has no field '${missing}' to kick, it has ${names.join(', ')}; name its velocities: ${operation}('v')`,
    );
  const drifting = names.filter((name) => !kicked.includes(name));
  return drifting.length > 0
    ? { kicked, drifting }
    : refuse(operation, `all fields are kicked and none drifts: name the velocities alone`);
};

/** The velocities that were named, or z. */
const namedOrZ = (kicked: readonly string[]): readonly string[] => (kicked.length === 0 ? ['z'] : kicked);

/** These fields moved by h times their rate at a state; the others stay. */
const moved = <State extends StateOf>(
  state: State,
  names: readonly string[],
  h: number,
  rate: State,
): State => withFields(state, names, (name) => add(state[name], scale(h, rate[name])));

/**
 * Moves these fields for a time h while the others stay, by the midpoint rule: of order 2 even if their rate depends
 * on themselves, as damping does. Otherwise both rates are the same, and this is x + h f.
 */
const movedTwice = <State extends StateOf>(
  state: State,
  names: readonly string[],
  h: number,
  rate: Dynamics<State>,
  [begin, middle]: readonly [Time, Time],
): State => moved(state, names, h, rate(moved(state, names, h / 2, rate(state, begin)), middle));

/**
 * Kick, then drift, z' = z + h f(y, z), y' = y + h g(y, z'), of order 1 (symplectic Euler). With y' = z it is the step of
 * `oscillator`, to the bit.
 *
 * @param kicked the fields that are velocities; default z
 * @example
 * const step = integrate({ method: symplecticEuler(), dt: 0.1, rate: (s: Wave<readonly [4]>) => ({ y: s.z, z: negate(s.y) }) });
 * shapeOf(step({ y: ones(4), z: zeros(4) }, { index: fill(0) }).y); // => [4]
 */
export function symplecticEuler(): Method<'z'>;
export function symplecticEuler<const F extends string>(...kicked: readonly F[]): Method<F>;
export function symplecticEuler(...kicked: readonly string[]): Method<string> {
  const fields = namedOrZ(kicked);
  return {
    name: 'symplecticEuler',
    order: 1,
    fields,
    advance: (rate, state, time, h) => {
      const split = splitFields('symplecticEuler', state, fields);
      const kick = moved(state, split.kicked, h, rate(state, time));
      return moved(kick, split.drifting, h, rate(kick, time));
    },
  };
}

/**
 * Velocity Verlet, of order 2: half a kick, a drift, half a kick (Hairer, Lubich & Wanner 2003). Two evaluations of the force
 * per step; four if it depends on the velocity, as damping does, which keeps the order.
 *
 * @param kicked the fields that are velocities; default z
 * @example
 * const orbit = integrate({ method: verlet('p'), dt: 0.1, rate: (s: { q: Tensor; p: Tensor }) => ({ q: s.p, p: negate(s.q) }) });
 * shapeOf(orbit({ q: ones(4), p: zeros(4) }, { index: fill(0) }).q); // => [4]
 */
export function verlet(): Method<'z'>;
export function verlet<const F extends string>(...kicked: readonly F[]): Method<F>;
export function verlet(...kicked: readonly string[]): Method<string> {
  const fields = namedOrZ(kicked);
  return {
    name: 'verlet',
    order: 2,
    fields,
    advance: (rate, state, time, h) => {
      const split = splitFields('verlet', state, fields);
      const end = offset(h, time);
      const kick = movedTwice(state, split.kicked, h / 2, rate, [time, time]);
      const drift = movedTwice(kick, split.drifting, h, rate, [time, offset(h / 2, time)]);
      return movedTwice(drift, split.kicked, h / 2, rate, [end, end]);
    },
  };
}
