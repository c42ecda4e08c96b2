/** Newton's method for implicit stages: against the midpoint rule solved by bisection, and where sweeps fail. */

import assert from 'node:assert/strict';
import { ndarray, runReference } from '../../../src/compile/reference/index.js';
import { newton } from '../../../src/compile/transform/index.js';
import {
  add,
  coupling1d,
  type Dynamics,
  dense,
  fill,
  implicitMidpoint,
  integrate,
  type Method,
  mul,
  negate,
  ones,
  program,
  roll,
  type Step,
  scale,
  scanWithFinal,
  sin,
  square,
  sub,
  type Tensor,
  zeros,
} from '../../../src/dsl/index.js';
import { near, refused } from '../../dsl/refusal.js';

type Line = { readonly y: Tensor<readonly [8, 1]> };
const start = Array.from({ length: 8 }, (_, i) => 0.2 + 0.3 * i);

const endOf = (step: Step<Line>, steps: number): readonly number[] => {
  const p = program({ y: [8, 1] }, (init) => scanWithFinal({ steps, init, step, observe: (s) => s.y }).final);
  const inputs = { y: ndarray([1, 8, 1], start) };
  return [...runReference(p, { parameters: {}, inputs, batch: 1 }).outputs.y.data];
};

const by = (method: Method, dt: number, rate: Dynamics<Line>, steps: number): readonly number[] =>
  endOf(integrate({ method, dt, rate }), steps);
const swept = implicitMidpoint({ sweeps: 40 });
const solved = (iterations: number): Method => implicitMidpoint({ solver: newton({ iterations }) });

/** The midpoint rule of a decreasing rate at one site: k is between rates, so it is bisected. */
const bisected = (f: (y: number) => number, h: number, steps: number): readonly number[] =>
  start.map((y) => {
    let at = y;
    for (let n = 0; n < steps; n++) {
      let [low, high] = [-1e6, 1e6];
      for (let i = 0; i < 90; i++) {
        const k = (low + high) / 2;
        if (f(at + (h / 2) * k) > k) low = k;
        else high = k;
      }
      at += h * low;
    }
    return at;
  });

describe('transform: Newton for implicit stages', () => {
  it('solves a stiff rate that sweeps leave', () => {
    const f = (y: number): number => -200 * y ** 3 - 50 * y + Math.sin(y);
    const rate: Dynamics<Line> = ({ y }) => ({
      y: add(sub(scale(-200, mul(y, square(y))), scale(50, y)), sin(y)),
    });
    near(by(solved(12), 0.1, rate, 3), bisected(f, 0.1, 3), 1e-9);
    assert.ok(!by(swept, 0.1, rate, 3).every(Number.isFinite));
  });

  it('squares what is left of the residual in each iteration', () => {
    const f = (y: number): number => -20 * y ** 3;
    const rate: Dynamics<Line> = ({ y }) => ({ y: scale(-20, mul(y, square(y))) });
    const exact = bisected(f, 0.1, 1);
    const errors = [3, 4, 5].map((n) =>
      Math.max(...by(solved(n), 0.1, rate, 1).map((v, i) => Math.abs(v - exact[i]))),
    );
    assert.ok(errors[1] < 4 * errors[0] ** 2 && errors[2] < 4 * errors[1] ** 2, errors.join(', '));
  });

  it('needs one iteration where the rate is linear and each entry is by itself, whatever its stiffness', () => {
    const rate: Dynamics<Line> = ({ y }) => ({ y: scale(-1e4, y) });
    const factor = (1 - 500) / (1 + 500);
    near(
      by(solved(1), 0.1, rate, 2),
      start.map((y) => y * factor ** 2),
      1e-12,
    );
  });

  it('solves fields that feel each other at a site: stiff oscillators keep their energy', () => {
    const p = program(
      { q: [8, 1], p: [8, 1] },
      (init) =>
        scanWithFinal({
          steps: 50,
          init,
          step: integrate({
            method: solved(1),
            dt: 1,
            rate: (s) => ({ q: s.p, p: scale(-400, s.q) }),
          }),
          observe: (s) => s.q,
        }).final,
    );
    const { outputs } = runReference(p, {
      parameters: {},
      inputs: { q: ndarray([1, 8, 1], start), p: ndarray([1, 8, 1], start) },
      batch: 1,
    });
    near(
      [...outputs.q.data].map((q, i) => 400 * q ** 2 + outputs.p.data[i] ** 2),
      start.map((y) => 401 * y ** 2),
      1e-9,
    );
  });

  it('takes the centre of a coupling: diffusion converges where its sweeps part', () => {
    const spread = coupling1d({ init: { values: [30, -60, 30] }, trainable: false });
    const rate: Dynamics<Line> = ({ y }) => ({ y: spread(y) });
    const values = { 'coupling/weight': ndarray([3, 1, 1], [30, -60, 30]) };
    const end = (method: Method): readonly number[] => {
      const p = program(
        { y: [8, 1] },
        (init) =>
          scanWithFinal({ steps: 1, init, step: integrate({ method, dt: 0.1, rate }), observe: (s) => s.y })
            .final,
      );
      const inputs = { y: ndarray([1, 8, 1], start) };
      return [...runReference(p, { parameters: values, inputs, batch: 1 }).outputs.y.data];
    };
    // The equation itself, for what was found: y' - y = h L (y + y') / 2.
    const residual = (after: readonly number[]): number => {
      const m = after.map((v, i) => (v + start[i]) / 2);
      return Math.max(
        ...after.map((v, i) => Math.abs(v - start[i] - 3 * (m[(i + 1) % 8] + m[(i + 7) % 8] - 2 * m[i]))),
      );
    };
    assert.ok(residual(end(solved(80))) < 1e-9);
    assert.ok(residual(end(swept)) > 1e6);
  });

  it('is exact for the diagonal of a dense layer, and sweeps what it cannot see', () => {
    const mix = dense(1, { bias: false, init: { constant: -40 } });
    const p = program(
      { y: [8, 1] },
      (init) =>
        scanWithFinal({
          steps: 1,
          init,
          step: integrate({ method: solved(1), dt: 0.1, rate: ({ y }: Line) => ({ y: mix(y) }) }),
          observe: (s) => s.y,
        }).final,
    );
    const parameters = { 'dense1/weight': ndarray([1, 1], [-40]) };
    const { outputs } = runReference(p, { parameters, inputs: { y: ndarray([1, 8, 1], start) }, batch: 1 });
    near(
      [...outputs.y.data],
      start.map((y) => -y / 3),
      1e-12,
    );
    const shifted: Dynamics<Line> = ({ y }) => ({ y: sub(roll(0, 1)(y), y) });
    near(by(solved(60), 0.1, shifted, 2), by(swept, 0.1, shifted, 2), 1e-12);
  });

  it('tells two fields of one value apart', () => {
    const one = ones(4);
    const { final } = scanWithFinal({
      steps: 1,
      init: { a: one, b: one },
      step: (s) =>
        integrate({ method: solved(1), dt: 1, rate: (at: typeof s) => ({ a: negate(at.b), b: zeros(4) }) })(
          { a: s.a, b: s.a },
          { index: fill(0) },
        ),
      observe: (s) => s.a,
    });
    const { outputs } = runReference(
      program({}, () => final),
      { parameters: {}, inputs: {}, batch: 1 },
    );
    near([...outputs.a.data], [0, 0, 0, 0], 1e-12);
  });

  it('is refused without iterations, beside sweeps, and where it is none', () => {
    assert.match(
      refused(() => newton({ iterations: 0 })),
      /at least 1 iterations, got 0$/,
    );
    assert.match(
      refused(() => implicitMidpoint({ sweeps: 3, solver: newton() })),
      /takes sweeps or a solver/,
    );
    const none: ReturnType<typeof newton> = JSON.parse('3');
    assert.match(
      refused(() => implicitMidpoint({ solver: none })),
      /its solver is one such as newton\(\), got 3$/,
    );
  });
});
