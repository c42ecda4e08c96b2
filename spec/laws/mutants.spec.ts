/** Planted faults: each is caught by the law beside it. `npm run laws:mutants` tries all laws on all of them. */

import assert from 'node:assert/strict';
import { wrongInterpreters } from './mutants/interpreters.js';
import { catches, keptBy, type Mutant, unknownLaws } from './mutants/mutant.js';
import { wrongSystems } from './mutants/systems.js';

const cases = 8;

const isCaught = (mutant: Mutant): void => {
  const { law, original } = mutant;
  const { kept, accused } = keptBy(original, cases, [law]);
  assert.deepEqual({ kept, accused }, { kept: [law], accused: [] }, 'what its original keeps');
  assert.deepEqual(
    catches(mutant, [law], cases).map((found) => found.law),
    [law],
  );
};

describe('laws: mutants', () => {
  const all = [...wrongSystems, ...wrongInterpreters];

  it('are at least twenty, each another one, caught by laws that there are', () => {
    assert.ok(all.length >= 20);
    assert.equal(new Set(all.map(({ bug }) => bug)).size, all.length);
    assert.deepEqual(unknownLaws(all), []);
  });

  for (const mutant of wrongSystems) it(`${mutant.bug}: ${mutant.law}`, () => isCaught(mutant));

  describe('of interpreters', () => {
    for (const mutant of wrongInterpreters) it(`${mutant.bug}: ${mutant.law}`, () => isCaught(mutant));
  });
});
