/** Methods of integration against exact solutions, and against many small steps written out in plain float64. */

import assert from 'node:assert/strict';
import { ndarray, runReference } from '../../../src/compile/reference/index.js';
import { newton } from '../../../src/compile/transform/index.js';
import {
  add,
  addState,
  coupling,
  type Dynamics,
  decay,
  dense,
  dormandPrince,
  euler,
  fill,
  flowOf,
  hashProgram,
  implicitMidpoint,
  integrate,
  type Method,
  mapState,
  maximum,
  mul,
  negate,
  ones,
  oscillator,
  parameter,
  parametersOf,
  program,
  relu,
  rk4,
  roll,
  type Step,
  scale,
  scan,
  scanWithFinal,
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
import { near, refused, valuesOf } from '../refusal.js';

type State = Wave<readonly [16]>;
/** What plain JavaScript would return: the type is not checked there. */
const claimed = (fields: Readonly<Record<string, Tensor>>): State => JSON.parse('{}', () => fields);
interface Numbers {
  readonly y: readonly number[];
  readonly z: readonly number[];
}

const sites = Array.from({ length: 16 }, (_, i) => i);
const start: Numbers = {
  y: sites.map((i) => Math.sin((2 * Math.PI * i) / 16) + 0.3 * Math.cos(1 + i)),
  z: sites.map((i) => 0.5 * Math.cos(2 * i)),
};

/** The end of `steps` steps: displacements, then velocities. */
const endOf = (step: Step<State>, steps: number, from: Numbers = start): readonly number[] => {
  const p = program({ y: [16], z: [16] }, (init) => ({
    ...scanWithFinal({ steps, init, step, observe: ({ y }) => y }).final,
  }));
  const { outputs } = runReference(p, {
    parameters: {},
    inputs: { y: ndarray([1, 16], from.y), z: ndarray([1, 16], from.z) },
    batch: 1,
  });
  return [...outputs.y.data, ...outputs.z.data];
};

const line = (y: Tensor<readonly [16]>): Tensor<readonly [16]> =>
  sub(add(roll(0, 1)(y), roll(0, -1)(y)), scale(2, y));

/** A system twice: in the language, and as plain numbers. */
interface Motion {
  readonly rate: Dynamics<State>;
  readonly force: (y: readonly number[], z: readonly number[], t: number) => readonly number[];
}
const neighbours = (y: readonly number[], i: number): number => y[(i + 1) % 16] + y[(i + 15) % 16] - 2 * y[i];
const motions: Readonly<Record<string, Motion>> = {
  'the harmonic oscillator': {
    rate: ({ y, z }) => ({ y: z, z: scale(-2, y) }),
    force: (y) => y.map((v) => -2 * v),
  },
  pendulums: {
    rate: ({ y, z }) => ({ y: z, z: negate(sin(y)) }),
    force: (y) => y.map((v) => -Math.sin(v)),
  },
  'a wave field': {
    rate: ({ y, z }) => ({ y: z, z: sub(line(y), sin(y)) }),
    force: (y) => y.map((v, i) => neighbours(y, i) - Math.sin(v)),
  },
  'a damped wave field': {
    rate: ({ y, z }) => ({ y: z, z: sub(line(y), scale(0.7, z)) }),
    force: (y, z) => y.map((_, i) => neighbours(y, i) - 0.7 * z[i]),
  },
  'a wave field, driven in time': {
    rate: ({ y, z }, time) => ({ y: z, z: add(line(y), sin(scale(3, time))) }),
    force: (y, _, t) => y.map((_v, i) => neighbours(y, i) + Math.sin(3 * t)),
  },
};

/** The same by 2,000 steps of Runge and Kutta in plain numbers: right to 13 digits. */
const exactly = ({ force }: Motion, until: number): readonly number[] => {
  const steps = 2000;
  const h = until / steps;
  type Pair = readonly [readonly number[], readonly number[]];
  const plus = ([y, z]: Pair, k: number, [a, b]: Pair): Pair => [
    y.map((v, i) => v + k * a[i]),
    z.map((v, i) => v + k * b[i]),
  ];
  let s: Pair = [start.y, start.z];
  for (let n = 0; n < steps; n++) {
    const f = ([y, z]: Pair, t: number): Pair => [z, force(y, z, t)];
    const k1 = f(s, n * h);
    const k2 = f(plus(s, h / 2, k1), (n + 0.5) * h);
    const k3 = f(plus(s, h / 2, k2), (n + 0.5) * h);
    const k4 = f(plus(s, h, k3), (n + 1) * h);
    s = plus(plus(plus(plus(s, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
  }
  return s.flat();
};

const errorOf = (found: readonly number[], exact: readonly number[]): number =>
  Math.hypot(...found.map((v, i) => v - exact[i]));

/** The order that the last halving of the step shows. */
const measured = (step: (dt: number) => Step<State>, exact: readonly number[], coarse: number): number => {
  const error = (n: number): number => errorOf(endOf(step(1 / n), n), exact);
  return Math.log2(error(coarse) / error(2 * coarse));
};

const methods: readonly Method<'z'>[] = [
  euler,
  symplecticEuler(),
  verlet(),
  rk4,
  implicitMidpoint({ sweeps: 8 }),
  { ...implicitMidpoint({ solver: newton() }), name: 'implicitMidpoint by Newton' },
  // So large that each step is one try: then the method of order 5 is all that there is.
  dormandPrince({ tolerance: 1e3, tries: 1 }),
];

describe('dsl: methods of integration', () => {
  for (const [what, motion] of Object.entries(motions)) {
    const exact = exactly(motion, 1);
    for (const method of methods)
      it(`${method.name} is of the order that it claims, ${method.order}, on ${what}`, () => {
        const coarse = method.order > 2 ? 8 : method.order > 1 ? 32 : 128;
        const order = measured((dt) => integrate({ method, dt, rate: motion.rate }), exact, coarse);
        assert.ok(Math.abs(order - method.order) < 0.25, `measured ${order}`);
      });
    it(`splitting is of order 2 on ${what} with damping apart`, () => {
      const faded: Motion = {
        rate: motion.rate,
        force: (y, z, t) => motion.force(y, z, t).map((f, i) => f - 0.4 * z[i]),
      };
      const flow = strang(decay({ z: fill(0.4) }), flowOf(verlet(), motion.rate));
      assert.equal(flow.order, 2);
      const order = measured((dt) => stepOf(flow, dt), exactly(faded, 1), 32);
      assert.ok(Math.abs(order - 2) < 0.25, `measured ${order}`);
    });
  }

  it('with rest or default parameters are methods, and flows by them the same', () => {
    const rest: Method = { ...rk4, advance: (...given) => rk4.advance(...given) };
    const usual: Method = {
      ...rk4,
      advance: (rate, state, time, h = 0) => rk4.advance(rate, state, time, h),
    };
    const { rate } = Object.values(motions)[0];
    const state = { y: ones(16), z: zeros(16) };
    const moved = (method: Method) =>
      hashProgram(program({}, () => flowOf(method, rate).advance(state, fill(0), 0.1)));
    for (const method of [rest, usual]) {
      assert.equal(moved(method), moved(rk4));
      integrate({ method, dt: 0.1, rate });
    }
  });

  it('oscillator is symplectic Euler of its own dynamics: the same program, so the same bits', () => {
    const [omega, alpha] = [
      relu(parameter('omega', [6, 6, 2], { init: { normal: 1 } })),
      relu(parameter('alpha', [6, 6, 2], { init: { normal: 1 } })),
    ];
    const neighbour = coupling();
    const force = (y: Tensor<readonly [6, 6, 2]>) => tanh(neighbour(y));
    const written = (step: Step<Wave<readonly [6, 6, 2]>>) =>
      program({ y: [6, 6, 2] }, ({ y }) => ({
        waves: scan({ steps: 4, init: { y, z: zeros(6, 6, 2) }, step, observe: (s) => s.y }),
      }));
    const own = written(oscillator({ dt: 0.1, coupling: force, frequency: omega, damping: alpha }));
    const method = written(
      integrate({
        method: symplecticEuler(),
        dt: 0.1,
        rate: ({ y, z }: Wave<readonly [6, 6, 2]>) => ({
          y: z,
          z: sub(sub(force(y), mul(omega, y)), mul(alpha, z)),
        }),
      }),
    );
    assert.deepEqual(method, own);
    assert.equal(hashProgram(method), hashProgram(own));
  });

  it('what a method computes and does not use is no part of the program: an undamped kick takes one force', () => {
    const sines = (method: Method<'z'>, damping: number): number => {
      const p = program({ y: [16], z: [16] }, (init) => ({
        y: scan({
          steps: 2,
          init,
          step: integrate({
            method,
            dt: 0.1,
            rate: ({ y, z }) => ({ y: z, z: damping === 0 ? sin(y) : sub(sin(y), scale(damping, z)) }),
          }),
          observe: (s) => s.y,
        }),
      }));
      const [body] = p.graph.nodes.flatMap(({ op }) => (op.op === 'scan' ? [op.body.nodes] : []));
      return body.filter(({ op }) => op.op === 'map' && op.fn === 'sin').length;
    };
    assert.deepEqual(
      [euler, symplecticEuler(), verlet(), rk4].map((m) => sines(m, 0)),
      [1, 1, 2, 4],
    );
    assert.equal(sines(verlet(), 0.5), 2);
  });

  describe('over 4,000 steps of pendulums', () => {
    const energies = (method: Method<'z'>): readonly number[] => {
      const p = program({ y: [1], z: [1] }, (init) => ({
        ...scan({
          steps: 4000,
          init,
          step: integrate({ method, dt: 0.2, rate: ({ y, z }) => ({ y: z, z: negate(sin(y)) }) }),
          observe: (s) => s,
        }),
      }));
      const { outputs } = runReference(p, {
        parameters: {},
        inputs: { y: ndarray([1, 1], [1.2]), z: ndarray([1, 1], [0.4]) },
        batch: 1,
      });
      return [...outputs.y.data].map((y, i) => outputs.z.data[i] ** 2 / 2 - Math.cos(y));
    };
    const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
    const middle = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

    for (const method of [symplecticEuler(), verlet(), implicitMidpoint({ sweeps: 12 })])
      it(`the energy by ${method.name} stays within its first bounds`, () => {
        const found = energies(method);
        const [early, late] = [found.slice(0, 400), found.slice(-400)];
        assert.ok(spread(late) < 1.05 * spread(early), `${spread(late)}, before ${spread(early)}`);
        assert.ok(Math.abs(middle(late) - middle(early)) < 0.02 * spread(early));
      });

    it('by rk4 it drifts one way, by Euler it grows at once', () => {
      const drift = energies(rk4);
      const [early, late] = [middle(drift.slice(0, 400)), middle(drift.slice(-400))];
      assert.ok(late < early - spread(drift.slice(0, 400)), `${early} to ${late}`);
      assert.ok(energies(euler)[400] > 1);
    });
  });

  describe('Dormand and Prince', () => {
    const motion = motions['a wave field'];
    const exact = exactly(motion, 2);
    const over = (options: Parameters<typeof dormandPrince>[0], dt = 2) =>
      endOf(integrate({ method: dormandPrince(options), dt, rate: motion.rate }), 2 / dt);

    it('keeps the error near its tolerance over one long step', () => {
      for (const tolerance of [1e-3, 1e-5, 1e-7]) {
        const error = errorOf(over({ tolerance, tries: 40 }), exact) / Math.sqrt(32);
        assert.ok(error < 20 * tolerance && error > tolerance / 1000, `${error} at ${tolerance}`);
      }
    });

    it('gives the same values with more tries once the end is reached', () => {
      assert.deepEqual(over({ tolerance: 1e-4, tries: 20 }), over({ tolerance: 1e-4, tries: 30 }));
    });

    it('is NaN only if the tries are not enough', () => {
      assert.ok(over({ tolerance: 1e-7, tries: 2 }).every(Number.isNaN));
      assert.ok(over({ tolerance: 1e-7, tries: 4 }, 0.1).every(Number.isFinite));
    });

    it('takes fields of any name, beside its own', () => {
      const { final } = scanWithFinal({
        steps: 1,
        init: { timeLeft: ones(2), tryNext: ones(2) },
        step: integrate({
          method: dormandPrince({ tolerance: 1e-8, tries: 30 }),
          dt: 1,
          rate: (s) => ({ timeLeft: s.tryNext, tryNext: negate(s.timeLeft) }),
        }),
        observe: (s) => s.timeLeft,
      });
      near(
        valuesOf(final.timeLeft),
        [1, 1].map(() => Math.cos(1) + Math.sin(1)),
        1e-6,
      );
    });

    it('runs backwards in time', () => {
      const forth = endOf(
        integrate({ method: dormandPrince({ tries: 30, tolerance: 1e-9 }), dt: 1, rate: motion.rate }),
        1,
      );
      const back = endOf(
        integrate({ method: dormandPrince({ tries: 30, tolerance: 1e-9 }), dt: -1, rate: motion.rate }),
        1,
        { y: forth.slice(0, 16), z: forth.slice(16) },
      );
      near(back, [...start.y, ...start.z], 1e-7);
    });
  });

  describe('states as vectors', () => {
    const [a, b] = [
      { y: fill(2, 2), z: fill(3, 3) },
      { y: fill(5, 2), z: fill(-1, 3) },
    ];
    it('are mapped, joined and added field by field, with their types', () => {
      near(valuesOf(mapState(negate)(a).z), [-3, -3, -3]);
      near(valuesOf(zipState(maximum)(a, b).z), [3, 3, 3]);
      near(valuesOf(addState(a, 0.5, b).y), [4.5, 4.5]);
      const typed: { readonly y: Tensor<readonly [2]>; readonly z: Tensor<readonly [3]> } = addState(a, 1, b);
      assert.ok(typed);
    });
    it('of different fields are refused', () => {
      const other: Readonly<Record<string, Tensor>> = { y: fill(5, 2) };
      const one: Readonly<Record<string, Tensor>> = a;
      assert.equal(
        refused(() => addState(one, 1, other)),
        'addState: one state has the fields y, z, the other y',
      );
    });
  });

  it('say which fields they kick, z unless others are named', () =>
    assert.deepEqual(
      [symplecticEuler(), verlet(), symplecticEuler('v'), verlet('p', 'q')].map(({ fields }) => fields),
      [['z'], ['z'], ['v'], ['p', 'q']],
    ));

  describe('are refused with a sentence', () => {
    const run = (step: Step<State>) => refused(() => endOf(step, 1));
    const rate: Dynamics<State> = ({ y, z }) => ({ y: z, z: negate(y) });
    it('values that are not methods, such as the function that makes one', () => {
      const none: typeof rk4 = JSON.parse('{}');
      assert.match(
        refused(() => integrate({ method: none, dt: 0.1, rate })),
        /integrate: the method is none: euler and rk4 are methods; verlet\(\)/,
      );
    });

    it('without a time step, and with numbers that count nothing', () => {
      assert.equal(
        refused(() => integrate({ method: rk4, dt: 0, rate })),
        'rk4: its dt is a number other than 0, the time of one step, got 0',
      );
      assert.match(
        refused(() => integrate({ method: rk4, dt: Number.NaN, rate })),
        /got NaN$/,
      );
      assert.match(
        refused(() => implicitMidpoint({ sweeps: 0 })),
        /at least 1 sweeps, got 0$/,
      );
      assert.match(
        refused(() => dormandPrince({ tries: 1.5 })),
        /at least 1 tries, got 1.5$/,
      );
      assert.match(
        refused(() => dormandPrince({ tolerance: 0 })),
        /a number above 0, got 0$/,
      );
    });
    it('where the rate has other fields or shapes', () => {
      const lacking = (s: State): State => claimed({ y: s.z });
      assert.equal(
        run(integrate({ method: euler, dt: 0.1, rate: lacking })),
        'euler: the rate of a state of y, z has a value for each of them, got y',
      );
      const other = (s: State): State => claimed({ ...s, z: fill(1) });
      assert.equal(
        run(integrate({ method: euler, dt: 0.1, rate: other })),
        "euler: the rate of 'z' is of the shape of 'z', [16], got []",
      );
    });
    it('where the rate builds layers, which would be others for each of its calls', () => {
      const layered: Dynamics<State> = ({ y, z }) => ({ y: z, z: dense(16)(y) });
      assert.equal(
        run(integrate({ method: rk4, dt: 0.1, rate: layered })),
        'rk4: its rate is called several times a step and builds another dense each time; build the layer outside of it',
      );
      assert.match(run(integrate({ method: verlet(), dt: 0.1, rate: layered })), /builds another dense/);
      const mix = dense(16);
      const shared: Dynamics<State> = ({ y, z }) => ({ y: z, z: mix(y) });
      const weight = parameter('stage', [], { init: { constant: 0.5 } });
      const learned: Method = {
        name: 'learned',
        order: 1,
        advance: (of, state, time, h) => {
          const k = mapState((x) => mul(x, weight))(of(state, time));
          return addState(state, h, of(addState(state, h, k), time));
        },
      };
      for (const [method, more] of [
        [rk4, []],
        [learned, ['stage']],
      ] as const) {
        const p = program({ y: [16], z: [16] }, (init) => ({
          y: scan({
            steps: 2,
            init,
            step: integrate({ method, dt: 0.1, rate: shared }),
            observe: (s) => s.y,
          }),
        }));
        const names = parametersOf(p.graph).map(({ name }) => name);
        assert.deepEqual(names.sort(), ['dense1/bias', 'dense1/weight', ...more]);
      }
    });
    it('where there is nothing to kick or to decay', () => {
      const odd: Method = { ...verlet('v'), fields: [] };
      assert.equal(
        run(integrate({ method: odd, dt: 0.1, rate })),
        "verlet: the state has no field 'v' to kick, it has y, z; name its velocities: verlet('v')",
      );
      assert.match(run(integrate({ method: symplecticEuler('y', 'z'), dt: 0.1, rate })), /none drifts/);
    });
  });
});
