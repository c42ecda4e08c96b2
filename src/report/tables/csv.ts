/** Scores as CSV: a line an experiment and score, every number in full. */

import { csvFormat } from 'd3-dsv';
import type { PublishedScore } from '../../experiments/published/index.js';
import { differenceOf, type ScoreGroup, summaryOf } from './scores.js';

/** Tidy: what stands in cells of the tables stands here in columns of its own; empty where there is nothing. */
export const scoresCsv = (groups: readonly ScoreGroup[], scores: readonly PublishedScore[]): string =>
  csvFormat(
    groups.flatMap((group) =>
      scores.map((score) => {
        const ours = summaryOf(group, score);
        const theirs = group.published?.scores[score];
        const found = differenceOf(group, score);
        return {
          experiment: group.name,
          score,
          finished: ours?.count ?? 0,
          planned: group.planned,
          mean: ours?.mean,
          sd: ours?.sd,
          min: ours?.min,
          median: ours?.median,
          max: ours?.max,
          published_runs: group.published?.runs,
          published_mean: theirs?.mean,
          published_sd: theirs?.sd,
          published_min: theirs?.spread?.min,
          published_median: theirs?.spread?.median,
          published_max: theirs?.spread?.max,
          difference: found?.value,
          published_sd_borrowed: found?.borrowed,
          departures: group.departures.join('; '),
        };
      }),
    ),
  );
