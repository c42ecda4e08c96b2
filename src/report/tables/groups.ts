/** Runs that differ in nothing but their seed belong together. */

import { canonical } from '../../base/canonical.js';
import { hashProgram } from '../../dsl/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import { type PublishedRow, publishedBeside } from '../../experiments/published/index.js';
import type { Scores } from '../../experiments/scores.js';
import type { ScoreGroup } from './scores.js';

/** A run that is there or is still to be made. */
export interface GroupedRun {
  readonly experiment: Experiment;
  readonly seed: number;
  /** Null until it is finished. */
  readonly scores: Scores | null;
}

/** What shapes the runs, for people: a program of its own by its hash. */
const settingsOf = ({ task, model, loss, training }: Experiment): Readonly<Record<string, unknown>> => ({
  task,
  model: model.name === 'program' ? { program: hashProgram(model).slice(0, 10) } : model,
  loss,
  training,
});

/** `training.rate` and so on, with the value's text. */
const flat = (value: unknown, path: string): readonly (readonly [string, string])[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`))
    : [[path, typeof value === 'string' ? value : canonical(value ?? null)]];

/** What tells experiments of one name apart: ` (size 32, epochs 4)`. */
const suffix = (experiment: Experiment, namesakes: readonly Experiment[]): string => {
  if (namesakes.length < 2) return '';
  const others = namesakes.map((one) => new Map(flat(settingsOf(one), '')));
  const own = flat(settingsOf(experiment), '').filter(([path, text]) =>
    others.some((other) => other.get(path) !== text),
  );
  return ` (${own.map(([path, text]) => `${path.split('.').at(-1)} ${text}`).join(', ')})`;
};

/** The runs of one experiment with the name that tells it from all others. */
export interface RunGroup<R extends GroupedRun> {
  readonly name: string;
  readonly experiment: Experiment;
  readonly runs: readonly R[];
}

/** Groups in the order in which their first run comes; names are made distinct. */
export const groupsOf = <R extends GroupedRun>(runs: readonly R[]): readonly RunGroup<R>[] => {
  const found = new Map<string, { readonly experiment: Experiment; readonly runs: R[] }>();
  for (const run of runs) {
    const { experiment } = run;
    const key = canonical([experiment.name, settingsOf(experiment)]);
    const group = found.get(key) ?? { experiment, runs: [] };
    group.runs.push(run);
    found.set(key, group);
  }
  const groups = [...found.values()];
  return groups.map((group) => ({
    ...group,
    name: `${group.experiment.name}${suffix(
      group.experiment,
      groups.filter((other) => other.experiment.name === group.experiment.name).map((one) => one.experiment),
    )}`,
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
