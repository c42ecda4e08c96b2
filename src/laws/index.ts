/**
 * Laws of wave dynamics, checked on a system in one line:
 *
 *     import * as laws from 'drumhead/laws';
 *     console.log(laws.showReport(laws.check(system)));
 *
 * A system is a program, or a function that writes one for a time step (`({ dt }) => program`), so that laws can refine
 * it. Only this module of drumhead needs fast-check.
 */

export * as arbitraries from './arbitraries/index.js';
export { type CheckOptions, check, replay, tryCase } from './check.js';
export { diagnose, hintsOn } from './diagnosis/index.js';
export { allLaws } from './laws/index.js';
export type { Degree } from './reading/degree.js';
export type { Form } from './reading/forms.js';
export type { Interval } from './reading/interval.js';
export type { Oscillator } from './reading/oscillator.js';
export type { Parity } from './reading/parity.js';
export { type Convolution, type Structure, structureOf } from './reading/structure.js';
export { type IntendedLaw, intendedLaws } from './requirements/intended.js';
export type { Bounded } from './rounding/bounded.js';
export { describeSystem, reportAsData, showCase, showCounterexample, showReport } from './show.js';
export { type Family, type Subject, systemFrom } from './system/parametrised.js';
export { type External, type System, systemOf } from './system/system.js';
export type { Case, CaseOptions, Sparse } from './trial/case.js';
export { caseArbitrary } from './trial/case-arbitrary.js';
export { type Interpreter, reference } from './trial/interpreter.js';
export {
  broken,
  type ClaimedOrder,
  type Finding,
  holds,
  inconclusive,
  type Law,
  type Picture,
  type Requirement,
  type Trial,
} from './trial/law.js';
export { onEngine } from './trial/on-engine.js';
export { type Counterexample, isLawful, type Report, type Verdict } from './trial/verdict.js';
