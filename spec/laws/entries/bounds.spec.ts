/** Laws 10, 11 and 12 with their formulas written out, within the bound and just beyond it. */

import assert from 'node:assert/strict';
import { check } from 'drumhead/laws';
import { named } from '../named.js';
import { filled, followed, programOf } from './follow.js';

const sum = (data: Float64Array): number => data.reduce((total, v) => total + v, 0);
const largest = (data: Float64Array): number => data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
/** The steps of a sequence. */
const split = (data: Float64Array, size: number): readonly Float64Array[] =>
  Array.from({ length: data.length / size }, (_, t) => data.slice(t * size, (t + 1) * size));

const field = [4, 4, 1] as const;
const some = filled(field, (i) => Math.sin(1 + 2.3 * i));
const other = filled(field, (i) => Math.cos(3 * i));

describe('law 10: the zero mode', () => {
  const sums = (settings: Readonly<Record<string, unknown>>) => {
    const p = programOf('wave', { height: 4, width: 4, steps: 9, ...settings });
    const of = (output: string) => split(followed(p, { y: some, z: other }, output), 16).map(sum);
    return { y: of('y'), z: of('z') };
  };
  const bends = (values: readonly number[]): number =>
    Math.max(...values.slice(2).map((v, i) => Math.abs(v - 2 * values[i + 1] + values[i])));

  it('the sum of z stands, that of y is affine in time', () => {
    const { y, z } = sums({});
    assert.ok(Math.max(...z.map((v) => Math.abs(v - z[0]))) < 1e-12);
    assert.ok(bends(y) < 1e-12);
    assert.ok(Math.abs(y[1] - y[0] - 0.5 * z[0]) < 1e-12);
  });

  for (const settings of [{ omega: 0.1 }, { alpha: 0.1 }, { boundary: 'zero' }])
    it(`not so with ${JSON.stringify(settings)}`, () => {
      const { y, z } = sums(settings);
      assert.ok(Math.abs(z[8] - z[0]) > 1e-3 && bends(y) > 1e-3);
    });
});

describe('law 11: coRNN from rest', () => {
  const steps = 60;
  /** Pushed by s = 1 and -1 in turn, all sites alike: the largest energies by the two forms, and the bound's share. */
  const energies = (dt: number, gamma: number, epsilon: number, damping: string) => {
    const free = { init: 'zeros', velocityInit: 'zeros', height: 2, width: 2, kernel: 1 };
    const p = programOf('cornn', { ...free, steps, dt, gamma, epsilon, damping });
    const still = filled([2, 2, 1], () => 0);
    const u = filled([steps, 2, 2, 1], (i) => 40 * (-1) ** Math.floor(i / 4));
    const inputs = { y: still, z: still, u };
    const [y, z] = ['y', 'z'].map((name) => split(followed(p, inputs, name), 4));
    const square = (a: Float64Array, b: Float64Array): number => sum(a.map((v, i) => v * b[i]));
    const plain = y.map((yt, t) => square(z[t], z[t]) + gamma * square(yt, yt));
    const bound = (t: number): number => (4 * (t + 1) * dt) / (2 * epsilon);
    const shares = plain.map((e, t) => (e - dt * gamma * square(z[t], y[t])) / bound(t));
    return { share: Math.max(...shares), plain: plain[steps - 1] };
  };

  it('damped at the new velocity it stays below m t / (2 epsilon)', () => {
    for (const [dt, gamma, epsilon] of [
      [0.1, 1, 19],
      [1.9, 1, 0.05],
      [0.5, 10, 0.5],
    ])
      assert.ok(energies(dt, gamma, epsilon, 'implicit').share <= 1);
  });
  it('damped at the old velocity it exceeds that many times', () =>
    assert.ok(energies(0.1, 1, 19, 'explicit').share > 5));
  it('h^2 gamma just above 4 blows up, just below does not', () => {
    assert.ok(energies(2.1, 1, 0.05, 'implicit').plain > 1e3 * energies(1.9, 1, 0.05, 'implicit').plain);
  });
  it('the library says so of each', () => {
    const because = (settings: Readonly<Record<string, unknown>>): string =>
      check(named('cornn', { height: 4, width: 4, steps: 4, ...settings }), {
        laws: ['coRNN energy bound'],
        cases: 6,
      })
        .verdicts.map((verdict) => (verdict.outcome === 'does not apply' ? verdict.because : verdict.outcome))
        .join();
    assert.equal(because({ gamma: 1, dt: 1.9 }), 'holds');
    assert.match(because({ gamma: 1, dt: 2.1 }), /h\^2 gamma = 4.41 is not below 4/);
    assert.match(because({ damping: 'explicit', epsilon: 0.5 }), /old velocity/);
  });
});

describe('law 11: the NWM without omega and alpha', () => {
  const checkered = filled(field, (i) => (-1) ** (i + Math.floor(i / 4)));
  const still = filled(field, () => 0);
  const h = 0.2;
  const path = (activation: string) => {
    const p = programOf('nwm-core', { height: 4, width: 4, steps: 12, dt: h, activation });
    const inputs = { y: checkered, z: other, omega: still, alpha: still };
    return ['y', 'z'].map((name) => split(followed(p, inputs, name), 16).map(largest));
  };
  /** |z_n| <= |z_0| + n h and |y_n| <= |y_0| + n h |z_0| + h^2 n (n + 1) / 2. */
  const bounded = ([y, z]: readonly (readonly number[])[]): boolean => {
    const [y0, z0] = [largest(checkered.data), largest(other.data)];
    const yBound = (n: number): number => y0 + n * h * z0 + (h * h * n * (n + 1)) / 2;
    return z.every((v, i) => v <= z0 + (i + 1) * h + 1e-12) && y.every((v, i) => v <= yBound(i + 1) + 1e-12);
  };
  it('grows no faster than its bound', () => assert.ok(bounded(path('tanh'))));
  it('does without its tanh', () => assert.ok(!bounded(path('identity'))));
});

describe('law 12: differences grow no faster than [[1 + h^2 k, h], [h k, 1]]^n', () => {
  const h = 0.3;
  const steps = 6;
  const omega = filled(field, (i) => (i % 4) / 4);
  const ends = (alpha: number, bump: number) => {
    const p = programOf('nwm-core', { height: 4, width: 4, steps, dt: h });
    const bumped = filled(field, (i) => some.data[i] + (i === 5 ? bump : 0));
    const inputs = { y: bumped, z: other, omega, alpha: filled(field, () => alpha) };
    return ['y', 'z'].map((name) => followed(p, inputs, name).slice(-16));
  };
  const growth = (alpha: number): readonly number[] => {
    const [a, b] = [ends(alpha, 1e-6), ends(alpha, 0)];
    return a.map((values, i) => largest(values.map((v, at) => (v - b[i][at]) / 1e-6)));
  };
  /** The first column of the power: what a change of y becomes. |W|_inf of the Laplacian is 8. */
  const [toY, toZ] = Array.from({ length: steps }).reduce<readonly number[]>(
    ([y, z]) => [(1 + h * h * 8.75) * y + h * z, h * 8.75 * y + z],
    [1, 0],
  );
  it('within', () => {
    const [y, z] = growth(1);
    assert.ok(y <= toY && z <= toZ && y > 0);
  });
  it('and beyond h alpha = 2 the velocity of a site grows by more in the long run', () => {
    const one = [[1 + h * h * 8.75, h] as const, [h * 8.75, 1] as const];
    const radius = (one[0][0] + one[1][1]) / 2 + Math.sqrt(((one[0][0] - one[1][1]) / 2) ** 2 + h * h * 8.75);
    // |1 - h alpha| > the radius of the bound: alpha = (1 + 1.5 radius) / h.
    const [, z] = growth((1 + 1.5 * radius) / h);
    assert.ok(z > toZ);
  });
});
