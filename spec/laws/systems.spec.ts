/** Every system held to its laws: which apply is part of what is claimed, and so is how many cases spoke. */

import assert from 'node:assert/strict';
import { check, type Report, showReport } from 'drumhead/laws';
import { named } from './named.js';

const outcomes = ({ verdicts }: Report, wanted: string): readonly string[] =>
  verdicts.flatMap(({ law, outcome }) => (outcome === wanted ? [law.name] : []));

const small = { height: 8, width: 8, steps: 4 };
const everywhere = ['light cone', 'adjoint'];
const turning = ['translation', 'rotations and reflections'];
const kicked = ['work balance', 'gradient bound', 'stability'];

const claims: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly string[]])[] = [
  [
    'wave',
    small,
    [
      ...everywhere,
      ...turning,
      ...kicked,
      'modified energy',
      'dispersion',
      'time reversal',
      'damped inverse',
    ].concat(['superposition', 'oddness', 'zero mode', 'convergence', 'leapfrog']),
  ],
  [
    'nwm-core',
    small,
    [
      ...everywhere,
      ...turning,
      ...kicked,
      'time reversal',
      'damped inverse',
      'oddness',
      'convergence',
    ].concat(['growth under a bounded force', 'leapfrog']),
  ],
  ['cornn', small, [...everywhere, ...turning, 'work balance', 'coRNN energy bound']],
  ['wave-rnn', { length: 8, steps: 4 }, [...everywhere, 'translation']],
  ['wave-rnn', { length: 8, steps: 4, activation: 'identity' }, [...everywhere, 'translation', 'carrying']],
  ['linoss', { length: 4, steps: 4, form: 'parallel' }, ['parallel scan', 'LinOSS eigenvalues', 'adjoint']],
  [
    'linoss',
    { length: 4, steps: 4, form: 'sequential' },
    [...everywhere, 'work balance', 'LinOSS eigenvalues'],
  ],
  [
    'linoss',
    { length: 4, steps: 4, form: 'sequential', discretisation: 'implicit' },
    [...everywhere, 'work balance', 'superposition'],
  ],
  [
    'kuramoto',
    { ...small, reach: 1 },
    [...everywhere, ...turning, 'phase shift', 'mean frequency', 'order parameter', 'phases fall together'],
  ],
  ['kuramoto', { height: 1, width: 2, steps: 4, reach: 0 }, ['phase shift', 'locking']],
  ['akorn', small, [...everywhere, ...turning, 'unit norms']],
  ['horn', small, [...everywhere, ...turning, 'work balance', 'oddness', 'convergence']],
  [
    'unicornn',
    { length: 4, steps: 4 },
    [...everywhere, 'work balance', 'stability', 'time reversal', 'damped inverse', 'oddness'],
  ],
  ['graphcon', small, [...everywhere, ...turning, 'work balance', 'gradient bound', 'time reversal']],
  ['wonn', small, [...everywhere, 'translation']],
  ['cv-rnn', { ...small, reach: 2, boundary: 'circular' }, ['adjoint', ...turning, 'oddness']],
  ['hgru', small, [...everywhere, 'translation', 'boundedness by gates']],
  ['nca', { ...small, channels: 2, hidden: 4 }, [...everywhere, 'translation']],
  ['wilson-cowan', small, [...everywhere, ...turning, 'activities in [0, 1]', 'convergence']],
  ['fitzhugh-nagumo', small, [...everywhere, 'rotations and reflections', 'convergence']],
  ['ginzburg-landau', small, [...everywhere, ...turning, 'gauge invariance', 'plane waves', 'convergence']],
];

describe('systems keep their laws', () => {
  for (const [name, settings, laws] of claims)
    it(`${name} ${JSON.stringify(settings)}`, () => {
      const report = check(named(name, settings), { cases: 6 });
      assert.deepEqual(outcomes(report, 'broken'), [], showReport(report));
      const held = outcomes(report, 'holds');
      assert.deepEqual(
        laws.filter((law) => !held.includes(law)),
        [],
        showReport(report),
      );
    });
});
