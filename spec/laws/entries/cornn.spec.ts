/** Law 11 of the coRNN with its formulas written out, within the bound and just beyond it. */

import assert from 'node:assert/strict';
import { check } from 'drumhead/laws';
import { named } from '../named.js';
import { dot, filled, followed, programOf, split } from './follow.js';

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
    const plain = y.map((yt, t) => dot(z[t], z[t]) + gamma * dot(yt, yt));
    const bound = (t: number): number => (4 * (t + 1) * dt) / (2 * epsilon);
    const shares = plain.map((e, t) => (e - dt * gamma * dot(z[t], y[t])) / bound(t));
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
