/** Checking a system against the laws. */

import fc from 'fast-check';
import { inTime } from '../base/deadline.js';
import { rememberedBy } from '../base/remembered.js';
import { allLaws } from './laws/index.js';
import { convergence, convergenceOf } from './laws/order.js';
import { structureOf } from './reading/structure.js';
import { intendedLaws } from './requirements/intended.js';
import { type Subject, systemFrom } from './system/parametrised.js';
import { heavy, valuesOf } from './system/resize.js';
import { settled } from './system/settled.js';
import { type System, weightsOf } from './system/system.js';
import { arraysOf, type Case } from './trial/case.js';
import { caseArbitrary } from './trial/case-arbitrary.js';
import { gridsFor, systemAt } from './trial/grids.js';
import { type Interpreter, reference } from './trial/interpreter.js';
import {
  aboutIn,
  type ClaimedOrder,
  caseOptionsOf,
  type Finding,
  holds,
  inconclusive,
  isPart,
  type Law,
  missingFor,
  type Trial,
} from './trial/law.js';
import type { Report, Verdict } from './trial/verdict.js';

/** Options of a check. */
export interface CheckOptions {
  /** Names of the laws to try; default all. */
  readonly laws?: readonly string[];
  /**
   * Names of laws that the system should obey. If one of them does not apply, it is tried anyway if possible, and
   * counts as broken. Default: `intendedLaws`.
   */
  readonly expect?: readonly string[];
  /**
   * The method that the system is integrated by: the law `convergence` measures its order and compares it with the order
   * that the method claims. A method of higher order than claimed keeps its claim.
   */
  readonly method?: ClaimedOrder;
  /** Cases per law; default 20. Expensive laws use fewer, and so do systems that are large on their smallest grid. */
  readonly cases?: number;
  readonly seed?: number;
  /** The path of a counterexample, as printed. */
  readonly path?: string;
  /** The interpreters; default the float64 reference. */
  readonly on?: readonly Interpreter[];
  /** The time limit of one law in milliseconds; cases tried until then count. */
  readonly milliseconds?: number;
  /**
   * The time limit of all laws together in seconds; a law without a finished case is `not tried`. Each law uses at most
   * four times its equal share of the remaining time. Default: no limit.
   */
  readonly seconds?: number;
  /** Called with each verdict as soon as it is known. */
  readonly eachVerdict?: (verdict: Verdict) => void;
}

const plenty = 20;

/**
 * Checks a system against the laws that apply to it.
 *
 * @example
 * const wrong = program({ y: [4, 4, 1], z: [4, 4, 1] }, ({ y, z }) =>
 *   scan({
 *     steps: 4,
 *     init: { y, z },
 *     step: (s) => ({ y: add(s.y, scale(0.1, s.z)), z: sub(s.z, scale(0.1, s.y)) }),
 *     observe: (s) => s,
 *   }),
 * );
 * const { verdicts } = check(wrong, { laws: ['modified energy'] });
 * verdicts.map(({ outcome }) => outcome); // => ['broken']
 */
export const check = (subject: Subject, options: CheckOptions = {}): Report => {
  const system = systemFrom(subject);
  const wanted = lawsFor(options.method).filter(
    ({ name }) => options.laws === undefined || options.laws.includes(name),
  );
  const expected = new Set(options.expect ?? intendedLaws(system).map(({ law }) => law));
  const begun = Date.now();
  const end = begun + 1000 * (options.seconds ?? Number.POSITIVE_INFINITY);
  const verdicts = wanted.map((law, number): Verdict => {
    const now = Date.now();
    const share = (4 * (end - now)) / (wanted.length - number);
    const own = Math.min(end, now + share, now + (options.milliseconds ?? Number.POSITIVE_INFINITY));
    const found = now < end ? inTime(own, () => verdictOf(law, system, expected, options, own)) : null;
    const verdict: Verdict = found ?? { law, outcome: 'not tried', because: overTime(options), isLate: true };
    options.eachVerdict?.(verdict);
    return verdict;
  });
  return { system, verdicts };
};

/** All laws; convergence compares with the order that is claimed. */
const lawsFor = (method: ClaimedOrder | undefined): readonly Law[] =>
  method === undefined
    ? allLaws
    : allLaws.map((law) => (law.name === convergence.name ? convergenceOf(method) : law));

const overTime = ({ seconds, milliseconds }: CheckOptions): string =>
  seconds === undefined
    ? `no case was done within the ${milliseconds} ms that a law may take`
    : `no case was done within its share of the time, ${seconds} s for all laws`;

const verdictOf = (
  law: Law,
  system: System,
  expected: ReadonlySet<string>,
  options: CheckOptions,
  end: number,
): Verdict => {
  const { reasons, essential } = missingFor(law, system);
  const part = aboutIn(law, system);
  const because = reasons.join('; ');
  if (reasons.length > 0 && !expected.has(law.name))
    return { law, outcome: 'does not apply', because, triable: !essential };
  if (essential || !isPart(part)) return { law, outcome: 'broken', because, cases: 0 };
  const strict = options.expect?.includes(law.name) === true;
  const found = tried(law, part, options, end, strict);
  if (reasons.length > 0 && found.outcome !== 'not tried')
    return found.outcome === 'broken'
      ? { ...found, because }
      : { law, outcome: 'broken', because, cases: found.cases };
  return found;
};

type Tried = Exclude<Verdict, { readonly outcome: 'does not apply' }>;

const tried = (law: Law, system: System, options: CheckOptions, end: number, strict: boolean): Tried => {
  let cases = 0;
  let dull: Tried | null = null;
  for (const on of options.on ?? [reference]) {
    const found = triedOn(law, system, on, options, end, strict);
    if (found.outcome === 'not tried') {
      dull = found;
      continue;
    }
    cases += found.cases;
    if (found.outcome === 'broken') return { ...found, cases };
  }
  return cases === 0 && dull !== null ? dull : { law, outcome: 'holds', cases };
};

const lightness = (system: System): number => Math.min(1, heavy / Math.max(1, valuesOf(system)));

const triedOn = (
  law: Law,
  system: System,
  on: Interpreter,
  options: CheckOptions,
  end: number,
  strict: boolean,
): Tried => {
  const free = caseOptionsOf(law, system);
  const [least] = gridsFor(system, free);
  if (least === undefined)
    return { law, outcome: 'not tried', because: 'there is no grid of the kind that the law wants' };
  const light = lightness(systemAt(system, least) ?? system);
  const share = (law.share ?? 1) * light;
  // Systems that are heavy on every grid are tried in few cases of one or two steps, so that something is
  // tried at all.
  const chosen = light < 1 ? { ...free, steps: Math.min(2, free.steps ?? 2) } : free;
  const seed = options.seed ?? 1;
  const dull = new Map<string, number>();
  let spoke = 0;
  let isLate = false;
  let last: { readonly case: Case; readonly found: Finding } | undefined;
  const result = fc.check(
    fc.property(caseArbitrary(system, chosen), (c) => {
      // Cases drawn after the time limit pass without being tried.
      const found = isLate ? holds : inTime(end, () => judged(law, system, c, on, strict));
      if (found === null) isLate = true;
      else if (found.kind === 'broken') last = { case: c, found };
      else if (found.kind === 'inconclusive')
        count(dull, found.because ?? 'no case that was tried says anything about it');
      else if (!isLate) spoke += 1;
      return found?.kind !== 'broken';
    }),
    {
      seed,
      // A path leads to one case, and only this one is tried.
      ...(options.path === undefined
        ? { numRuns: Math.max(2, Math.ceil((options.cases ?? plenty) * share)) }
        : { path: options.path, numRuns: 1 }),
      ...(Number.isFinite(end) ? { interruptAfterTimeLimit: Math.max(1, end - Date.now()) } : {}),
    },
  );
  if (last === undefined) {
    if (spoke > 0) return { law, outcome: 'holds', cases: spoke };
    const [often] = [...dull].sort((a, b) => b[1] - a[1]);
    return often === undefined
      ? { law, outcome: 'not tried', because: overTime(options), isLate: true }
      : { law, outcome: 'not tried', because: often[0] };
  }
  const { case: smallest, found } = last;
  return {
    law,
    outcome: 'broken',
    cases: spoke + 1,
    counterexample: {
      says: found.kind === 'broken' ? found.says : '',
      case: smallest,
      seed,
      path: result.counterexamplePath ?? '',
      on: on.name,
      pictures: found.kind === 'broken' ? found.pictures : [],
    },
  };
};

const count = (all: Map<string, number>, why: string): void => {
  all.set(why, (all.get(why) ?? 0) + 1);
};

const weightsFor = rememberedBy((seed: number) => seed, weightsOf);

/**
 * Tries one law on one case; inconclusive if the law cannot be tried on the system.
 *
 * @example
 * const c = { grid: [4, 4], steps: 1, seed: 0, choices: [0, 0, 0, 0], values: { y: { 0: 1 } } };
 * const balance = allLaws.filter(({ name }) => name === 'work balance');
 * balance.map((law) => tryCase(law, system, c).kind); // => ['holds']
 */
export const tryCase = (law: Law, system: System, c: Case, on: Interpreter = reference): Finding => {
  const part = aboutIn(law, system);
  return missingFor(law, system).essential || !isPart(part) ? inconclusive : judged(law, part, c, on, false);
};

const judged = (law: Law, system: System, c: Case, on: Interpreter, strict: boolean): Finding => {
  const sized = systemAt(system.learned ?? system, c.grid);
  if (sized === null) return inconclusive;
  const here = settled(sized, c.seed);
  const arrays = arraysOf(here, c);
  const names = Object.keys(here.fields);
  const trial: Trial = {
    system: here,
    structure: structureOf(here),
    on,
    start: Object.fromEntries(names.map((name) => [name, arrays[name]])),
    around: { ...arrays, ...weightsFor(here, c.seed) },
    steps: c.steps,
    choices: c.choices,
    strict,
  };
  return law.property(trial);
};

/**
 * Repeats one case of a counterexample: what is wrong, `holds`, or `says nothing`.
 *
 * @param method the method whose claim the law of convergence is to compare with, as of `check`
 * @example
 * const still = program({ y: [2, 2, 1] }, ({ y }) =>
 *   scan({ steps: 1, init: { y }, step: (s) => ({ y: scale(2, s.y) }), observe: (s) => s }),
 * );
 * replay(still, 'superposition', { grid: [2, 2], steps: 1, seed: 0, choices: [0, 0, 0, 0], values: { y: { 0: 1 } } }); // => 'holds'
 */
export const replay = (
  subject: Subject,
  name: string,
  c: Case,
  on: Interpreter = reference,
  method?: ClaimedOrder,
): string => {
  const law = lawsFor(method).find((each) => each.name === name);
  if (law === undefined) return `there is no law '${name}'`;
  const found = tryCase(law, systemFrom(subject), c, on);
  return found.kind === 'broken' ? found.says : found.kind === 'holds' ? 'holds' : 'says nothing';
};
