/** Collected runs as entries of figures. */

import * as E from 'fp-ts/lib/Either.js';
import { taskShape } from '../../data/task.js';
import { experimentNamed } from '../../experiments/catalogue.js';
import type { Experiment } from '../../experiments/experiment.js';
import { catalogueName, type PublishedRow, publishedBeside } from '../../experiments/published/index.js';
import type { Measures } from '../../experiments/scores/measures.js';
import { shownScores } from '../../experiments/shown-scores.js';
import { buildModel } from '../../models/catalogue.js';
import { countParameters } from '../../models/parameter-count.js';
import { type ChiefScore, type Entry, placeOf } from '../../report/figures/index.js';
import { groupsOf } from '../../report/tables/index.js';
import type { CollectedRun } from '../results/collected-runs.js';
import type { RunSummary } from '../results/summary.js';
import { curveOf } from '../run/report/pictures.js';

/**
 * The number of values in the parameters of an experiment's model; null if its sizes are known only after a
 * person's files are read.
 */
const parametersOf = ({ model, task }: Experiment): number | null => {
  const sizes = taskShape(task);
  if (sizes === null || model.name === 'program') return null;
  const built = buildModel(model, sizes);
  return E.isRight(built) ? countParameters(built.right).trainable : null;
};

/** The number of parameters of a finished run: from its settings or, with a person's own files or program, from the run. */
const parametersIn = (
  experiment: Experiment,
  began: readonly { readonly record: RunSummary }[],
): number | null => {
  const kept = began.flatMap(({ record: { parameters } }) => (parameters === null ? [] : [parameters]));
  return kept.length === 0 ? null : (parametersOf(experiment) ?? kept[0]);
};

/** The published numbers. Dead parameters of the original are left out; the models of Multi-MNIST have none. */
const publishedParameters = (row: PublishedRow): number | null => {
  const full = experimentNamed(catalogueName(row), 'full');
  return E.isRight(full) ? parametersOf(full.right) : null;
};

/** The score that is shown first. */
const chiefIn = (experiment: Experiment, kept: readonly Measures[]): ChiefScore => {
  const { names, better } = shownScores(experiment, kept);
  const [name] = names;
  return { name, better: better[name] ?? (name === 'loss' ? 'less' : 'more') };
};

/** One entry for each experiment, in the order of the collection. */
export const entriesOf = (
  runs: readonly CollectedRun[],
  published: readonly PublishedRow[],
): readonly Entry[] => {
  const groups = groupsOf(runs.map((run) => ({ ...run, scores: run.record?.scores ?? null })));
  return groups.map(({ name, experiment, runs: members }) => {
    const row = publishedBeside(experiment, published)?.row ?? null;
    const began = members.flatMap(({ seed, record }) => (record === null ? [] : [{ seed, record }]));
    return {
      ...placeOf(experiment),
      name,
      chief: chiefIn(
        experiment,
        members.flatMap(({ scores }) => (scores === null ? [] : [scores])),
      ),
      runs: members.flatMap(({ seed, scores }) => (scores === null ? [] : [{ seed, scores }])),
      courses: began.map(({ seed, record }) => ({ seed, epochs: record.history.map(curveOf) })),
      parameters: parametersIn(experiment, began),
      published: row,
      publishedParameters: row === null ? null : publishedParameters(row),
    };
  });
};
