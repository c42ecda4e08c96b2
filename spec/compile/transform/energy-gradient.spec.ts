/** Gradients of functions inside of a program: forces from energies. */

import assert from 'node:assert/strict';
import { fusionPlan } from '../../../src/compile/fuse/coverage/fusion-plan.js';
import { ndarray, numericalGradient } from '../../../src/compile/reference/index.js';
import { gradient, vjp, vjpNames } from '../../../src/compile/transform/index.js';
import {
  add,
  attention,
  batchNorm,
  conv1d,
  fill,
  gaussian,
  layerNorm,
  max,
  maxPool1d,
  mean,
  mul,
  outputsOf,
  type Program,
  parametersOf,
  program,
  scale,
  scanWithFinal,
  sin,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  zeros,
} from '../../../src/dsl/index.js';
import type { Clock } from '../../../src/dsl/scan-types.js';
import { claim, refused } from '../../dsl/refusal.js';
import { adjoints, caseOf, randoms, reverse, run } from './differentiate.js';
import { distance, opened, runOn, tapeGradient } from './tape.js';

type Line = Tensor<readonly [number, number]>;
type Scalar = Tensor<readonly []>;
const all = sum(0, 1);
const rows: number = 6;
const columns: number = 4;
const of = (f: (x: Line) => Record<string, Tensor>): Program =>
  program({ x: [rows, columns] }, ({ x }) => f(x));

const energies: Readonly<Record<string, () => (x: Line) => Scalar>> = {
  'a sum of squares': () => (x) => all(square(x)),
  'a value used twice': () => (x) => all(mul(sin(x), add(x, tanh(x)))),
  'a convolution with its weights': () => {
    const layer = conv1d(3, { boundary: 'circular', dilation: 2 });
    return (x) => all(square(tanh(layer(x))));
  },
  'the largest, and pools': () => (x) => add(max(0, 1)(x), mean(0, 1)(square(maxPool1d(2)(x)))),
  'attention and a norm': () => {
    const norm = layerNorm();
    return (x) => all(square(attention({ heads: 2 })(norm(x), x, x)));
  },
};

/** The gradient as a program is that of reverse mode, and reads the same parameters. */
const isReverse = (energy: (x: Line) => Scalar, tolerance: number): void => {
  const force = of((x) => ({ y: gradient(energy)(x) }));
  const whole = of((x) => ({ y: energy(x) }));
  const c = caseOf(force, 2, 3);
  const names = vjpNames(whole, { parameters: [] });
  const inputs = { ...c.inputs, [names.cotangents.y]: ndarray([3], [1, 1, 1]) };
  const expected = run({ ...c, inputs }, vjp(whole, { parameters: [] }));
  assert.deepEqual(parametersOf(force.graph), parametersOf(whole.graph));
  assert.ok(distance(run(c), { y: expected[names.inputs.x] }) < tolerance);
};

describe('the gradient of a function inside of a program', () => {
  for (const [name, make] of Object.entries(energies))
    it(`of ${name} is that of reverse mode`, () => {
      isReverse(make(), 1e-14);
    });

  /** Particles on a ring that a learned potential pulls: two fields, one value at the start. */
  const particles = (): Program => {
    const features = conv1d(3, { boundary: 'circular' });
    const energy = ({ q, p }: { readonly q: Line; readonly p: Line }): Scalar =>
      add(scale(0.5, all(square(p))), all(tanh(features(q))));
    return of((x) => {
      const { sequence, final } = scanWithFinal({
        steps: 4,
        init: { q: x, p: x },
        step: ({ q, p }) => {
          const kicked = sub(p, scale(0.2, gradient(energy)({ q, p }).q));
          return { q: add(q, scale(0.2, gradient(energy)({ q, p: kicked }).p)), p: kicked };
        },
        observe: energy,
      });
      return { y: final.q, energy: sequence };
    });
  };

  it('is trained like any other: second derivatives are those of central differences, on every path', async () => {
    const p = particles();
    const c = caseOf(p, 1, 2);
    const cotangents = randoms(outputsOf(p.graph), [2], 5, 'cotangent');
    const found = reverse(c, cotangents);
    const loss = (outputs: ReturnType<typeof run>): number =>
      Object.entries(outputs).reduce(
        (total, [name, { data }]) => total + data.reduce((s, v, i) => s + v * cotangents[name].data[i], 0),
        0,
      );
    const places = [0, 9, 20, 35].flatMap((index) => [
      { of: 'parameters', name: 'conv1/weight', index } as const,
      { of: 'inputs', name: 'x', index } as const,
    ]);
    numericalGradient(p, loss, c, places).forEach((slope, i) => {
      const { of: kind, name, index } = places[i];
      assert.ok(Math.abs(found[kind][name].data[index] - slope) < 1e-7 * (1 + Math.abs(slope)));
    });
    const { left, right } = adjoints(caseOf(p, 1), 3);
    assert.ok(Math.abs(left.value - right.value) < 1e-10 * (1 + left.size + right.size));
    for (const engine of [await opened('cpu'), await opened('wasm')]) {
      assert.ok(distance(runOn(engine, c), run(c)) < 1e-5);
      const tape = tapeGradient(engine, c, cotangents);
      assert.ok(distance(tape.inputs, found.inputs) < 1e-5);
      assert.ok(distance(tape.parameters, found.parameters) < 1e-5);
    }
    assert.deepEqual(fusionPlan(p).leftOut, []);
  });

  it('is as short as what a person writes: the slope of a kinetic energy is the velocity', () => {
    const p = of((x) => ({ y: gradient((z: Line) => scale(0.5, all(square(z))))(x) }));
    assert.deepEqual(
      p.graph.nodes.map(({ op }) => op.op),
      ['input'],
    );
    const chain = (x: Line): Scalar => {
      let y = x;
      for (let n = 0; n < 4000; n++) y = n % 2 === 0 ? scale(0.999, y) : sin(y);
      return all(y);
    };
    assert.doesNotThrow(() => of((x) => ({ y: gradient(chain)(x) })));
  });

  it('is 0 by what the function does not read, or reads behind stopGradient', () => {
    const p = of((x) => {
      const found = gradient(({ a }: { readonly a: Line; readonly b: Line }) => all(mul(a, stopGradient(a))))(
        {
          a: x,
          b: x,
        },
      );
      return { a: sub(found.a, x), b: found.b, none: gradient((_: Line) => zeros())(x) };
    });
    for (const { data } of Object.values(run(caseOf(p)))) assert.ok(data.every((value) => value === 0));
  });

  const many = 5;
  /** Where a step leads, and the states on the way; many steps are told in part, computed again, and may end early. */
  const way = (steps: number, x: Line, step: (x: Line, clock: Clock) => Line) =>
    scanWithFinal({
      steps,
      init: { x },
      step: (s, clock) => ({ x: step(s.x, clock) }),
      observe: (s) => s.x,
      ...(steps < many
        ? {}
        : { every: 2, remat: true, until: (s: { readonly x: Line }) => sub(all(square(s.x)), fill(30)) }),
    });
  const led = (steps: number, x: Line, step: (x: Line, clock: Clock) => Line): Line =>
    way(steps, x, step).final.x;

  it('takes what a scan outside of the function gives as constant', () => {
    const halved = (x: Line): Line => led(2, x, (y) => scale(0.5, y));
    const p = of((x) => {
      const rest = halved(x);
      return { y: sub(gradient((at: Line) => all(mul(at, rest)))(x), rest) };
    });
    assert.ok(run(caseOf(p)).y.data.every((value) => value === 0));
  });

  /** Losses of trajectories: of where they begin, of what a step uses, of what drives it; a scan in a scan; noise. */
  const trajectories: Readonly<Record<string, () => (x: Line) => Scalar>> = {
    'where a scan leads, with its weights; it ends early and keeps some steps': () => {
      const layer = conv1d(columns, { boundary: 'circular' });
      return (x) => {
        const { sequence, final } = way(many, x, (y, { index }) => sub(tanh(layer(y)), mul(y, index)));
        return add(all(square(final.x)), sum(0, 1, 2)(sequence));
      };
    },
    'what a step uses, a scan within it, and noise': () => {
      const drawn = gaussian();
      return (x) => {
        const within = (y: Line): Line => led(2, y, (z) => mul(sin(z), x));
        return all(led(2, x, (y, clock) => mul(within(y), drawn(clock, rows, columns))));
      };
    },
  };
  for (const [name, make] of Object.entries(trajectories))
    it(`of ${name} is that of reverse mode, also in a step that is differentiated again`, async () => {
      const energy = make();
      isReverse(energy, 1e-13);
      const descent = of((x) => ({
        y: led(2, x, (y) => sub(y, scale(0.05, gradient(energy)(y)))),
      }));
      const d = caseOf(descent, 1, 2);
      assert.ok(distance(runOn(await opened('wasm'), d), run(d)) < 1e-5);
      const cotangents = randoms(outputsOf(descent.graph), [2], 5, 'cotangent');
      const found = reverse(d, cotangents);
      const loss = ({ y }: ReturnType<typeof run>): number =>
        y.data.reduce((total, value, i) => total + value * cotangents.y.data[i], 0);
      const places = [0, 9, 20, 35].map((index) => ({ of: 'inputs', name: 'x', index }) as const);
      numericalGradient(descent, loss, d, places).forEach((slope, i) => {
        const at = found.inputs.x.data[places[i].index];
        assert.ok(Math.abs(at - slope) < 1e-6 * (1 + Math.abs(slope)), `${at} for ${slope}`);
      });
    });

  it('refuses what is not a scalar, and batch norm', () => {
    // As plain JavaScript may write it.
    const wide = (x: Line): Scalar => claim(sum(0)(x));
    assert.match(
      refused(() => of((x) => ({ y: gradient(wide)(x) }))),
      /gradient: the function must give a scalar, got \[4\]; sum over its axes/,
    );
    const norm = batchNorm();
    assert.match(
      refused(() => of((x) => ({ y: gradient((at: Line) => all(norm(at)))(x) }))),
      /gradient: the function has a batch norm, whose statistics are of all samples/,
    );
  });
});
