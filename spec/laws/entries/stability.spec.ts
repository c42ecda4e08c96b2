/** Laws 3 and 4 with their formulas written out, within the bound and just beyond it. */

import assert from 'node:assert/strict';
import { checkered, filled, followed, largest, programOf, split } from './follow.js';

const steps = 400;

/** How large a wave is after many steps from values up to 1. */
const endOf = (settings: Readonly<Record<string, unknown>>): number => {
  const sides = { height: 4, width: 4, ...settings };
  const field = [sides.height, sides.width, 1];
  const p = programOf('wave', { steps, speed: 1, ...sides });
  const inputs = { y: filled(field, (i) => Math.sin(1 + 2.3 * i)), z: filled(field, (i) => Math.cos(3 * i)) };
  return largest(followed(p, inputs, 'y').slice(-sides.height * sides.width));
};
/** An undamped wave stays about as large as it is; its mean may move on. */
const stays = (end: number): boolean => end < 1e3;
const explodes = (end: number): boolean => end > 1e6;

/** Largest eigenvalue of the Laplacian on a ring of n sites, for the wave number nearest to half a turn. */
const ofRing = (n: number): number => 4 * Math.sin((Math.PI * Math.floor(n / 2)) / n) ** 2;

describe('law 3: stability', () => {
  for (const [height, width] of [
    [4, 4],
    [4, 6],
    [5, 5],
    [3, 7],
  ])
    it(`on ${height} x ${width}: h^2 lambda_max < 4 with the eigenvalue of that grid`, () => {
      const limit = 2 / Math.sqrt(ofRing(height) + ofRing(width));
      assert.equal(limit > Math.SQRT1_2 + 1e-9, height % 2 === 1 || width % 2 === 1);
      const ends = [0.995, 1.005].map((share) => endOf({ height, width, dt: share * limit }));
      assert.ok(stays(ends[0]) && explodes(ends[1]), `${ends}`);
    });

  it('with speed 2 half the step', () => {
    const ends = [0.352, 0.355].map((dt) => endOf({ dt, speed: 2 }));
    assert.ok(stays(ends[0]) && explodes(ends[1]), `${ends}`);
  });

  for (const [dt, omega] of [
    [0.5, 0],
    [0.4, 1.5],
  ])
    it(`damped at h = ${dt}, omega = ${omega}: h^2 lambda_max + 2 h alpha < 4`, () => {
      const limit = (4 - dt * dt * (8 + omega)) / (2 * dt);
      const ends = [0.99, 1.01].map((share) => endOf({ dt, omega, alpha: share * limit }));
      // Within it damping does what it should: less is left than there was.
      assert.ok(ends[0] < 1 && ends[1] > 100, `${ends}`);
    });

  it('of the NWM: h^2 (8 + omega) + 2 h alpha < 4 for small waves, which tanh holds when they have grown', () => {
    const field = [4, 4, 1];
    const end = (dt: number): number => {
      const p = programOf('nwm-core', { height: 4, width: 4, dt, steps });
      const rough = checkered(4, 4);
      const one = filled(field, () => 1);
      const y = filled(field, (i) => 1e-6 * rough.data[i]);
      const inputs = { y, z: filled(field, () => 0), omega: one, alpha: one };
      return largest(followed(p, inputs, 'y').slice(-16));
    };
    const limit = (Math.sqrt(1 + 4 * 9) - 1) / 9;
    const [within, beyond] = [end(0.99 * limit), end(1.01 * limit)];
    assert.ok(within < 1e-6 && beyond > 1e-2 && beyond < 10, `${within} ${beyond}`);
  });
});

describe('law 4: dispersion', () => {
  const [height, width, dt, speed, omega] = [6, 5, 0.4, 1.2, 0.7];
  const field = [height, width, 1];
  const size = height * width;
  const share = (m: number, n: number): number =>
    dt ** 2 *
    (speed ** 2 * (Math.sin((Math.PI * m) / height) ** 2 + Math.sin((Math.PI * n) / width) ** 2) + omega / 4);
  const waveFrom = (m: number, n: number, count: number, h: number) => {
    const shape = filled(field, (i) =>
      Math.cos(2 * Math.PI * ((m * Math.floor(i / width)) / height + (n * (i % width)) / width)),
    );
    const p = programOf('wave', { height, width, dt: h, speed, omega, steps: count });
    const still = filled(field, () => 0);
    return { shape: shape.data, path: split(followed(p, { y: shape, z: still }, 'y'), size) };
  };

  for (const [m, n] of [
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
  ])
    it(`a wave of ${m} x ${n} crests swings with the frequency of the lattice`, () => {
      // At rest at step 0, so that step -1 is step 0: the swing is even about the time between.
      const turn = 2 * Math.asin(Math.sqrt(share(m, n)));
      const { shape, path } = waveFrom(m, n, 40, dt);
      for (const [t, state] of path.entries()) {
        const swing = Math.cos(turn * (t + 1.5)) / Math.cos(turn / 2);
        assert.ok(
          state.every((v, i) => Math.abs(v - swing * shape[i]) < 1e-10),
          `step ${t + 1}`,
        );
      }
      // The frequency of the continuum is another: after 40 steps they are out of step, unless it is the slowest wave.
      const continuum =
        dt * Math.sqrt(omega + (2 * Math.PI * speed) ** 2 * ((m / height) ** 2 + (n / width) ** 2));
      assert.equal(Math.abs(40 * (continuum - turn)) > 0.1, m + n > 0);
    });

  it('has no real frequency where the right side exceeds 1: the wave grows by the root of that', () => {
    const h = 1.1;
    const right = (share(3, 2) * h ** 2) / dt ** 2;
    assert.ok(right > 1);
    const { path } = waveFrom(3, 2, 30, h);
    const half = 2 * right - 1;
    const growth = largest(path[29]) / largest(path[28]);
    assert.ok(Math.abs(growth - (half + Math.sqrt(half * half - 1))) < 1e-6, `${growth}`);
  });
});
