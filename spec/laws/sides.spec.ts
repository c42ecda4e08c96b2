/** Both sides of every condition: within it a law holds, just beyond it is broken. */

import assert from 'node:assert/strict';
import { check, type System, showReport, systemFrom } from 'drumhead/laws';
import { named } from './named.js';
import * as wrong from './wrong.js';

const small = { height: 8, width: 8, steps: 4 };

const outcome = (system: System, law: string): string => {
  const report = check(system, { laws: [law], expect: [law], cases: 12 });
  const [verdict] = report.verdicts;
  // A law that is broken beyond its bound shows the case that breaks it.
  if (verdict.outcome === 'broken') assert.ok(verdict.counterexample !== undefined, showReport(report));
  return verdict.outcome;
};

const bounds: readonly (readonly [string, string, System, System])[] = [
  [
    'stability',
    'h = 0.7 and 0.72 about 1 / sqrt 2',
    named('wave', { ...small, dt: 0.7, speed: 1 }),
    named('wave', { ...small, dt: 0.72, speed: 1 }),
  ],
  [
    'stability',
    'of the NWM, h^2 (8 + omega) + 2 h alpha about 4',
    named('nwm-core', { ...small, dt: 0.55 }),
    named('nwm-core', { ...small, dt: 0.72 }),
  ],
  ['modified energy', 'coupling symmetric and not', systemFrom(wrong.right), systemFrom(wrong.lopsided)],
  [
    'rotations and reflections',
    'kernel invariant and not',
    systemFrom(wrong.right),
    systemFrom(wrong.lopsided),
  ],
  ['translation', 'boundary circular and zero', systemFrom(wrong.right), systemFrom(wrong.walled)],
  ['zero mode', 'boundary circular and zero', systemFrom(wrong.right), systemFrom(wrong.walled)],
  ['time reversal', 'undamped and damped', named('wave', small), systemFrom(wrong.damped)],
  ['modified energy', 'undamped and damped', named('wave', small), systemFrom(wrong.damped)],
  ['superposition', 'without and with tanh', named('wave', small), named('nwm-core', small)],
  ['oddness', 'without and with a constant', named('nwm-core', small), systemFrom(wrong.biased)],
  ['leapfrog', 'kick-drift and explicit Euler', named('wave', small), systemFrom(wrong.explicitEuler)],
];

describe('both sides of a bound', () => {
  for (const [law, what, within, beyond] of bounds)
    it(`${law}: ${what}`, () =>
      assert.deepEqual([outcome(within, law), outcome(beyond, law)], ['holds', 'broken']));

  it('damping at the old velocity is stable iff h^2 lambda + 2 h alpha < 4', () => {
    // lambda_max = 8 on even grids: h = 0.5 leaves alpha < 2.
    assert.deepEqual(
      [1.9, 2.1].map((alpha) => outcome(systemFrom(wrong.dampedBy(alpha, 0.5)), 'stability')),
      ['holds', 'broken'],
    );
  });
});
