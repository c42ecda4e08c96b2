/** Law 16 with its formulas written out, on both sides of each bound. */

import assert from 'node:assert/strict';
import { check, showReport } from 'drumhead/laws';
import { named } from '../named.js';
import { filled, followed, programOf } from './follow.js';

describe('law 16: Wilson-Cowan stays in [0, 1]', () => {
  const tried = (dt: number) => {
    const system = named('wilson-cowan', { height: 4, width: 4, steps: 4, reach: 1, dt, tau: 1, tauI: 1 });
    return check(system, {
      laws: ['activities in [0, 1]'],
      expect: ['activities in [0, 1]'],
      cases: 12,
    });
  };
  for (const dt of [0.2, 0.99, 1])
    it(`with h = ${dt} tau`, () =>
      assert.equal(tried(dt).verdicts[0].outcome, 'holds', showReport(tried(dt))));
  it('not with h = 1.05 tau, and a case shows it', () => {
    const [verdict] = tried(1.05).verdicts;
    assert.ok(verdict.outcome === 'broken' && /has left \[0, 1\]/.test(verdict.counterexample?.says ?? ''));
  });
});

describe('law 16: complex Ginzburg-Landau', () => {
  const side = 8;
  const shape = [2, side, 2];
  /** |A|^2 of a plane wave around the ring after unit time, started at its lattice amplitude. */
  const squared = (dt: number, mode: number, b: number, c: number): number => {
    const k = (2 * Math.PI * mode) / side;
    const steps = Math.round(4 / dt);
    const p = programOf('ginzburg-landau', { height: 2, width: side, dt, steps, b, c });
    const r = Math.sqrt(1 - 4 * Math.sin(k / 2) ** 2);
    const a = filled(shape, (i) => {
      const angle = k * (Math.floor(i / 2) % side);
      return r * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    });
    const end = followed(p, { a }, 'a').slice(-2);
    return end[0] ** 2 + end[1] ** 2;
  };

  it('a plane wave has |A|^2 = 1 - 4 sin^2(k / 2), with an error that halves with h', () => {
    const wanted = 1 - 4 * Math.sin(Math.PI / side) ** 2;
    const errors = [0.04, 0.02, 0.01].map((dt) => Math.abs(squared(dt, 1, 0.5, -0.3) - wanted));
    const ratios = [errors[0] / errors[1], errors[1] / errors[2]];
    assert.ok(errors[2] < 5e-3 && ratios.every((ratio) => Math.abs(ratio - 2) < 0.15), `${errors} ${ratios}`);
  });

  it('that is not the |A|^2 of the continuum, 1 - k^2', () =>
    assert.ok(Math.abs(squared(0.005, 1, 0.5, -0.3) - (1 - (Math.PI / 4) ** 2)) > 0.02));

  it('a phase that is turned at the start is turned at the end', () => {
    const p = programOf('ginzburg-landau', { height: 2, width: side, dt: 0.05, steps: 6, b: 0.5, c: 1.2 });
    const start = filled(shape, (i) => Math.sin(1 + 3 * i));
    const [x, y] = [Math.cos(0.9), Math.sin(0.9)];
    const turn = (data: Float64Array): Float64Array =>
      data.map((v, i) => (i % 2 === 0 ? x * v - y * data[i + 1] : y * data[i - 1] + x * v));
    const then = turn(followed(p, { a: start }, 'a'));
    const turned = followed(p, { a: { shape, data: turn(start.data) } }, 'a');
    for (const [i, v] of turned.entries()) assert.ok(Math.abs(v - then[i]) < 1e-12);
  });

  it('one channel turned alone is not', () => {
    const p = programOf('ginzburg-landau', { height: 2, width: side, dt: 0.05, steps: 2, b: 0.5, c: 1.2 });
    const start = filled(shape, (i) => Math.sin(1 + 3 * i));
    const flip = (data: Float64Array): Float64Array => data.map((v, i) => (i % 2 === 0 ? -v : v));
    const then = flip(followed(p, { a: start }, 'a'));
    const flipped = followed(p, { a: { shape, data: flip(start.data) } }, 'a');
    assert.ok(flipped.some((v, i) => Math.abs(v - then[i]) > 1e-3));
  });
});
