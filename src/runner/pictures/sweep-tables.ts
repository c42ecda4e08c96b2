/** The tables of a sweep's report. Pure. */

import type { Entry } from '../../report/figures/index.js';
import {
  meansTable,
  type ScoreGroup,
  scoresShown,
  spreadTable,
  type Table,
} from '../../report/tables/index.js';
import { distinct } from './sweep-words.js';

/** Means, and spreads where an experiment has several finished runs; a pair of tables for each task if the tasks have different scores. */
export const tablesOf = (
  name: string,
  groups: readonly ScoreGroup[],
  entries: readonly Entry[],
): readonly Table[] => {
  const pair = (title: string, of: readonly ScoreGroup[]): readonly Table[] => {
    const scores = distinct([...scoresShown(of), 'loss']);
    const spread = of.some(({ runs }) => runs.length > 1);
    return [meansTable(title, of, scores), ...(spread ? [spreadTable(title, of, scores.slice(0, 3))] : [])];
  };
  if (distinct(groups.map(({ shown = [] }) => shown.join())).length < 2) return pair(name, groups);
  return distinct(groups.map(({ task }) => task)).flatMap((task) => {
    const of = groups.filter((group) => group.task === task);
    const place = entries.find((entry) => entry.name === of[0].name)?.task ?? '';
    return pair(`${name}, ${place}`, of);
  });
};
