/** Scores as data with all digits: CSV and JSON, one record for each experiment and score. */

import { csvFormat } from 'd3-dsv';
import { nameOfScore, splitOf } from './score-columns.js';
import { differenceOf, isBest, plannedOf, publishedOf, type ScoreGroup, summaryOf } from './scores.js';

const recordOf = (group: ScoreGroup, groups: readonly ScoreGroup[], score: string) => ({
  group,
  ours: summaryOf(group, score),
  theirs: publishedOf(group, score),
  found: differenceOf(group, score),
  best: isBest(group, groups, score),
  head: {
    experiment: group.name,
    score: nameOfScore(score),
    split: splitOf(score),
    finished: group.runs.length,
    planned: plannedOf(group),
    failed: group.missing.filter(({ state }) => state === 'failed').length,
  },
});

const recordsOf = (groups: readonly ScoreGroup[], scores: readonly string[]) =>
  groups.flatMap((group) => scores.map((score) => ({ score, ...recordOf(group, groups, score) })));

/** The parts of a table's cell in separate columns; empty if there is no value. */
export const scoresCsv = (groups: readonly ScoreGroup[], scores: readonly string[]): string =>
  csvFormat(
    recordsOf(groups, scores).map(({ group, head, ours, theirs, found, best }) => ({
      ...head,
      n: ours?.count ?? 0,
      mean: ours?.mean,
      sd: ours?.sd,
      min: ours?.min,
      median: ours?.median,
      max: ours?.max,
      best,
      published_runs: theirs === null ? undefined : group.published?.runs,
      published_mean: theirs?.mean,
      published_sd: theirs?.sd,
      published_min: theirs?.spread?.min,
      published_median: theirs?.spread?.median,
      published_max: theirs?.spread?.max,
      difference: found?.value,
      published_sd_borrowed: found?.borrowed,
      departures: group.departures.join('; '),
    })),
  );

/** Like the CSV, with numbers as numbers, null for missing values, and the value of every run. */
export const scoresJson = (groups: readonly ScoreGroup[], scores: readonly string[]): string =>
  JSON.stringify(
    recordsOf(groups, scores).map(({ score, group, head, ours, theirs, found, best }) => ({
      ...head,
      n: ours?.count ?? 0,
      mean: ours?.mean ?? null,
      sd: ours?.sd ?? null,
      min: ours?.min ?? null,
      median: ours?.median ?? null,
      max: ours?.max ?? null,
      best,
      runs: group.runs.map(({ seed, scores: own }) => ({ seed, value: own[score] ?? null })),
      missing: group.missing,
      published: theirs === null ? null : { runs: group.published?.runs ?? null, ...theirs },
      difference: found,
      departures: group.departures,
    })),
    null,
    2,
  );
