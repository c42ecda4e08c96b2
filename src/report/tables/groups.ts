/** Groups of runs that differ only in their seed; each run counts once. */

import { canonical } from '../../base/canonical.js';
import { engineText } from '../../engine/arithmetic.js';
import type { Kernels } from '../../engine/names.js';
import type { Experiment } from '../../experiments/experiment.js';
import type { Label } from '../../experiments/label.js';
import { type PublishedRow, publishedBeside } from '../../experiments/published/index.js';
import { shownScores } from '../../experiments/shown-scores.js';
import type { MissingRun, ScoreGroup } from './scores.js';

/** A run that exists or is still to be made. */
export interface GroupedRun {
  readonly experiment: Experiment;
  readonly seed: number;
  /** The label of its experiment; runs of one label are one group. */
  readonly label: Label;
  /** Scores by their keys; null until it is finished. */
  readonly scores: Readonly<Record<string, number | null>> | null;
  /** The state of a run without scores. */
  readonly state: MissingRun['state'] | 'finished';
  /** The run itself, if it exists; its identity, else its folder, distinguishes it from others. */
  readonly record?: {
    readonly identity: string | null;
    readonly folder: string;
    readonly engine: string | null;
    readonly arithmetic?: number;
    readonly kernels?: Kernels | null;
  } | null;
}

/** The runs of one experiment, under a name that no other has. */
export interface RunGroup<R> {
  readonly name: string;
  readonly experiment: Experiment;
  readonly runs: readonly R[];
}

type Listed = Omit<GroupedRun, 'scores' | 'state'> & { readonly scores?: GroupedRun['scores'] };

const isThere = ({ record, scores }: Listed): boolean => (scores ?? record ?? null) !== null;

/**
 * Each run once, however often it is listed. An existing run is known by its identity, a missing one by its seed; it
 * does not count if a run of that seed exists.
 */
const onceEach = <R extends Listed>(runs: readonly R[]): readonly R[] => {
  const seen = new Set<string>();
  const there = new Set(runs.filter(isThere).map(({ seed }) => seed));
  return runs.filter((run) => {
    const { record, seed, scores } = run;
    if (!isThere(run) && there.has(seed)) return false;
    const key = record?.identity ?? record?.folder ?? canonical([seed, scores]);
    return !seen.has(key) && seen.add(key);
  });
};

/**
 * Two engines start from the same weights and images if they have the same seed, so the second run is not an
 * independent sample. If a seed was run on several engines, each engine is a group of its own, with its name.
 */
const engineParts = <R extends Listed>(
  runs: readonly R[],
): readonly (readonly [string | null, readonly R[]])[] => {
  const engineOf = ({ record }: Listed): string =>
    record?.engine == null
      ? 'engine unknown'
      : engineText(record.engine, { number: record.arithmetic ?? 1, kernels: record.kernels ?? null });
  const engines = [...new Set(runs.map(engineOf))];
  const repeated = new Set(runs.map(({ seed }) => seed)).size < runs.length;
  return repeated && engines.length > 1
    ? engines.map((engine) => [engine, runs.filter((run) => engineOf(run) === engine)])
    : [[null, runs]];
};

/** Groups in the order of their first runs; each group has each run once. */
export const groupsOf = <R extends Omit<GroupedRun, 'scores' | 'state'>>(
  runs: readonly R[],
): readonly RunGroup<R>[] => {
  const found = new Map<string, { readonly first: R; readonly runs: R[] }>();
  for (const run of runs) {
    const group = found.get(run.label.name) ?? { first: run, runs: [] };
    group.runs.push(run);
    found.set(run.label.name, group);
  }
  return [...found.values()].flatMap(({ first: { label, experiment }, runs: listed }) =>
    engineParts(onceEach(listed)).map(([engine, members]) => ({
      name: engine === null ? label.name : `${label.name} (${engine})`,
      experiment,
      runs: members,
    })),
  );
};

const shownIn = (
  experiment: Experiment,
  members: readonly GroupedRun[],
): Pick<ScoreGroup, 'shown' | 'better'> => {
  const { names, better } = shownScores(
    experiment,
    members.flatMap(({ scores }) => (scores === null ? [] : [scores])),
  );
  return { shown: names, better };
};

/** Runs grouped for tables, beside the published scores of the same task and model. A run counts once in a group. */
export const scoreGroups = (
  runs: readonly GroupedRun[],
  published: readonly PublishedRow[],
): readonly ScoreGroup[] =>
  groupsOf(runs).map(({ name, experiment, runs: members }) => {
    const beside = publishedBeside(experiment, published);
    return {
      name,
      task: canonical(experiment.task),
      ...shownIn(experiment, members),
      runs: members.flatMap(({ seed, scores }) => (scores === null ? [] : [{ seed, scores }])),
      missing: members.flatMap(({ seed, scores, state }) =>
        scores === null ? [{ seed, state: state === 'finished' ? ('unfinished' as const) : state }] : [],
      ),
      published: beside?.row ?? null,
      departures: beside?.departures ?? [],
    };
  });

/** The default scores of a table of these groups: the main scores of each. */
export const scoresShown = (groups: readonly ScoreGroup[]): readonly string[] => [
  ...new Set(groups.flatMap(({ shown = [] }) => shown)),
];
