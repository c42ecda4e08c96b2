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
  scan,
  scanOver,
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

describe('the gradient of a function inside of a program', () => {
  for (const [name, make] of Object.entries(energies))
    it(`of ${name} is that of reverse mode`, () => {
      const energy = make();
      const force = of((x) => ({ y: gradient(energy)(x) }));
      const whole = of((x) => ({ y: energy(x) }));
      const back = vjp(whole, { parameters: [] });
      const c = caseOf(force, 2, 3);
      const names = vjpNames(whole, { parameters: [] });
      const expected = run(
        { ...c, inputs: { ...c.inputs, [names.cotangents.y]: ndarray([3], [1, 1, 1]) } },
        back,
      );
      assert.deepEqual(parametersOf(force.graph), parametersOf(whole.graph));
      assert.ok(distance(run(c), { y: expected[names.inputs.x] }) < 1e-14);
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

  it('takes what a scan outside of the function gives as constant', () => {
    const halved = (x: Line): Line =>
      scanWithFinal({ steps: 2, init: { x }, step: (s) => ({ x: scale(0.5, s.x) }), observe: (s) => s.x })
        .final.x;
    const p = of((x) => {
      const rest = halved(x);
      return { y: sub(gradient((at: Line) => all(mul(at, rest)))(x), rest) };
    });
    assert.ok(run(caseOf(p)).y.data.every((value) => value === 0));
  });

  /** Losses of trajectories: from where a scan begins, by what its step uses, by what drives it, scans in scans, noise. */
  const trajectories: Readonly<Record<string, () => (x: Line) => Scalar>> = {
    'where a scan leads, with its weights': () => {
      const layer = conv1d(4, { boundary: 'circular' });
      return (x) => {
        const { sequence, final } = scanWithFinal({
          steps: 3,
          init: { y: x, z: sin(x) },
          step: ({ y, z }, { index }) => ({
            y: add(y, scale(0.3, z)),
            z: sub(tanh(layer(y)), mul(index, z)),
          }),
          observe: ({ z }) => z,
        });
        return add(all(square(final.y)), sum(0, 1, 2)(sin(sequence)));
      };
    },
    'a scan that ends early and keeps some steps': () => (x) => {
      const run = scanWithFinal({
        steps: 5,
        every: 2,
        remat: true,
        init: { y: x },
        step: ({ y }) => ({ y: add(y, scale(0.5, sin(y))) }),
        observe: ({ y }) => y,
        until: ({ y }) => sub(mean(0, 1)(square(y)), fill(1.5)),
      });
      return add(all(square(run.final.y)), sum(0, 1, 2)(run.sequence));
    },
    'what a step uses, and a scan within it': () => (x) =>
      sum(0)(
        scan({
          steps: 2,
          init: { s: zeros() },
          step: ({ s }) => ({
            s: add(
              s,
              all(
                scanWithFinal({
                  steps: 2,
                  init: { u: x },
                  step: ({ u }) => ({ u: add(sin(u), mul(s, x)) }),
                  observe: ({ u }) => u,
                }).final.u,
              ),
            ),
          }),
          observe: ({ s }) => s,
        }),
      ),
    'a scan that it drives, which draws noise': () => {
      const drawn = gaussian();
      return (x) => {
        const driven = scanOver({
          over: x,
          init: { y: zeros(columns) },
          step: ({ y }, element, clock) => ({ y: tanh(add(y, mul(element, drawn(clock, columns)))) }),
          observe: ({ y }) => y,
        });
        return all(square(driven));
      };
    },
  };
  for (const [name, make] of Object.entries(trajectories))
    it(`of ${name} is that of reverse mode, also in a step that is differentiated again`, async () => {
      const energy = make();
      const force = of((x) => ({ y: gradient(energy)(x) }));
      const whole = of((x) => ({ y: energy(x) }));
      const back = vjp(whole, { parameters: [] });
      const c = caseOf(force, 2, 3);
      const names = vjpNames(whole, { parameters: [] });
      const inputs = { ...c.inputs, [names.cotangents.y]: ndarray([3], [1, 1, 1]) };
      const expected = run({ ...c, inputs }, back);
      assert.deepEqual(parametersOf(force.graph), parametersOf(whole.graph));
      assert.ok(distance(run(c), { y: expected[names.inputs.x] }) < 1e-13);
      const descent = of((x) => ({
        y: scanWithFinal({
          steps: 2,
          init: { x },
          step: (s) => ({ x: sub(s.x, scale(0.05, gradient(energy)(s.x))) }),
          observe: (s) => s.x,
        }).final.x,
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
