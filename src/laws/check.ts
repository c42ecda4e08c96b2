/** Holding a system to the laws. */

import fc from 'fast-check';
import { volume } from '../dsl/shape.js';
import { arraysOf, type Case } from './case.js';
import { caseArbitrary } from './case-arbitrary.js';
import { type Subject, systemFrom } from './family.js';
import {
  aboutIn,
  caseOptionsOf,
  type Finding,
  isPart,
  type Law,
  missingFor,
  silent,
  type Trial,
} from './law.js';
import { allLaws } from './laws/index.js';
import { meantBy } from './meant.js';
import { structureOf } from './reading/structure.js';
import { type Interpreter, reference } from './run.js';
import { gridsFor, systemAt } from './sizes.js';
import { type System, weightsOf } from './system.js';
import type { Report, Verdict } from './verdict.js';

/** How laws are tried. */
export interface CheckOptions {
  /** Which laws, by name; default all. */
  readonly laws?: readonly string[];
  /**
   * Laws that the system is meant to keep. Where one of these does not apply it is tried all the same if it can be,
   * and counts as broken. Default: what it seems to be meant for (`meantBy`).
   */
  readonly expect?: readonly string[];
  /** Cases a law; default 20. Heavy laws take fewer, and so do systems that are large on their smallest grid. */
  readonly cases?: number;
  readonly seed?: number;
  /** Of a counterexample, as it was printed. */
  readonly path?: string;
  /** What computes; default the float64 reference. */
  readonly on?: readonly Interpreter[];
  /** Milliseconds that one law may take; what was tried until then counts. */
  readonly milliseconds?: number;
}

const plenty = 20;

/**
 * Holds a system to the laws that apply to it.
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
  const wanted = allLaws.filter(({ name }) => options.laws === undefined || options.laws.includes(name));
  return { system, verdicts: wanted.map((law) => verdictOf(law, system, options)) };
};

const verdictOf = (law: Law, system: System, options: CheckOptions): Verdict => {
  const { reasons, essential } = missingFor(law, system);
  const part = aboutIn(law, system);
  const because = reasons.join('; ');
  const expected =
    options.expect === undefined
      ? meantBy(system).some((meant) => meant.law === law.name)
      : options.expect.includes(law.name);
  if (reasons.length > 0 && !expected)
    return { law, outcome: 'does not apply', because, triable: !essential };
  if (essential || !isPart(part)) return { law, outcome: 'broken', because, cases: 0 };
  const found = tried(law, part, options);
  if (reasons.length > 0)
    return found.outcome === 'broken'
      ? { ...found, because }
      : { law, outcome: 'broken', because, cases: found.cases };
  if (found.outcome === 'holds' && found.cases === 0)
    return {
      law,
      outcome: 'does not apply',
      because: 'no case that was tried says anything about it',
      triable: true,
    };
  return found;
};

type Tried = Extract<Verdict, { readonly outcome: 'holds' | 'broken' }>;

const tried = (law: Law, system: System, options: CheckOptions): Tried => {
  let cases = 0;
  for (const on of options.on ?? [reference]) {
    const found = triedOn(law, system, on, options);
    cases += found.cases;
    if (found.outcome === 'broken') return { ...found, cases };
  }
  return { law, outcome: 'holds', cases };
};

/** So many numbers in one step are computed in no time; a system of more takes fewer cases. */
const light = 50_000;

const lightness = ({ nodes }: System): number =>
  Math.min(
    1,
    light /
      Math.max(
        1,
        nodes.reduce((sum, { shape }) => sum + volume(shape), 0),
      ),
  );

const triedOn = (law: Law, system: System, on: Interpreter, options: CheckOptions): Tried => {
  const chosen = caseOptionsOf(law, system);
  const [least] = gridsFor(system, chosen);
  // Nothing to be tried on: the law wants a grid that the system cannot be moved to.
  if (least === undefined) return { law, outcome: 'holds', cases: 0 };
  const share = (law.share ?? 1) * lightness(systemAt(system, least) ?? system);
  const seed = options.seed ?? 1;
  let spoke = 0;
  const result = fc.check(
    fc.property(caseArbitrary(system, chosen), (c) => {
      const found = judged(law, system, c, on);
      if (found.kind === 'holds') spoke += 1;
      return found.kind !== 'broken';
    }),
    {
      seed,
      ...(options.path === undefined ? {} : { path: options.path }),
      numRuns: Math.max(2, Math.ceil((options.cases ?? plenty) * share)),
      ...(options.milliseconds === undefined ? {} : { interruptAfterTimeLimit: options.milliseconds }),
    },
  );
  const [smallest] = result.counterexample ?? [];
  if (smallest === undefined) return { law, outcome: 'holds', cases: spoke };
  const found = judged(law, system, smallest, on);
  return {
    law,
    outcome: 'broken',
    cases: spoke + 1,
    counterexample: {
      says: found.kind === 'broken' ? found.says : 'it broke once and not again',
      case: smallest,
      seed,
      path: result.counterexamplePath ?? '',
      on: on.name,
      pictures: found.kind === 'broken' ? found.pictures : [],
    },
  };
};

const weights = new WeakMap<System, Map<number, ReturnType<typeof weightsOf>>>();

const weightsFor = (system: System, seed: number): ReturnType<typeof weightsOf> => {
  const drawn = weights.get(system) ?? new Map<number, ReturnType<typeof weightsOf>>();
  weights.set(system, drawn);
  const known = drawn.get(seed) ?? weightsOf(system, seed);
  drawn.set(seed, known);
  return known;
};

/**
 * One law, one case; silent where the law cannot be tried on the system.
 *
 * @example
 * const c = { grid: [4, 4], steps: 1, seed: 0, choices: [0, 0, 0, 0], values: { y: { 0: 1 } } };
 * const balance = allLaws.filter(({ name }) => name === 'work balance');
 * balance.map((law) => tryCase(law, system, c).kind); // => ['holds']
 */
export const tryCase = (law: Law, system: System, c: Case, on: Interpreter = reference): Finding => {
  const part = aboutIn(law, system);
  return missingFor(law, system).essential || !isPart(part) ? silent : judged(law, part, c, on);
};

const judged = (law: Law, system: System, c: Case, on: Interpreter): Finding => {
  const here = systemAt(system, c.grid);
  if (here === undefined) return silent;
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
  };
  return law.property(trial);
};

/**
 * One case again, as a counterexample prints it: what is wrong, or that nothing is.
 *
 * @example
 * const still = program({ y: [2, 2, 1] }, ({ y }) =>
 *   scan({ steps: 1, init: { y }, step: (s) => ({ y: scale(2, s.y) }), observe: (s) => s }),
 * );
 * replay(still, 'superposition', { grid: [2, 2], steps: 1, seed: 0, choices: [0, 0, 0, 0], values: { y: { 0: 1 } } }); // => 'holds'
 */
export const replay = (subject: Subject, name: string, c: Case, on: Interpreter = reference): string => {
  const law = allLaws.find((each) => each.name === name);
  if (law === undefined) return `there is no law '${name}'`;
  const found = tryCase(law, systemFrom(subject), c, on);
  return found.kind === 'broken' ? found.says : found.kind === 'holds' ? 'holds' : 'says nothing';
};
