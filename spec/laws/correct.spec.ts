/** Systems that are right are accused of nothing, however they are written; and laws that are about them are tried. */

import assert from 'node:assert/strict';
import { check, type Subject, showReport } from 'drumhead/laws';
import { fieldSystems } from './correct/fields.js';
import { integrators, learnedSteps, oscillatorNetworks } from './correct/methods.js';

const accusesNobody = (systems: readonly (readonly [string, Subject])[]): void => {
  for (const [name, subject] of systems)
    it(name, () => {
      const report = check(subject, { cases: 3 });
      const broken = report.verdicts.flatMap(({ law, outcome }) => (outcome === 'broken' ? [law.name] : []));
      assert.deepEqual(broken, [], showReport(report));
      if (process.env.SHOW)
        console.log(
          name,
          report.verdicts
            .flatMap((v) =>
              v.outcome === 'holds'
                ? [v.law.name]
                : v.outcome === 'not tried'
                  ? [`?${v.law.name}(${v.because.slice(0, 40)})`]
                  : [],
            )
            .join(', '),
        );
    });
};

describe('laws: nothing is said against', () => {
  describe('integrators', () => accusesNobody(integrators));
  describe('learned time steps', () => accusesNobody(learnedSteps));
  describe('networks of oscillators', () => accusesNobody(oscillatorNetworks));
  describe('fields, media, phases', () => accusesNobody(fieldSystems));
});
