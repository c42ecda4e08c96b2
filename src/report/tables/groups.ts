/** Runs that differ in nothing but their seed belong together. */

import type { Experiment } from '../../experiments/experiment.js';
import type { Label } from '../../experiments/label.js';
import { type PublishedRow, publishedBeside } from '../../experiments/published/index.js';
import type { Scores } from '../../experiments/scores.js';
import type { ScoreGroup } from './scores.js';

/** A run that is there or is still to be made. */
export interface GroupedRun {
  readonly experiment: Experiment;
  readonly seed: number;
  /** What its experiment is called among the others; runs of one label are one group. */
  readonly label: Label;
  /** Null until it is finished. */
  readonly scores: Scores | null;
}

/** The runs of one experiment with the name that tells it from all others. */
export interface RunGroup<R> {
  readonly name: string;
  /** What tells it from those of its experiment's name; empty where it is alone. */
  readonly differs: string;
  readonly experiment: Experiment;
  readonly runs: readonly R[];
}

/** Groups in the order in which their first run comes. */
export const groupsOf = <R extends Omit<GroupedRun, 'scores'>>(
  runs: readonly R[],
): readonly RunGroup<R>[] => {
  const found = new Map<string, { readonly first: R; readonly runs: R[] }>();
  for (const run of runs) {
    const group = found.get(run.label.name) ?? { first: run, runs: [] };
    group.runs.push(run);
    found.set(run.label.name, group);
  }
  return [...found.values()].map(({ first: { label, experiment }, runs: members }) => ({
    name: label.name,
    differs: label.differs,
    experiment,
    runs: members,
  }));
};

/**
 * Runs as the tables take them: grouped, beside what was published of the same task and model. A seed that was run
 * twice, on two engines say, counts twice.
 */
export const scoreGroups = (
  runs: readonly GroupedRun[],
  published: readonly PublishedRow[],
): readonly ScoreGroup[] =>
  groupsOf(runs).map(({ name, experiment, runs: members }) => {
    const beside = publishedBeside(experiment, published);
    return {
      name,
      planned: members.length,
      runs: members.flatMap(({ seed, scores }) => (scores === null ? [] : [{ seed, scores }])),
      published: beside?.row ?? null,
      departures: beside?.departures ?? [],
    };
  });
