/** The oscillator step against its equation, and the laws that follow from it. */

import assert from 'node:assert/strict';
import { stream } from '../../../src/base/random.js';
import {
  add,
  coupling,
  data,
  fill,
  type Oscillator,
  oscillator,
  scale,
  scan,
  scanWithFinal,
  sin,
  tanh,
  zeros,
} from '../../../src/dsl/index.js';
import { near, valuesOf } from '../refusal.js';

const [side, channels] = [4, 2] as const;
type Field = readonly [4, 4, 2];
const numbers = (name: string): readonly number[] => {
  const random = stream(1, name);
  return Array.from({ length: side * side * channels }, () => (random.integer(1025) - 512) / 256);
};
const field = (name: string) => data(numbers(name), 4, 4, 2);

/** One step of all of them. */
const stepped = (o: Oscillator<Field>): { readonly y: readonly number[]; readonly z: readonly number[] } => {
  const { final } = scanWithFinal({
    steps: 1,
    init: { y: field('y'), z: field('z') },
    step: oscillator(o),
    observe: ({ y }) => y,
  });
  return { y: valuesOf(final.y), z: valuesOf(final.z) };
};

const [y, z, omega, alpha] = ['y', 'z', 'omega', 'alpha'].map(numbers);
const dt = 0.125;
const halved = (v: readonly number[]): readonly number[] => v.map((value) => value / 2);

describe('dsl: oscillator', () => {
  it('kicks with all forces, then drifts with the new velocity', () => {
    const found = stepped({
      dt,
      coupling: (v) => scale(0.5, v),
      frequency: field('omega'),
      damping: field('alpha'),
      forcing: (state, clock) => add(sin(state.z), clock.index),
    });
    const kicked = z.map((v, i) => v + dt * (halved(y)[i] - omega[i] * y[i] - alpha[i] * v + Math.sin(v)));
    near(found.z, kicked);
    near(
      found.y,
      y.map((v, i) => v + dt * kicked[i]),
    );
  });

  it('needs nothing but a coupling', () => {
    const found = stepped({ dt, coupling: (v) => scale(0.5, v) });
    near(
      found.z,
      z.map((v, i) => v + dt * halved(y)[i]),
    );
  });

  it('left alone it drifts straight on', () => {
    const path = scan({
      steps: 3,
      init: { y: fill(1, 1), z: fill(2, 1) },
      step: oscillator({ dt: 0.5, coupling: () => zeros(1) }),
      observe: (s) => s.y,
    });
    near(valuesOf(path), [2, 3, 4]);
  });

  it('of one site is the harmonic oscillator: its invariant stays to rounding', () => {
    // z^2 + w y^2 - h w y z is the same after every kick-drift step, whatever h below 2 / sqrt(w).
    const w = 0.7;
    const h = 1.1;
    const run = scan({
      steps: 200,
      init: { y: fill(1, 1), z: fill(0.3, 1) },
      step: oscillator({ dt: h, coupling: (v) => scale(-w, v) }),
      observe: (s) => ({ y: s.y, z: s.z }),
    });
    const [ys, zs] = [valuesOf(run.y), valuesOf(run.z)];
    const invariant = (a: number, b: number): number => b * b + w * a * a - h * w * a * b;
    for (let t = 0; t < 200; t++) near([invariant(ys[t], zs[t])], [invariant(1, 0.3)], 1e-12);
    assert.ok(Math.max(...ys) > 1 && Math.min(...ys) < -1);
  });

  it('on a torus, coupled by the Laplacian, keeps its total momentum', () => {
    const { z: velocity } = scan({
      steps: 20,
      init: { y: field('y'), z: field('z') },
      step: oscillator({ dt, coupling: coupling() }),
      observe: (s) => ({ z: s.z }),
    });
    const values = valuesOf(velocity);
    const total = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0);
    for (let t = 0; t < 20; t++) near([total(values.slice(32 * t, 32 * t + 32))], [total(z)], 1e-10);
  });

  it('with a bounded force moves no faster than that force allows', () => {
    const { z: velocity } = scan({
      steps: 10,
      init: { y: scale(100, field('y')), z: zeros(4, 4, 2) },
      step: oscillator({ dt, coupling: (v) => tanh(v) }),
      observe: (s) => ({ z: s.z }),
    });
    valuesOf(velocity).forEach((v, i) => {
      assert.ok(Math.abs(v) <= dt * (1 + Math.floor(i / 32)) + 1e-12);
    });
  });
});
