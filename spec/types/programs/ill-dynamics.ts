/** Dynamics that do not fit their state, and methods that do not fit their dynamics. */

import {
  addState,
  decay,
  type Dynamics,
  fill,
  flowOf,
  integrate,
  negate,
  rk4,
  scan,
  stepOf,
  strang,
  symplecticEuler,
  type Tensor,
  verlet,
  zeros,
} from '../../../src/dsl/index.js';

type State = { readonly q: Tensor<readonly [5]>; readonly p: Tensor<readonly [5]> };
const turning: Dynamics<State> = ({ q, p }) => ({ q: p, p: negate(q) });
const init = { q: zeros(5), p: zeros(5) };

// error: Property 'p' is missing
const half: Dynamics<State> = ({ p }) => ({ q: p });
// error: '4' is not assignable to type '5'
const short: Dynamics<State> = ({ p }) => ({ q: p, p: zeros(4) });
// error: the state has no field 'z'
integrate({ method: verlet(), dt: 0.1, rate: turning });
// error: the state has no field 'v'
integrate({ method: symplecticEuler('v'), dt: 0.1, rate: turning });
// error: Property 'dt' is missing
integrate({ method: rk4, rate: turning });
// error: 'string' is not assignable to parameter of type 'number'
stepOf(flowOf(rk4, turning), '0.1');
scan({
  steps: 3,
  init,
  // error: '4' is not assignable to type '5'
  step: integrate({ method: rk4, dt: 0.1, rate: (_: State) => ({ q: zeros(4), p: zeros(5) }) }),
  observe: (s) => s.q,
});
// error: 'z' is missing in type 'State'
strang(decay({ z: fill(0.1) }), flowOf(rk4, turning));
// error: '4' is not assignable to type '5'
addState(init, 0.1, { q: zeros(4), p: zeros(5) });
// error: 'v' does not exist in type
addState(init, 0.1, { q: zeros(5), p: zeros(5), v: zeros(5) });
export const unused: readonly unknown[] = [half, short];
