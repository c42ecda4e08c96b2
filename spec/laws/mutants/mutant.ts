/** Mutants: deliberate faults, each with what it is a fault of and the law that is known to catch it. */

import type { Program } from '../../../src/dsl/index.js';
import { check } from '../../../src/laws/check.js';
import { allLaws } from '../../../src/laws/laws/index.js';
import type { Family } from '../../../src/laws/system/parametrised.js';
import { type Interpreter, reference } from '../../../src/laws/trial/interpreter.js';
import type { Verdict } from '../../../src/laws/trial/verdict.js';

/** A fault: of a system (another program), or of what computes it (another interpreter). */
export interface Mutant {
  /** What was done wrong, in a few words. */
  readonly bug: string;
  /** The system without the fault. */
  readonly original: Program | Family;
  /** The system with it; default the original. */
  readonly wrong?: Program | Family;
  /** What computes it; default the float64 reference. */
  readonly on?: Interpreter;
  /** The law that is known to catch it. */
  readonly law: string;
}

/** What caught a mutant. */
export interface Catch {
  readonly law: string;
  /** Cases tried, the one that broke it among them. */
  readonly cases: number;
  readonly says: string;
}

const caughtBy = (verdicts: readonly Verdict[]): readonly Catch[] =>
  verdicts.flatMap((verdict) =>
    verdict.outcome === 'broken' && verdict.counterexample !== undefined
      ? [{ law: verdict.law.name, cases: verdict.cases, says: verdict.counterexample.says }]
      : [],
  );

/** The laws that an original keeps. Empty where it is accused of anything. */
export const keptBy = (original: Program | Family, cases: number, laws?: readonly string[]) => {
  const { verdicts } = check(original, { cases, ...(laws === undefined ? {} : { laws }) });
  return {
    kept: verdicts.flatMap(({ law, outcome }) => (outcome === 'holds' ? [law.name] : [])),
    accused: verdicts.flatMap(({ law, outcome }) => (outcome === 'broken' ? [law.name] : [])),
  };
};

/** By counterexample, which of these laws catch a mutant; they are what its original keeps. */
export const catches = (
  { original, wrong, on = reference }: Mutant,
  laws: readonly string[],
  cases: number,
) => caughtBy(check(wrong ?? original, { laws, expect: laws, cases, on: [on] }).verdicts);

/** Names that no law has: a list that names one is wrong itself. */
export const unknownLaws = (mutants: readonly Mutant[]): readonly string[] =>
  mutants.map(({ law }) => law).filter((name) => !allLaws.some((law) => law.name === name));
