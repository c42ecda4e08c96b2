/** The best run of each experiment of a sweep, by the score that it shows first. */

import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../../base/error.js';
import { shownScores } from '../../experiments/shown-scores.js';
import { groupsOf } from '../../report/tables/index.js';
import type { CollectedRun } from '../results/collected-runs.js';

/** A run with the link to its report; null if it has none. */
export interface Linked extends CollectedRun {
  readonly href: string | null;
}

/** Works on one item after the other. */
export const inTurn = <A, B>(items: readonly A[], work: (item: A) => Effect<B>): Effect<readonly B[]> =>
  TE.traverseSeqArray(work)([...items]);

/** The score of a run that is shown first. */
export const chiefIn = (run: Pick<CollectedRun, 'experiment' | 'record'>) => {
  const scores = run.record?.scores ?? null;
  const { names, better } = shownScores(run.experiment, scores === null ? [] : [scores]);
  const [name] = names;
  const less = name === 'loss' || better[name] === 'less';
  return { name, value: scores?.[name] ?? null, less };
};

/** Larger for the better run of one score. */
const rankOf = (run: CollectedRun): number => {
  const { value, less } = chiefIn(run);
  return value === null ? Number.NEGATIVE_INFINITY : less ? -value : value;
};

/** Better ones first. */
export const byRank = (a: CollectedRun, b: CollectedRun): number => {
  const [first, second] = [rankOf(a), rankOf(b)];
  return first === second ? 0 : second - first;
};

/** The best finished run of an experiment, with the experiment's name and the seed. */
export interface Best {
  readonly name: string;
  readonly run: Linked;
}

/** The best finished run of each experiment. */
export const bestRuns = (runs: readonly Linked[]): readonly Best[] =>
  groupsOf(runs).flatMap(({ name, runs: members }) => {
    const [best] = members.filter(({ record }) => record?.scores != null).sort(byRank);
    return best === undefined ? [] : [{ name: `${name}, seed ${best.seed}`, run: best }];
  });
