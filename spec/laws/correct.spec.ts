/** Systems that are right are accused of nothing, however they are written; and laws that are about them are tried. */

import assert from 'node:assert/strict';
import { check, type Subject, showReport } from 'drumhead/laws';
import { couplings } from './correct/couplings.js';
import { fieldSystems } from './correct/fields.js';
import { increments } from './correct/increments.js';
import { integrators, learnedSteps, oscillatorNetworks } from './correct/methods.js';
import { modeSystems } from './correct/modes.js';
import { networks } from './correct/networks.js';
import { phases } from './correct/phases.js';
import { timed } from './correct/timed.js';

const accusesNobody = (systems: readonly (readonly [string, Subject])[]): void => {
  for (const [name, subject] of systems)
    it(name, () => {
      const report = check(subject, { cases: 3 });
      const broken = report.verdicts.flatMap(({ law, outcome }) => (outcome === 'broken' ? [law.name] : []));
      assert.deepEqual(broken, [], showReport(report));
    });
};

describe('laws: nothing is said against', () => {
  describe('integrators', () => accusesNobody(integrators));
  describe('steps of the displacement for its velocity', () => accusesNobody(increments));
  describe('learned time steps', () => accusesNobody(learnedSteps));
  describe('networks of oscillators', () => accusesNobody(oscillatorNetworks));
  describe('fields and media', () => accusesNobody(fieldSystems));
  describe('modes', () => accusesNobody(modeSystems));
  describe('couplings', () => accusesNobody(couplings));
  describe('networks coupled in pairs', () => accusesNobody(networks));
  describe('phases', () => accusesNobody(phases));
  describe('steps that depend on the time', () => accusesNobody(timed));

  it('and what is about them is tried', () => {
    const systems = new Map([
      ...integrators,
      ...increments,
      ...learnedSteps,
      ...oscillatorNetworks,
      ...fieldSystems,
      ...modeSystems,
      ...phases,
      ...couplings,
    ]);
    const expected: Readonly<Record<string, readonly string[]>> = {
      'Runge-Kutta of Duffing (y, z)': ['convergence', 'translation'],
      'kick-drift-kick of phi to the fourth (y, z)': ['convergence'],
      'drift-kick of Duffing (y, z)': ['work balance'],
      'steps of sine-Gordon': ['convergence', 'leapfrog', 'stability'],
      'steps of a linear wave': ['convergence', 'leapfrog', 'stability', 'modified energy'],
      'steps, damped': ['convergence', 'stability'],
      'steps, the displacement first': ['convergence'],
      'steps, half a kick before and after': ['convergence'],
      UnICORNN: ['work balance', 'stability', 'time reversal'],
      HORN: ['work balance', 'convergence'],
      'HORN with a learned step': ['work balance', 'convergence'],
      'plates of light, planes without channels': ['translation', 'Parseval', 'causality'],
      'a mask': ['work balance', 'rotations and reflections'],
      'an absorbing frame': ['stability', 'translation'],
      'phases with a lag': ['phase shift'],
      'phases, all with all': ['mean frequency', 'order parameter', 'phases fall together'],
      'two channels of one length': ['unit norms'],
      'exact waves in k-space': ['translation', 'rotations and reflections', 'superposition', 'Parseval'],
      'sine-Gordon in split steps': ['translation', 'rotations and reflections', 'oddness'],
      'a filter of modes that runs one way': ['translation', 'superposition'],
      'a learned filter of modes': ['translation'],
      'modes of channels': ['translation', 'light cone', 'Parseval'],
      "Schrödinger's equation in split steps": ['translation', 'gauge invariance', 'Parseval'],
      'a volume': [
        'modified energy',
        'stability',
        'dispersion',
        'translation',
        'rotations and reflections',
        'light cone',
        'zero mode',
        'adjoint',
      ],
      'a volume between walls, damped': ['work balance', 'rotations and reflections', 'damped inverse'],
      'a volume with a learned coupling': ['translation', 'growth under a bounded force', 'light cone'],
      'a volume, each channel by itself': ['modified energy', 'dispersion', 'rotations and reflections'],
      'a dilated plane': ['modified energy', 'translation', 'rotations and reflections', 'light cone'],
      'a plane in groups': ['rotations and reflections', 'oddness'],
      'a dilated line in groups': ['translation', 'light cone', 'time reversal'],
      'a volume on a torus': ['translation', 'modified energy', 'zero mode', 'light cone'],
    };
    for (const [name, laws] of Object.entries(expected)) {
      const subject = systems.get(name) ?? assert.fail(name);
      const { verdicts } = check(subject, { cases: 4, laws });
      assert.deepEqual(
        verdicts.map(({ law, outcome }) => [law.name, outcome]).sort(),
        laws.map((law) => [law, 'holds']).sort(),
        name,
      );
    }
  });
});
