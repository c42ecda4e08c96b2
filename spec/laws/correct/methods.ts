/** Correct methods of stepping waves: each is right, none is the kick and drift that most laws are about. */

import {
  add,
  broadcast,
  convolveWith,
  data,
  dense,
  div,
  fill,
  layer,
  mul,
  offset,
  type Program,
  parameter,
  parameterOf,
  program,
  reciprocal,
  reshape,
  scale,
  scan,
  scanOver,
  scanWithFinal,
  sigmoid,
  sin,
  softplus,
  square,
  sub,
  type Tensor,
  tanh,
  zeros,
} from 'drumhead';
import type { Subject } from 'drumhead/laws';

export type Field = Tensor<readonly [8, 8, 1]>;
const shape = [8, 8, 1] as const;
const star = data([0, 1, 0, 1, -4, 1, 0, 1, 0], 3, 3, 1, 1);
export const spread = (y: Field): Field => convolveWith(y, star, 'circular');
const walled = (y: Field): Field => convolveWith(y, star, 'zero');

export type Names = readonly [string, string];
export type Pair = readonly [Field, Field];
type Flow = (s: Pair) => Pair;

const plus = ([a, b]: Pair, k: number, [c, d]: Pair): Pair => [add(a, scale(k, c)), add(b, scale(k, d))];

/** A scan of two fields of these names. */
export const stepping = ([first, second]: Names, step: (s: Pair) => Pair): Program =>
  program({ [first]: shape, [second]: shape }, (init) =>
    scan({
      steps: 6,
      init,
      step: (s) => {
        const [a, b] = step([s[first], s[second]]);
        return { [first]: a, [second]: b };
      },
      observe: (s) => s,
    }),
  );

/** Damped, nonlinear, and both. */
export const forces: Readonly<Record<string, (y: Field, z: Field) => Field>> = {
  'sine-Gordon': (y) => sub(spread(y), sin(y)),
  'damped sine-Gordon': (y, z) => sub(sub(walled(y), sin(y)), scale(0.3, z)),
  Duffing: (y, z) => sub(sub(y, mul(y, square(y))), scale(0.2, z)),
  'Klein-Gordon': (y) => sub(spread(y), y),
  'phi to the fourth': (y) => sub(add(spread(y), y), mul(y, square(y))),
};

const flowOf =
  (force: (y: Field, z: Field) => Field): Flow =>
  ([y, z]) => [z, force(y, z)];

export const midpoint =
  (f: Flow, h: number) =>
  (s: Pair): Pair =>
    plus(s, h, f(plus(s, h / 2, f(s))));
export const heun =
  (f: Flow, h: number) =>
  (s: Pair): Pair => {
    const k1 = f(s);
    const k2 = f(plus(s, h, k1));
    return plus(plus(s, h / 2, k1), h / 2, k2);
  };
export const kutta3 =
  (f: Flow, h: number) =>
  (s: Pair): Pair => {
    const k1 = f(s);
    const k2 = f(plus(s, h / 2, k1));
    const k3 = f(plus(plus(s, -h, k1), 2 * h, k2));
    return plus(plus(plus(s, h / 6, k1), (2 * h) / 3, k2), h / 6, k3);
  };
/** The method of Runge and Kutta; its weights and the reach of its third stage may be wrong. */
export const rk4 =
  (f: Flow, h: number, weights: readonly number[] = [1, 2, 2, 1], reach = 0.5) =>
  (s: Pair): Pair => {
    const k1 = f(s);
    const k2 = f(plus(s, h / 2, k1));
    const k3 = f(plus(s, reach * h, k2));
    const k4 = f(plus(s, h, k3));
    return [k1, k2, k3, k4].reduce((sum, k, i) => plus(sum, (h * weights[i]) / 6, k), s);
  };
const substeps =
  (f: Flow, h: number) =>
  (s: Pair): Pair =>
    [1, 2, 3, 4].reduce((state) => plus(state, h / 4, f(state)), s);
const implicitMidpoint =
  (f: Flow, h: number) =>
  ([y, z]: Pair): Pair => {
    const [dy, dz] = f([y, z]);
    const { final } = scanWithFinal({
      steps: 4,
      init: { y: add(y, scale(h, dy)), z: add(z, scale(h, dz)) },
      step: (guess) => {
        const [a, b] = f([scale(0.5, add(y, guess.y)), scale(0.5, add(z, guess.z))]);
        return { y: add(y, scale(h, a)), z: add(z, scale(h, b)) };
      },
      observe: (guess) => guess.y,
    });
    return [final.y, final.z];
  };
const kickDriftKick =
  (force: (y: Field, z: Field) => Field, h: number) =>
  ([y, z]: Pair): Pair => {
    const half = add(z, scale(h / 2, force(y, z)));
    const moved = add(y, scale(h, half));
    return [moved, add(half, scale(h / 2, force(moved, half)))];
  };
const driftKickDrift =
  (force: (y: Field, z: Field) => Field, h: number) =>
  ([y, z]: Pair): Pair => {
    const half = add(y, scale(h / 2, z));
    const kicked = add(z, scale(h, force(half, z)));
    return [add(half, scale(h / 2, kicked)), kicked];
  };
const driftKick =
  (force: (y: Field, z: Field) => Field, h: number) =>
  ([y, z]: Pair): Pair => {
    const moved = add(y, scale(h, z));
    return [moved, add(z, scale(h, force(moved, z)))];
  };
const kickDrift =
  (force: (y: Field, z: Field) => Field, h: number) =>
  ([y, z]: Pair): Pair => {
    const kicked = add(z, scale(h, force(y, z)));
    return [add(y, scale(h, kicked)), kicked];
  };
/** Half a damping, exactly; a kick and a drift; half a damping. */
const strang =
  (force: (y: Field, z: Field) => Field, h: number) =>
  ([y, z]: Pair): Pair => {
    const fade = Math.exp(-0.15 * h);
    const [moved, kicked] = kickDriftKick(force, h)([y, scale(fade, z)]);
    return [moved, scale(fade, kicked)];
  };
/** A kick, and the harmonic part turned exactly. */
const rotated =
  (force: (y: Field, z: Field) => Field, h: number) =>
  ([y, z]: Pair): Pair => {
    const kicked = add(z, scale(h, force(y, z)));
    const [c, s] = [Math.cos(h), Math.sin(h)];
    return [add(scale(c, y), scale(s, kicked)), add(scale(-s, y), scale(c, kicked))];
  };

const methods: Readonly<Record<string, (f: (y: Field, z: Field) => Field, h: number) => (s: Pair) => Pair>> =
  {
    midpoint: (force, h) => midpoint(flowOf(force), h),
    Heun: (force, h) => heun(flowOf(force), h),
    Kutta: (force, h) => kutta3(flowOf(force), h),
    'Runge-Kutta': (force, h) => rk4(flowOf(force), h),
    'four steps of Euler': (force, h) => substeps(flowOf(force), h),
    'implicit midpoint by sweeps': (force, h) => implicitMidpoint(flowOf(force), h),
    'kick-drift-kick': kickDriftKick,
    'drift-kick-drift': driftKickDrift,
    'drift-kick': driftKick,
    'kick-drift': kickDrift,
    Strang: strang,
    'kick and turn': rotated,
  };

const names: readonly Names[] = [
  ['y', 'z'],
  ['q', 'p'],
  ['x', 'v'],
  ['u', 'v'],
  ['phi', 'pi'],
];

/** A method, a force and names, as a family and as a program alone. */
export const integrators: readonly (readonly [string, Subject])[] = Object.entries(methods).flatMap(
  ([method, step], m) =>
    Object.entries(forces).map(([what, force], f): readonly [string, Subject] => {
      const named = names[(m + f) % names.length];
      const at = (h: number): Program => stepping(named, step(force, h));
      return [
        `${method} of ${what} (${named.join(', ')})`,
        (m + f) % 3 === 0 ? at(0.1) : ({ dt = 0.1 }) => at(dt),
      ];
    }),
);

/** The time step is learned, one for all or one a site. */
const learned = (pace: () => Field, damped = false): Program =>
  stepping(['y', 'z'], ([y, z]) => {
    const h = pace();
    const force = sub(spread(y), damped ? add(y, scale(0.2, z)) : y);
    const kicked = add(z, mul(h, force));
    return [add(y, mul(h, kicked)), kicked];
  });
const number = (): Field =>
  broadcast(...shape)(reshape(1, 1, 1)(softplus(parameter('h', [], { init: { constant: -2 } }))));
const scalarStep = (step: (y: Field, z: Field, h: Tensor<readonly []>) => Pair): Program =>
  stepping(['y', 'z'], ([y, z]) => step(y, z, softplus(parameter('h', [], { init: { normal: 0.3 } }))));

export const learnedSteps: readonly (readonly [string, Subject])[] = [
  ['one number, repeated', learned(number)],
  ['one number, damped', learned(number, true)],
  ['a table of numbers', learned(() => sigmoid(parameter('h', shape, { init: { normal: 1 } })))],
  [
    'a number times',
    scalarStep((y, z, h) => {
      const v = add(z, mul(sub(spread(y), y), h));
      return [add(y, mul(v, h)), v];
    }),
  ],
  [
    'drift first',
    scalarStep((y, z, h) => {
      const moved = add(y, mul(z, h));
      return [moved, add(z, mul(sub(spread(moved), moved), h))];
    }),
  ],
  [
    'Heun',
    scalarStep((y, z, h) => {
      const f = (a: Field): Field => sub(spread(a), a);
      const [y1, z1] = [add(y, mul(z, h)), add(z, mul(f(y), h))];
      return [add(y, mul(scale(0.5, add(z, z1)), h)), add(z, mul(scale(0.5, add(f(y), f(y1))), h))];
    }),
  ],
  [
    'implicit damping',
    scalarStep((y, z, h) => {
      const v = mul(add(z, mul(sub(spread(y), y), h)), reciprocal(offset(1, scale(0.4, h))));
      return [add(y, mul(v, h)), v];
    }),
  ],
];

/** UnICORNN with this sign of its force. */
export const unicornn = (sign: 1 | -1): Program =>
  program({ u: [6, 3] }, ({ u }) => {
    const self = layer('unicornn');
    const w = offset(0.5, parameterOf(self, 'weight', [5], { init: { uniform: 0.5 } }));
    const pace = scale(0.3, sigmoid(parameterOf(self, 'scale', [5], { init: { uniform: 0.1 } })));
    const rest = zeros(5);
    return scanOver({
      over: dense(5, { name: 'in' })(u),
      init: { y: rest, z: rest },
      step: ({ y, z }, push) => {
        const v = sub(z, scale(sign, mul(pace, add(tanh(add(mul(w, y), push)), scale(0.9, y)))));
        return { z: v, y: add(y, mul(pace, v)) };
      },
      observe: (s) => s,
    });
  });

/** HORN: driven damped oscillators, all with all, with learned frequencies and dampings. */
const horn = (given: boolean): Program =>
  program({ u: [6, 3] }, ({ u }) => {
    const [omega, gamma] = [
      parameter('omega', [5], { init: { uniform: 1 } }),
      parameter('gamma', [5], { init: { uniform: 0.5 } }),
    ];
    const recurrent = dense(5, { name: 'recurrent', bias: false });
    const h = given ? fill(0.2) : softplus(parameter('h', [], { init: { constant: -1.5 } }));
    return scanOver({
      over: dense(5, { name: 'in' })(u),
      init: { x: zeros(5), v: zeros(5) },
      step: ({ x, v }, push) => {
        const pull = add(scale(2, mul(gamma, v)), mul(square(omega), x));
        const next = add(v, mul(sub(tanh(add(recurrent(v), push)), pull), h));
        return { v: next, x: add(x, mul(next, h)) };
      },
      observe: (s) => s,
    });
  });

/** coRNN, GraphCON, LinOSS with damping: oscillators of networks. */
const networks: readonly (readonly [string, Program])[] = [
  ['UnICORNN', unicornn(1)],
  ['HORN', horn(true)],
  ['HORN with a learned step', horn(false)],
  [
    'a linear network that is not symmetric',
    program({ y: [5], z: [5] }, ({ y, z }) => {
      const w = dense(5, { name: 'w', bias: false });
      return scan({
        steps: 4,
        init: { y, z },
        step: (s) => {
          const v = add(s.z, scale(0.1, sub(w(s.y), s.y)));
          return { z: v, y: add(s.y, scale(0.1, v)) };
        },
        observe: (s) => s,
      });
    }),
  ],
  [
    'damped oscillators of their own (D-LinOSS)',
    program({ y: [5], z: [5], u: [6, 5] }, ({ y, z, u }) => {
      const [a, g] = [
        softplus(parameter('a', [5], { init: { normal: 1 } })),
        softplus(parameter('g', [5], { init: { normal: 1 } })),
      ];
      return scanOver({
        over: u,
        init: { y, z },
        step: (s, push) => {
          const v = div(add(s.z, scale(0.1, sub(push, mul(a, s.y)))), offset(1, scale(0.1, g)));
          return { z: v, y: add(s.y, scale(0.1, v)) };
        },
        observe: (s) => s,
      });
    }),
  ],
];

export const oscillatorNetworks: readonly (readonly [string, Subject])[] = networks;
