/** Laws 13 and 14, from what a step does to unit vectors, on both sides of the bound. */

import assert from 'node:assert/strict';
import { filled, followed, programOf } from './follow.js';

type Matrix = readonly [number, number, number, number];

/** The matrix of one LinOSS step on (z, y), for stiffness A. */
const stepOf = (discretisation: string, form: string, dt: number, a: number): Matrix => {
  const p = programOf('linoss', { length: 1, steps: 1, dt, discretisation, form });
  const one = (v: number) => filled([1, 1], () => v);
  const moved = (z: number, y: number) =>
    ['z', 'y'].map(
      (name) =>
        followed(p, { y: one(y), z: one(z), stiffness: one(a), u: filled([1, 1, 1], () => 0) }, name)[0],
    );
  const [[zz, yz], [zy, yy]] = [moved(1, 0), moved(0, 1)];
  return [zz, zy, yz, yy];
};

const determinant = ([a, b, c, d]: Matrix): number => a * d - b * c;
const radius = (m: Matrix): number => {
  const half = (m[0] + m[3]) / 2;
  const root = half * half - determinant(m);
  return root < 0 ? Math.sqrt(determinant(m)) : Math.abs(half) + Math.sqrt(root);
};
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-7, `${a} is not ${b}`);

describe('law 13: LinOSS', () => {
  for (const form of ['parallel', 'sequential']) {
    it(`IMEX, ${form}: determinant 1; modulus 1 at h^2 A = 0.1, 2 and 3.99, more at 4.01`, () => {
      for (const h2a of [0.1, 2, 3.99]) {
        const m = stepOf('imex', form, 0.5, 4 * h2a);
        near(determinant(m), 1);
        near(radius(m), 1);
      }
      const beyond = stepOf('imex', form, 0.5, 4 * 4.01);
      near(determinant(beyond), 1);
      assert.ok(radius(beyond) > 1.05);
    });
    it(`implicit, ${form}: modulus (1 + h^2 A)^(-1/2), however large the step`, () => {
      for (const [h, a] of [
        [0.1, 1],
        [0.5, 7],
        [3, 5],
      ])
        near(radius(stepOf('implicit', form, h, a)), (1 + h * h * a) ** -0.5);
    });
  }

  for (const discretisation of ['imex', 'implicit'])
    it(`${discretisation}: all at once as one step after the other, driven`, () => {
      const [length, steps] = [3, 11];
      const field = [length, 1];
      const inputs = {
        y: filled(field, (i) => Math.sin(i + 1)),
        z: filled(field, (i) => Math.cos(2 * i)),
        stiffness: filled(field, (i) => i / 2),
        u: filled([steps, ...field], (i) => Math.sin(3 * i)),
      };
      const [a, b] = ['parallel', 'sequential'].map((form) =>
        followed(programOf('linoss', { length, steps, dt: 0.3, discretisation, form }), inputs, 'y'),
      );
      for (const [i, v] of a.entries()) assert.ok(Math.abs(v - b[i]) < 1e-12);
    });
});

describe('law 14: a Wave-RNN carries its state around the ring', () => {
  const [length, steps] = [7, 14];
  const start = filled([length, 1], (i) => Math.sin(1 + 5 * i));
  const path = (activation: string): Float64Array =>
    followed(
      programOf('wave-rnn', { length, steps, activation }),
      { h: start, u: filled([steps, length, 1], () => 0) },
      'h',
    );

  it('by one site a step, to the last bit: period 7', () => {
    const h = path('identity');
    for (let t = 0; t < steps; t++)
      for (let i = 0; i < length; i++)
        assert.equal(h[t * length + ((i + t + 1) % length)], start.data[i], `step ${t}, site ${i}`);
    assert.deepEqual([...h.slice(6 * length, 7 * length)], [...start.data]);
  });
  for (const activation of ['relu', 'tanh'])
    it(`not through ${activation}, which forgets`, () =>
      assert.notDeepEqual([...path(activation).slice(6 * length, 7 * length)], [...start.data]));
});
