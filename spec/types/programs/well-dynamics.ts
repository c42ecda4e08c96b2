/** Dynamics and methods on literal shapes: states keep their fields and sizes through every method, without a cast. */

import { newton } from '../../../src/compile/transform/index.js';
import {
  add,
  addState,
  coupling,
  type Dynamics,
  decay,
  dormandPrince,
  euler,
  fill,
  flowOf,
  implicitMidpoint,
  integrate,
  type Method,
  mapState,
  maximum,
  mul,
  negate,
  rk4,
  type Shape,
  type StateOf,
  type Step,
  scale,
  scan,
  sin,
  stepOf,
  strang,
  sub,
  symplecticEuler,
  type Tensor,
  tanh,
  verlet,
  type Wave,
  zeros,
  zipState,
} from '../../../src/dsl/index.js';
import { exactly } from './exactly.js';

const y = zeros(64, 64, 2);
const z = zeros(64, 64, 2);
const neighbours = coupling();

// A rate beside the state that a scan begins with: its types come from there.
const waves = scan({
  steps: 100,
  init: { y, z },
  step: integrate({ method: rk4, dt: 0.1, rate: (s) => ({ y: s.z, z: sub(tanh(neighbours(s.y)), sin(s.y)) }) }),
  observe: (s) => s.y,
});
exactly<Tensor<readonly [100, 64, 64, 2]>>()(waves, true);
const timed = scan({
  steps: 50,
  init: { q: zeros(5), p: zeros(5) },
  step: integrate({
    method: verlet('p'),
    dt: 0.1,
    rate: ({ q, p }, time) => ({ q: p, p: sub(mul(sin(time), q), q) }),
  }),
  observe: ({ q }) => q,
});
exactly<Tensor<readonly [50, 5]>>()(timed, true);

// Fields of different shapes, and a dynamics of its own name.
type Media = { readonly u: Tensor<readonly [8, 8, 1]>; readonly level: Tensor<readonly [3]> };
const fading: Dynamics<Media> = ({ u, level }) => ({ u: negate(u), level: scale(-2, level) });
const byEuler = integrate({ method: euler, dt: 0.1, rate: fading });
exactly<Step<Media>>()(byEuler, true);
const bySizes = integrate({ method: dormandPrince(), dt: 0.1, rate: fading });
exactly<Step<Media>>()(bySizes, true);
const bySweeps = integrate({ method: implicitMidpoint({ sweeps: 3 }), dt: 0.1, rate: fading });
exactly<Step<Media>>()(bySweeps, true);
const byNewton = integrate({ method: implicitMidpoint({ solver: newton() }), dt: 0.1, rate: fading });
exactly<Step<Media>>()(byNewton, true);

// Splitting.
const turning = ({ y: at, z: speed }: Wave<readonly [4]>): Wave<readonly [4]> => ({ y: speed, z: negate(at) });
const split = strang(decay({ z: fill(0.1) }), flowOf(symplecticEuler(), turning));
const damped = stepOf(split, 0.1);
exactly<Step<Wave<readonly [4]>>>()(damped, true);

// States as vectors.
const media: Media = { u: zeros(8, 8, 1), level: zeros(3) };
exactly<Media>()(addState(media, 0.5, fading(media, fill(0))), true);
exactly<Media>()(mapState(tanh)(media), true);
exactly<Media>()(zipState(maximum)(media, media), true);
exactly<Media>()(zipState((a, b) => add(a, scale(0.5, b)))(media, media), true);

// Generic code: a wave equation of any shape, and a method of one's own.
const pendulums = <S extends Shape>(at: Tensor<S>, speed: Tensor<S>, method: Method<'z'>): Tensor =>
  scan({
    steps: 10,
    init: { y: at, z: speed },
    step: integrate({ method, dt: 0.1, rate: (s) => ({ y: s.z, z: negate(sin(s.y)) }) }),
    observe: (s) => s.y,
  });
exactly<Tensor>()(pendulums(y, z, verlet()), true);
exactly<Tensor>()(pendulums(y, z, euler), true);
const twice: Method = {
  name: 'twice',
  order: 1,
  advance: <State extends StateOf>(rate: Dynamics<State>, state: State, time: Tensor<readonly []>, h: number) => {
    const half = addState(state, h / 2, rate(state, time));
    return addState(half, h / 2, rate(half, time));
  },
};
const byTwice = integrate({ method: twice, dt: 0.1, rate: fading });
exactly<Step<Media>>()(byTwice, true);
