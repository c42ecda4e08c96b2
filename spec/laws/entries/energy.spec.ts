/** Laws 1 and 2 with their formulas written out: what a kick-drift step conserves, and what forces add to it. */

import assert from 'node:assert/strict';
import * as wrong from '../wrong.js';
import { checkered, dot, filled, followed, laplacianOf, programOf, split } from './follow.js';

const [height, width, omega] = [4, 6, 0.3];
const field = [height, width, 1];
const size = height * width;
const laplacian = laplacianOf(height, width);
const some = filled(field, (i) => Math.sin(1 + 2.3 * i));
const other = filled(field, (i) => Math.cos(3 * i));

/** K y for c = 1. */
const stiff = (y: Float64Array): Float64Array => laplacian(y).map((v, i) => omega * y[i] - v);
const plain = (y: Float64Array, z: Float64Array): number => dot(z, z) / 2 + dot(y, stiff(y)) / 2;
const modified = (y: Float64Array, z: Float64Array, h: number): number =>
  plain(y, z) - (h / 2) * dot(z, stiff(y));

const pathOf = (
  dt: number,
  steps: number,
  settings: Readonly<Record<string, unknown>> = {},
  y = some,
  z = other,
) => {
  const p = programOf('wave', { height, width, dt, steps, speed: 1, omega, ...settings });
  const all = (name: string, start: Float64Array) => [start, ...split(followed(p, { y, z }, name), size)];
  return { y: all('y', y.data), z: all('z', z.data) };
};
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

describe('law 1: the modified energy', () => {
  const energies = (dt: number, steps: number, settings = {}): readonly number[] => {
    const { y, z } = pathOf(dt, steps, settings);
    return y.map((state, t) => modified(state, z[t], dt));
  };

  it('of an undamped linear wave stands still', () => assert.ok(spread(energies(0.5, 60)) < 1e-12));
  it('falls with damping, by far more than rounding', () => {
    const all = energies(0.5, 60, { alpha: 0.05 });
    assert.ok(all[60] < 0.5 * all[0]);
  });
  it('is not the plain energy, which swings by twice as much at twice the step', () => {
    const swing = (dt: number): number => {
      const { y, z } = pathOf(dt, Math.round(8 / dt));
      return spread(y.map((state, t) => plain(state, z[t])));
    };
    const ratios = [0.08, 0.04].map((dt) => swing(dt) / swing(dt / 2));
    assert.ok(
      ratios.every((ratio) => Math.abs(ratio - 2) < 0.1),
      `${ratios}`,
    );
  });

  it('is positive iff h^2 lambda_max < 4: of the roughest wave with y = h z / 2', () => {
    const lambda = 8 + omega;
    const least = (share: number) => {
      const h = Math.sqrt(share / lambda);
      const z = checkered(height, width);
      const y = filled(field, (i) => (h / 2) * z.data[i]);
      const path = pathOf(h, 400, {}, y, z);
      const all = path.y.map((state, t) => modified(state, path.z[t], h));
      return { energy: all[0], drift: spread(all.slice(0, 9)), end: Math.max(...path.y[400].map(Math.abs)) };
    };
    const [within, beyond] = [least(3.99), least(4.01)];
    assert.ok(within.energy > 0 && beyond.energy < 0, `${within.energy} ${beyond.energy}`);
    // It is conserved beyond the bound too, but holds nothing in any more.
    assert.ok(within.drift < 1e-10 && beyond.drift < 1e-10);
    assert.ok(within.end < 1e2 && beyond.end > 1e6, `${within.end} ${beyond.end}`);
  });
});

describe('law 2: the balance of work', () => {
  const h = 0.3;
  const alpha = filled(field, (i) => (i % 5) / 4);
  const natural = filled(field, (i) => (i % 3) / 2);
  /** H~ of K = diag(omega): everything else is a force g. */
  const held = (y: Float64Array, z: Float64Array): number => {
    const ky = y.map((v, i) => natural.data[i] * v);
    return dot(z, z) / 2 + dot(y, ky) / 2 - (h / 2) * dot(z, ky);
  };

  it("of a damped NWM: H~ gains (h / 2) g.(z + z') in every step", () => {
    const p = programOf('nwm-core', { height, width, dt: h, steps: 20 });
    const inputs = { y: some, z: other, omega: natural, alpha };
    const [y, z] = ['y', 'z'].map((name) => [
      inputs[name === 'y' ? 'y' : 'z'].data,
      ...split(followed(p, inputs, name), size),
    ]);
    for (let t = 0; t < 20; t++) {
      const force = laplacian(y[t]).map((v, i) => Math.tanh(v) - alpha.data[i] * z[t][i]);
      const work =
        (h / 2) *
        dot(
          force,
          z[t].map((v, i) => v + z[t + 1][i]),
        );
      assert.ok(Math.abs(held(y[t + 1], z[t + 1]) - held(y[t], z[t]) - work) < 1e-12);
    }
  });

  it('is not that of a step whose displacement moves with the old velocity', () => {
    const square = [8, 8, 1];
    const inputs = {
      y: filled(square, (i) => Math.sin(1 + 2.3 * i)),
      z: filled(square, (i) => Math.cos(3 * i)),
      alpha: filled(square, () => 0),
    };
    const end = (name: string) => followed(wrong.explicitEuler, inputs, name).slice(0, 64);
    const energy = (y: Float64Array, z: Float64Array): number => {
      const ky = laplacianOf(8, 8)(y).map((v) => -v);
      return dot(z, z) / 2 + dot(y, ky) / 2 - (wrong.dt / 2) * dot(z, ky);
    };
    assert.ok(energy(end('y'), end('z')) - energy(inputs.y.data, inputs.z.data) > 0.1);
  });
});
