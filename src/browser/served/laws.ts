/** Checks a program against laws. The laws and their generators are loaded when they are first needed. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, type DrumheadError, unknownName } from '../../base/error.js';
import { decodeProgram } from '../../dsl/codec.js';
import type { Verdict } from '../../laws/trial/verdict.js';
import type { LawVerdict } from '../asks.js';

/** What to check. */
export interface Trying {
  readonly program?: unknown;
  readonly laws: readonly string[];
  readonly seed: number;
  readonly cases: number | undefined;
  readonly seconds: number;
}

/** Checks laws on a program, and reports each verdict as soon as it is known. */
export const judge = async (
  { program: data, laws, seed, cases, seconds }: Trying,
  say: (verdict: LawVerdict) => void,
): Promise<Checked<{ readonly system: readonly string[]; readonly verdicts: readonly LawVerdict[] }>> => {
  const { allLaws, check, describeSystem, showCase } = await import('./judging.js');
  const known = allLaws.map(({ name }) => name);
  const stranger = laws.find((name) => !known.includes(name));
  if (stranger !== undefined) return E.left(unknownName('law', stranger, known));
  const told = (verdict: Verdict): LawVerdict => {
    const { law } = verdict;
    const found = verdict.outcome === 'broken' ? verdict.counterexample : undefined;
    return {
      law: law.name,
      statement: law.statement,
      outcome: verdict.outcome,
      cases: 'cases' in verdict ? verdict.cases : 0,
      because: [...('because' in verdict ? [verdict.because] : []), found?.says]
        .filter((text) => text !== undefined)
        .join('; '),
      code: found === undefined ? '' : showCase(law.name, found.case, law.claims),
    };
  };
  return pipe(
    decodeProgram(data),
    E.mapLeft((error): DrumheadError => error),
    E.map((program) => {
      const { system, verdicts } = check(program, {
        ...(laws.length === 0 ? {} : { laws }),
        seed,
        ...(cases === undefined ? {} : { cases }),
        seconds,
        eachVerdict: (verdict) => say(told(verdict)),
      });
      return { system: describeSystem(system), verdicts: verdicts.map(told) };
    }),
  );
};
