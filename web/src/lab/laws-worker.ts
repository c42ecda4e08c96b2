/** Tries the laws on the system of the settings and on the state on screen. */

import { allLaws, check, type Law, systemFrom, tryCase } from '../../../src/laws/index.js';
import { answerBy } from '../engine/call.js';
import { type Opening, openProgram } from '../engine/system.js';

export interface Badge {
  readonly name: string;
  readonly formula: string;
  readonly source: string;
  readonly outcome: 'holds' | 'broken' | 'not tried' | 'does not apply';
  readonly says: string;
  /** The same law on the state around the probe. */
  readonly here: 'holds' | 'broken' | 'says nothing';
}

const sparse = (values: Float32Array): Readonly<Record<string, number>> =>
  Object.fromEntries([...values].flatMap((value, i) => (value === 0 ? [] : [[String(i), value]])));

const handlers = {
  names: (_: null) => allLaws.map(({ name }) => name),
  /**
   * Tries one law; the caller requests one after the other, so that each badge appears as soon as it is
   * known.
   */
  one: ({
    opening,
    name,
    crop,
    side,
    seconds,
  }: {
    readonly opening: Opening;
    readonly name: string;
    readonly crop: Readonly<Record<string, Float32Array>>;
    readonly side: number;
    readonly seconds: number;
  }): Badge => {
    const law = allLaws.find((each) => each.name === name);
    if (law === undefined) throw new Error(`there is no law '${name}'`);
    const { program } = openProgram(opening);
    const [verdict] = check(program, { laws: [name], seconds, cases: 4, seed: 0 }).verdicts;
    const common = { name: law.name, formula: law.statement, source: law.source };
    const says =
      verdict.outcome === 'broken'
        ? (verdict.counterexample?.says ?? verdict.because ?? '')
        : verdict.outcome === 'holds'
          ? `${verdict.cases} cases`
          : verdict.because;
    return {
      ...common,
      outcome: verdict.outcome,
      says,
      here:
        verdict.outcome === 'holds' || verdict.outcome === 'broken'
          ? onScreen(law, opening, crop, side)
          : 'says nothing',
    };
  },
};

/** The law on the state of the screen, cut to a small square, since some laws need matrices of all sites. */
const onScreen = (
  law: Law,
  opening: Opening,
  crop: Readonly<Record<string, Float32Array>>,
  side: number,
): Badge['here'] => {
  try {
    const system = systemFrom(openProgram(opening).program);
    const line = Object.values(system.fields).every((shape) => shape.length === 2);
    const found = tryCase(law, system, {
      grid: line ? [side] : [side, side],
      steps: 4,
      seed: opening.seed,
      choices: [0, 0, 0, 0],
      values: Object.fromEntries(Object.entries(crop).map(([name, values]) => [name, sparse(values)])),
    });
    return found.kind === 'inconclusive' ? 'says nothing' : found.kind;
  } catch {
    return 'says nothing';
  }
};

export type LawHandlers = typeof handlers;

answerBy(handlers);
