/** What is lawful but often not meant is pointed at, and faults are named; what is meant draws no remark. */

import assert from 'node:assert/strict';
import { add, sub } from 'drumhead';
import { check, diagnose, hintsOn, type Subject, showReport, systemFrom } from 'drumhead/laws';
import { systemNames } from '../../src/models/systems/index.js';
import * as hints from './hints.js';
import { named } from './named.js';
import * as wrong from './wrong.js';

const star = [0, 1, 0, 1, -4, 1, 0, 1, 0];
const centred = (centre: number): readonly number[] => star.map((v, i) => (i === 4 ? centre : v));
const itself = (h: number): number => h;

/** What is meant, what was written, and the words for it. */
const lawful: readonly (readonly [string, Subject, Subject, RegExp])[] = [
  [
    'a kernel that sums to less than zero',
    hints.withKernel(...star),
    hints.withKernel(...centred(-5)),
    /sums to -1, not to 0, so it holds what is uniform back.* has the centre -4, here it is -5/,
  ],
  [
    'a kernel that sums to more',
    hints.withKernel(...star),
    hints.withKernel(...centred(-3.5)),
    /sums to 0\.5, not to 0, so it pushes what is uniform away from rest/,
  ],
  [
    'a damping of the displacement',
    hints.dampingOf('z'),
    hints.dampingOf('y'),
    /alpha enters the force but does not multiply z/,
  ],
  [
    'a displacement that is shown late',
    hints.shown('y'),
    hints.shown('before'),
    /what it shows of y is one step late/,
  ],
  [
    'phases that repel each other',
    hints.phases((first, second) => sub(first, second)),
    hints.phases((first, second) => sub(second, first)),
    /push each other apart: sin\(theta_j - theta_i\) pulls/,
  ],
  ['a complex number in two fields, one minus short', hints.psi(-1), hints.psi(1), /has a minus in re'/],
  [
    'a drift without a time step, in a program alone',
    hints.timed(itself, itself)({}),
    hints.timed(() => 1, itself)({}),
    /y moves by all of z', while z takes 0\.1 of its force/,
  ],
];

const faulty: readonly (readonly [string, Subject, Subject, string, RegExp])[] = [
  [
    'a drift without the time step',
    hints.timed(itself, itself),
    hints.timed(() => 1, itself),
    'convergence',
    /y moves by 1 z' whatever the time step/,
  ],
  [
    'a drift with dt^2',
    hints.timed(itself, itself),
    hints.timed((h) => h * h, itself),
    'leapfrog',
    /y moves by dt\^2 z'/,
  ],
  [
    'a kick without the time step',
    hints.timed(itself, itself),
    hints.timed(itself, () => 1),
    'convergence',
    /added to z without the time step/,
  ],
  [
    'a kick with dt^2',
    hints.timed(itself, itself),
    hints.timed(itself, (h) => h * h),
    'leapfrog',
    /added to z times dt\^2/,
  ],
  [
    'a coupling of sums of phases',
    hints.phases((first, second) => sub(first, second)),
    hints.phases((first, second) => add(first, second)),
    'phase shift',
    /does not see differences of theta alone/,
  ],
  [
    'a complex amplitude, one minus short',
    hints.amplitude(-1),
    hints.amplitude(1),
    'gauge invariance',
    /has a minus in re'/,
  ],
];

describe('what is worth a look', () => {
  for (const [what, meant, written, words] of lawful)
    it(`${what} is pointed at`, () => {
      assert.deepEqual(hintsOn(systemFrom(meant)), []);
      assert.match(hintsOn(systemFrom(written)).join('\n'), words);
      assert.match(showReport(check(written, { laws: ['light cone'], cases: 1 })), /worth a look:/);
    });

  it('is nothing of the catalogue, and nothing of a right oscillator', () => {
    const remarks = systemNames.flatMap((name) => {
      const system = named(name);
      return [...hintsOn(system), ...diagnose(system)].map((words) => `${name}: ${words}`);
    });
    assert.deepEqual([...remarks, ...hintsOn(systemFrom(wrong.right))], []);
  });
});

describe('what is likely wrong', () => {
  for (const [what, meant, written, law, words] of faulty)
    it(`${what} breaks ${law} and is named`, () => {
      const report = check(written, { laws: [law], cases: 6 });
      assert.deepEqual(diagnose(systemFrom(meant)), []);
      assert.equal(report.verdicts[0].outcome, 'broken', showReport(report));
      assert.match(showReport(report), words);
    });
});

describe('an oscillator beside other fields', () => {
  it('is tried by all its laws: a field that only remembers changes nothing', () => {
    const { verdicts } = check(hints.shown('before'), { cases: 3 });
    assert.deepEqual(
      verdicts.filter(({ outcome }) => outcome === 'broken'),
      [],
    );
    const held = verdicts.flatMap(({ law, outcome }) => (outcome === 'holds' ? [law.name] : []));
    for (const law of ['stability', 'dispersion', 'time reversal', 'gradient bound', 'leapfrog'])
      assert.ok(held.includes(law), law);
  });

  it('is not judged as an oscillator where another field pushes it too', () => {
    const [verdict] = check(hints.pushed, { laws: ['work balance'], cases: 3 }).verdicts;
    assert.equal(verdict.outcome, 'does not apply');
    assert.match(
      verdict.outcome === 'does not apply' ? verdict.because : '',
      /depends on the field w besides/,
    );
  });
});

describe('hints on a large system', () => {
  it('end by their time, and say so', () => {
    const many = named('kuramoto', { height: 24, width: 24, steps: 4, reach: 2 });
    const begun = Date.now();
    const found = hintsOn(many, 0);
    assert.ok(Date.now() - begun < 60_000);
    assert.match(found.join('\n'), /not everything was looked at: 0 s are not enough for so large a system/);
  });
});
