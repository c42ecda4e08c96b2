/** Law 17 against a motion that is known, and law 18 written out: <J v, w> = <v, J'w>. */

import assert from 'node:assert/strict';
import { inputsOf, jvp, jvpNames, outputsOf, type Program, vjp, vjpNames } from 'drumhead';
import { filled, followed, programOf } from './follow.js';

/** One site with y'' = -y, started at y = 1: y = cos t. */
const errorOf = (dt: number, staggered: boolean): number => {
  const steps = Math.round(2 / dt);
  const p = programOf('wave', { height: 1, width: 1, steps, dt, omega: 1, speed: 0 });
  const shape = [1, 1, 1];
  // Read as leapfrog, the velocity is half a step behind: z(-h / 2) = sin(h / 2).
  const z = filled(shape, () => (staggered ? Math.sin(dt / 2) : 0));
  const y = followed(p, { y: filled(shape, () => 1), z }, 'y');
  return Math.abs(y[steps - 1] - Math.cos(2));
};

const ratios = (staggered: boolean): readonly number[] => {
  const errors = [0.1, 0.05, 0.025, 0.0125].map((dt) => errorOf(dt, staggered));
  return errors.slice(1).map((error, i) => errors[i] / error);
};

describe('law 17: halving the step', () => {
  it('halves the error of kick-drift', () =>
    assert.ok(
      ratios(false).every((ratio) => Math.abs(ratio - 2) < 0.1),
      `${ratios(false)}`,
    ));
  it('quarters that of the same states read as leapfrog', () =>
    assert.ok(
      ratios(true).every((ratio) => Math.abs(ratio - 4) < 0.1),
      `${ratios(true)}`,
    ));
});

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((total, v, i) => total + v * b[i], 0);

/** An array of its own for each name. */
const arraysFor = (shapes: Readonly<Record<string, readonly number[]>>, seed: number) =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], n) => [
      name,
      filled(shape, (i) => 0.4 * Math.sin(seed + 3 * n + 2.1 * i)),
    ]),
  );

/** <J v, w>, <v, J'w> and the central difference of w along v. */
const products = (p: Program): readonly [number, number, number] => {
  const [shapes, results] = [inputsOf(p.graph), outputsOf(p.graph)];
  const [x, v, w] = [arraysFor(shapes, 1), arraysFor(shapes, 5), arraysFor(results, 9)];
  const [tangents, cotangents] = [jvpNames(p), vjpNames(p)];
  const along = { ...x, ...Object.fromEntries(Object.keys(v).map((n) => [tangents.inputs[n], v[n]])) };
  const owed = { ...x, ...Object.fromEntries(Object.keys(w).map((n) => [cotangents.cotangents[n], w[n]])) };
  const forward = Object.keys(w).map((n) => dot(followed(jvp(p), along, tangents.tangents[n]), w[n].data));
  const reverse = Object.keys(v).map((n) => dot(followed(vjp(p), owed, cotangents.inputs[n]), v[n].data));
  const width = 1e-5;
  const at = (by: number): number => {
    const moved = Object.fromEntries(
      Object.entries(x).map(([n, { shape, data }]) => [
        n,
        { shape, data: data.map((value, i) => value + by * v[n].data[i]) },
      ]),
    );
    return Object.keys(w).reduce((total, n) => total + dot(followed(p, moved, n), w[n].data), 0);
  };
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return [sum(forward), sum(reverse), (at(width) - at(-width)) / (2 * width)];
};

describe('law 18: forward, reverse, and differences', () => {
  const lattice = { height: 3, width: 4, steps: 3 };
  const tried: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['wave', { ...lattice, omega: 0.2, alpha: 0.3 }],
    ['nwm-core', lattice],
    ['cornn', lattice],
    ['wave-rnn', { length: 4, steps: 3, activation: 'tanh' }],
    ['linoss', { length: 3, steps: 4, form: 'parallel' }],
    ['linoss', { length: 3, steps: 4, form: 'sequential', discretisation: 'implicit' }],
    ['kuramoto', { ...lattice, reach: 1 }],
    ['akorn', lattice],
    ['wilson-cowan', { ...lattice, reach: 1 }],
    ['fitzhugh-nagumo', lattice],
    ['ginzburg-landau', { ...lattice, b: 0.3 }],
  ];
  for (const [name, settings] of tried)
    it(`agree for ${name}${'form' in settings ? `, ${settings.form}` : ''}`, () => {
      const [forward, reverse, difference] = products(programOf(name, settings));
      const size = Math.abs(forward) + 1e-3;
      assert.ok(Math.abs(forward) > 1e-6, 'the case says nothing');
      assert.ok(Math.abs(forward - reverse) < 1e-11 * size, `${forward} ${reverse}`);
      assert.ok(Math.abs(forward - difference) < 1e-6 * size, `${forward} ${difference}`);
    });
});
