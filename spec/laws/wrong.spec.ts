/** Oscillators that are wrong in one way: each is told by a law, in plain words, without being asked for. */

import assert from 'node:assert/strict';
import type { Program } from 'drumhead';
import { type CheckOptions, check, diagnose, showReport, systemOf } from 'drumhead/laws';
import { wrongIncrements } from './correct/increments.js';
import * as wrong from './wrong.js';

const brokenBy = (p: Program, options: CheckOptions = {}): readonly string[] =>
  check(p, { cases: 6, ...options }).verdicts.flatMap(({ law, outcome }) =>
    outcome === 'broken' ? [law.name] : [],
  );

describe('a wrong oscillator', () => {
  it('is not one that is right', () => {
    assert.deepEqual(brokenBy(wrong.right), []);
    assert.deepEqual(diagnose(systemOf(wrong.right)), []);
  });

  const faults: readonly (readonly [string, Program, string, RegExp])[] = [
    ['moves with the old velocity', wrong.explicitEuler, 'work balance', /OLD velocity/],
    ['is fed by its damping', wrong.feeding, 'stability', /wrong sign/],
    ['forgets the time step', wrong.withoutStep, 'convergence', /without the time step/],
    ['exchanges its results', wrong.exchanged, 'work balance', /exchanged/],
    ['leaks', wrong.leaking, 'work balance', /y' = 0\.99 y \+ 0\.1 z', z' = z \+ f; an oscillator has/],
    ['forgets its velocity', wrong.forgetful, 'work balance', /z' = f; an oscillator has/],
    ['forgets a neighbour', wrong.lopsided, 'modified energy', /not symmetric/],
    ['is pushed away from rest', wrong.pushedAway, 'stability', /pushes away from rest/],
  ];
  for (const [what, program, law, words] of faults)
    it(`that ${what} breaks ${law}`, () => {
      const laws = [law];
      assert.deepEqual(brokenBy(program, { laws }), laws);
      assert.match(showReport(check(program, { laws, cases: 6 })), words);
    });

  for (const [what, subject, law, words] of wrongIncrements)
    it(`that holds steps of its displacement and is ${what} breaks ${law}`, () => {
      const report = check(subject, { laws: [law], cases: 6 });
      assert.deepEqual(
        report.verdicts.map(({ outcome }) => outcome),
        ['broken'],
      );
      assert.match(showReport(report), words);
    });

  it('that drifts before it is kicked is as good a method, whose work is balanced by its own formula', () => {
    assert.deepEqual(brokenBy(wrong.driftFirst), []);
    const report = check(wrong.driftFirst, { laws: ['work balance'], cases: 6 });
    assert.deepEqual(
      report.verdicts.map(({ outcome }) => outcome),
      ['holds'],
    );
    assert.match(showReport(report), /BEFORE the kick/);
  });

  it('whose learned time step is missing from the kick is told so', () => {
    const report = check(wrong.learnedWithoutStep, { laws: ['convergence'], cases: 2 });
    assert.deepEqual(
      report.verdicts.map(({ outcome }) => outcome),
      ['broken'],
    );
    assert.match(showReport(report), /added to z without the time step/);
  });

  it('with walls is a drum, unless it was meant to be a torus', () => {
    assert.deepEqual(brokenBy(wrong.walled), []);
    assert.match(showReport(check(wrong.walled, { laws: ['translation'] })), /boundary zero \(walls/);
    assert.deepEqual(brokenBy(wrong.walled, { expect: ['translation'] }), ['translation']);
  });
});
