/** Splitting: a motion as two motions in turn, each by the method that suits it, or exactly. */

import { exp, mul, offset, scale } from '../functions/pointwise.js';
import type { StateOf } from '../scan-types.js';
import { refuse, type Tensor } from '../tensor.js';
import { recordOf } from '../untyped.js';
import { asFlow, checkedFlow, type Flow } from './method.js';
import { withFields } from './state.js';

/** A state that has these fields among others. */
type With<F extends string> = StateOf & { readonly [N in F]: Tensor };

/** A flow of every state that has these fields. */
export interface PartialFlow<F extends string> extends Omit<Flow<StateOf>, 'advance'> {
  readonly advance: <State extends With<F>>(state: State, time: Tensor<readonly []>, h: number) => State;
}

/**
 * Strang splitting, of order 2: half the outer flow, the inner flow, half the outer flow (Strang 1968; Hairer, Lubich &
 * Wanner 2006, ch. II.5). Symplectic if both are. The outer flow is taken twice: let it be the cheaper one.
 *
 * @example
 * const damped = strang(decay({ z: relu(y) }), flowOf(verlet(), (s: Wave<readonly [64, 64, 2]>) => ({ y: s.z, z: negate(s.y) })));
 * damped.order; // => 2
 */
export const strang = <State extends StateOf>(
  outer: Flow<NoInfer<State>>,
  inner: Flow<State>,
): Flow<State> => {
  const [before, within] = [outer, inner].map((flow) => checkedFlow('strang', flow));
  return asFlow<Flow<State>>({
    name: `strang(${before.name}, ${within.name})`,
    order: Math.min(2, before.order, within.order),
    advance: (state, time, h) => {
      const begun = before.advance(state, time, h / 2);
      return before.advance(within.advance(begun, time, h), offset(h / 2, time), h / 2);
    },
  });
};

/**
 * Exact decay of the named fields, z' = -a z, so z exp(-a h): the exponential part of a splitting. It is stable however
 * large a is, and exact; a is a field of the shape of z, or a scalar.
 *
 * @example
 * const fading = decay({ z: fill(0.5) });
 * shapeOf(fading.advance({ y, z }, fill(0), 0.1).z); // => [64, 64, 2]
 */
export const decay = <const F extends string>(
  rates: {
    readonly [N in F]: Tensor;
  },
): PartialFlow<F> => {
  const given: Readonly<Record<string, Tensor>> = recordOf('decay', 'what is given', rates);
  const names = Object.keys(given);
  return asFlow<PartialFlow<F>>({
    name: 'decay',
    order: Number.POSITIVE_INFINITY,
    advance: (state, _, h) => {
      const missing = names.find((name) => !Object.hasOwn(state, name));
      if (missing !== undefined)
        return refuse(
          'decay',
          `the state has no field '${missing}' to decay, it has ${Object.keys(state).join(', ')}`,
        );
      return withFields(state, names, (name) => mul(state[name], exp(scale(-h, given[name]))));
    },
  });
};
