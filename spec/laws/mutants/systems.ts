/** Wrong systems: what people write by mistake, each beside what they meant. */

import {
  add,
  cos,
  data,
  div,
  fill,
  matmul,
  mul,
  normalise,
  offset,
  type Program,
  parameter,
  program,
  relu,
  reshape,
  roll,
  scale,
  scan,
  sigmoid,
  sin,
  sqrt,
  square,
  sub,
  sumAlong,
  type Tensor,
  tanh,
} from '../../../src/dsl/index.js';
import type { Family } from '../../../src/laws/system/parametrised.js';
import { laplacian, stencil } from '../../../src/models/systems/lattice.js';
import type { Mutant } from './mutant.js';

type Field = Tensor<readonly [4, 4, 1]>;
type Wave = { readonly y: Field; readonly z: Field };
const shape = [4, 4, 1] as const;
const h = 0.25;

/** A system of a displacement and a velocity. */
const waves = (step: (s: Wave) => Wave): Program =>
  program({ y: shape, z: shape }, ({ y, z }) => scan({ steps: 4, init: { y, z }, step, observe: (s) => s }));

const spread = laplacian(1, 'circular');
const walled = laplacian(1, 'zero');
const pull = (y: Field): Field => sub(spread(y), scale(0.5, y));
const kick = (z: Field, force: Field, dt = h): Field => add(z, scale(dt, force));
const moved = (y: Field, z: Field, dt = h): Field => add(y, scale(dt, z));
const kicked = (force: (s: Wave) => Field): Program =>
  waves((s) => {
    const z = kick(s.z, force(s));
    return { y: moved(s.y, z), z };
  });
const lopsided = (window: readonly number[]): Program => {
  const coupling = stencil(window, 1, 'circular');
  return kicked(({ y }) => coupling(y));
};

const wave = kicked(({ y }) => pull(y));
const free = kicked(({ y }) => spread(y));
const soft = kicked(({ y }) => tanh(pull(y)));
const damped = kicked(({ y, z }) => sub(pull(y), scale(0.4, z)));
const mask = data([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0], 4, 4, 1);

const oscillators: readonly Mutant[] = [
  {
    bug: 'sign of the damping',
    original: damped,
    wrong: kicked(({ y, z }) => add(pull(y), scale(0.4, z))),
    law: 'stability',
  },
  {
    bug: 'drift before kick, with the old velocity',
    original: wave,
    wrong: waves((s) => ({ y: moved(s.y, s.z), z: kick(s.z, pull(s.y)) })),
    law: 'modified energy',
  },
  {
    bug: 'coupling applied to the new displacement',
    original: wave,
    wrong: waves((s) => {
      const y = moved(s.y, s.z);
      return { y, z: kick(s.z, pull(y)) };
    }),
    law: 'modified energy',
  },
  { bug: 'a damping that was not meant', original: wave, wrong: damped, law: 'modified energy' },
  {
    bug: 'sign of the restoring force',
    original: wave,
    wrong: kicked(({ y }) => add(spread(y), scale(0.5, y))),
    law: 'stability',
  },
  {
    bug: 'sign of the coupling',
    original: free,
    wrong: kicked(({ y }) => scale(-1, spread(y))),
    law: 'stability',
  },
  {
    bug: 'walls instead of a torus',
    original: wave,
    wrong: kicked(({ y }) => sub(walled(y), scale(0.5, y))),
    law: 'translation',
  },
  {
    bug: 'centre of the Laplacian -3',
    original: free,
    wrong: lopsided([0, 1, 0, 1, -3, 1, 0, 1, 0]),
    law: 'zero mode',
  },
  {
    bug: 'one neighbour forgotten',
    original: free,
    wrong: lopsided([0, 1, 0, 1, -4, 1, 0, 0, 0]),
    law: 'modified energy',
  },
  {
    bug: 'one neighbour counted twice',
    original: free,
    wrong: lopsided([0, 1, 0, 2, -5, 1, 0, 1, 0]),
    law: 'rotations and reflections',
  },
  {
    bug: 'the row above missing at one edge',
    original: wave,
    wrong: kicked(({ y }) => mul(mask, pull(y))),
    law: 'translation',
  },
  {
    bug: 'a constant added to the force',
    original: wave,
    wrong: kicked(({ y }) => add(pull(y), fill(0.25, ...shape))),
    law: 'superposition',
  },
  { bug: 'ReLU instead of tanh', original: soft, wrong: kicked(({ y }) => relu(pull(y))), law: 'oddness' },
  {
    bug: 'square of the displacement in the force',
    original: soft,
    wrong: kicked(({ y }) => square(y)),
    law: 'oddness',
  },
  {
    bug: 'the neighbour of a neighbour',
    original: wave,
    wrong: kicked(({ y }) => sub(roll(0, 2)(y), y)),
    law: 'rotations and reflections',
  },
  {
    bug: 'a row shifted by one',
    original: wave,
    wrong: kicked(({ y }) => roll(0, 1)(pull(y))),
    law: 'modified energy',
  },
];

const phases = (step: (theta: Field) => Field): Program =>
  program({ theta: shape }, ({ theta }) =>
    scan({ steps: 4, init: { theta }, step: (s) => ({ theta: step(s.theta) }), observe: (s) => s }),
  );
const near = stencil([0, 1, 0, 1, 0, 1, 0, 1, 0], 1, 'circular');
const turning = (by: (theta: Field) => Field): Program =>
  phases((theta) => add(theta, scale(0.2, by(theta))));
const attracted = (theta: Field): Field =>
  sub(mul(cos(theta), near(sin(theta))), mul(sin(theta), near(cos(theta))));
const kuramoto = turning(attracted);

const complexField = [4, 4, 2] as const;
/** The product with a complex number, as a matrix that acts on (real, imaginary) from the right. */
const amplitudes = (product: readonly number[]): Program => {
  const diffusion = laplacian(2, 'circular');
  return program({ a: complexField }, ({ a }) =>
    scan({
      steps: 3,
      init: { a },
      step: (s) => ({
        a: add(
          s.a,
          scale(
            0.1,
            add(s.a, sub(diffusion(s.a), matmul(mul(s.a, sumAlong()(square(s.a))), data(product, 2, 2)))),
          ),
        ),
      }),
      observe: (s) => s,
    }),
  );
};

const rates = (dt: number): Program => phases((x) => add(x, scale(dt, sub(sigmoid(near(x)), x))));

const others: readonly Mutant[] = [
  {
    bug: 'cos instead of sin',
    original: kuramoto,
    wrong: turning((theta) => add(mul(cos(theta), near(cos(theta))), mul(sin(theta), near(sin(theta))))),
    law: 'mean frequency',
  },
  {
    bug: 'coupling to the phase itself, not to differences',
    original: kuramoto,
    wrong: turning((theta) => near(sin(theta))),
    law: 'phase shift',
  },
  {
    bug: 'sign of the imaginary part in a complex product',
    original: amplitudes([1, 0.5, -0.5, 1]),
    wrong: amplitudes([1, 0.5, 0.5, 1]),
    law: 'gauge invariance',
  },
  {
    bug: 'a step longer than the time constant',
    original: rates(0.5),
    wrong: rates(1.5),
    law: 'activities in [0, 1]',
  },
];

/** The method of Runge and Kutta for sine-Gordon waves, with these weights and this reach of its third stage. */
const rungeKutta =
  (weights: readonly number[], reach = 0.5): Family =>
  ({ dt = 0.2 }) =>
    waves((s) => {
      const flow = ({ y, z }: Wave): Wave => ({ y: z, z: sub(spread(y), sin(y)) });
      const plus = (a: Wave, k: number, b: Wave): Wave => ({
        y: add(a.y, scale(k, b.y)),
        z: add(a.z, scale(k, b.z)),
      });
      const k1 = flow(s);
      const k2 = flow(plus(s, dt / 2, k1));
      const k3 = flow(plus(s, reach * dt, k2));
      const k4 = flow(plus(s, dt, k3));
      return [k1, k2, k3, k4].reduce((sum, k, i) => plus(sum, (dt * weights[i]) / 6, k), s);
    });

/** Uncoupled oscillators with learned time scales, their force with this sign. */
const unicornn = (sign: 1 | -1): Program =>
  program({ y: [4], z: [4] }, ({ y, z }) => {
    const w = offset(0.5, parameter('w', [4], { init: { uniform: 0.5 } }));
    const pace = scale(0.3, sigmoid(parameter('c', [4], { init: { uniform: 0.1 } })));
    return scan({
      steps: 4,
      init: { y, z },
      step: (s) => {
        const v = sub(s.z, scale(sign, mul(pace, add(tanh(mul(w, s.y)), scale(0.9, s.y)))));
        return { z: v, y: add(s.y, mul(pace, v)) };
      },
      observe: (s) => s,
    });
  });

type Vectors = Tensor<readonly [4, 6]>;
const turningVectors = (unit: (x: Tensor<readonly [4, 3, 2]>) => Tensor<readonly [4, 3, 2]>): Program =>
  program({ x: [4, 6] }, ({ x }) =>
    scan({
      steps: 3,
      init: { x },
      step: (s) => {
        const moved: Vectors = add(s.x, scale(0.1, tanh(roll(0, 1)(s.x))));
        return { x: reshape(4, 6)(unit(reshape(4, 3, 2)(moved))) };
      },
      observe: (s) => s,
    }),
  );
const unit = normalise();

const methods: readonly Mutant[] = [
  {
    bug: 'a weight of Runge-Kutta',
    original: rungeKutta([1, 2, 2, 1]),
    wrong: rungeKutta([1, 2, 2, 2]),
    law: 'convergence',
  },
  {
    bug: 'a stage of Runge-Kutta that reaches too far',
    original: rungeKutta([1, 2, 2, 1]),
    wrong: rungeKutta([1, 2, 2, 1], 1),
    law: 'convergence',
  },
  { bug: 'the minus of UnICORNN', original: unicornn(1), wrong: unicornn(-1), law: 'stability' },
  {
    bug: 'vectors that are not quite of length 1',
    original: turningVectors(unit),
    wrong: turningVectors((x) => scale(0.98, unit(x))),
    law: 'unit norms',
  },
  {
    bug: 'a root of more than the squares',
    original: turningVectors(unit),
    wrong: turningVectors((x) => div(x, sqrt(offset(0.05, sumAlong()(square(x)))))),
    law: 'unit norms',
  },
];

/** Every wrong system. */
export const wrongSystems: readonly Mutant[] = [...oscillators, ...others, ...methods];
