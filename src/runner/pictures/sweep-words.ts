/** The sentences of a sweep's report: the question and the outcome. Pure. */

import { isArrayTask } from '../../data/task.js';
import type { Experiment } from '../../experiments/experiment.js';
import { axisTexts } from '../../experiments/label.js';
import { describeLoss, targetOf } from '../../experiments/loss.js';
import { chiefOf, type Entry } from '../../report/figures/index.js';
import type { Fact } from '../../report/index.js';
import { known } from '../../report/scores.js';
import { groupsOf, type Summary, scoreFigure, summarise, wordsOfScore } from '../../report/tables/index.js';
import { stateIn } from '../results/collected-runs.js';
import type { Collection } from '../results/collection.js';

export const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];

export const listed = (values: readonly string[]): string => values.join(', ');

/** The goal of a model, as words after "to". */
const goalOf = ({ task, loss }: Experiment): string => {
  const target = targetOf(loss);
  if (target === null) return `make its loss small: ${describeLoss(loss)}`;
  return `give every ${isArrayTask(task) ? 'sample' : target} its class`;
};

/** The question of a collection: its tasks, models and seeds. */
export const wordsOf = ({ name, sweep, runs }: Collection): string => {
  const experiments = groupsOf(runs);
  const tasks = distinct(experiments.map(({ experiment }) => experiment.task.name));
  const models = distinct(
    experiments.map(({ experiment: { model } }) =>
      model.name === 'program' ? 'programs of their own' : model.name,
    ),
  );
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  const goals = distinct(experiments.map(({ experiment }) => goalOf(experiment)));
  return (
    `${sweep === null ? `All runs below ${name}` : `The sweep ${name}`}: ${experiments.length} ` +
    `${experiments.length === 1 ? 'experiment' : 'experiments'} on ${listed(tasks)} with ${listed(models)}, ` +
    `${seeds.length === 1 ? `from seed ${seeds[0]}` : `from the seeds ${listed(seeds.map(String))}`}.\n\n` +
    `Each model learns to ${goals.join(', or to ')}.`
  );
};

/** The axes with their values, in words. */
export const axesOf = ({ sweep }: Collection): readonly Fact[] =>
  sweep === null ? [] : axisTexts(sweep).map(({ axis, values }) => ({ label: axis, value: listed(values) }));

interface Ranked {
  readonly entry: Entry;
  readonly summary: Summary;
}

const ranked = (entries: readonly Entry[]): readonly Ranked[] =>
  entries.flatMap((entry): readonly Ranked[] => {
    const summary = summarise(entry.runs.map((run) => run.scores[chiefOf(entry).name]).filter(known));
    return summary === null ? [] : [{ entry, summary }];
  });

/** The outcome on one task: the best experiments, equal ones together. */
const verdictOn = (task: string, found: readonly Ranked[]): string => {
  const { name, better } = chiefOf(found[0].entry);
  const means = found.map(({ summary }) => summary.mean);
  const most = better === 'more' ? Math.max(...means) : Math.min(...means);
  if (most === 0 && name === 'foregroundIou') return `On ${task} no model tells anything from background.`;
  const best = found.filter(({ summary }) => scoreFigure(summary.mean) === scoreFigure(most));
  const over = distinct(best.map(({ summary: { count } }) => `${count} ${count === 1 ? 'seed' : 'seeds'}`));
  const names = best.map(({ entry }) => entry.name);
  const verb = found.length === 1 ? 'has' : best.length === 1 ? 'is best with' : 'are best with';
  return `On ${task} ${names.join(' and ')} ${verb} a mean test ${wordsOfScore(name)} of ${scoreFigure(most)} over ${over.join(' or ')}.`;
};

/** Only experiments of one score and one direction are compared. */
const chiefKey = (entry: Entry): string => `${chiefOf(entry).name} ${chiefOf(entry).better}`;

/** The outcome: how many runs are finished, and the best experiments of each task. */
export const verdictOf = ({ runs }: Collection, entries: readonly Entry[]): string => {
  const finished = runs.filter(({ record }) => record?.scores != null).length;
  const others = (['failed', 'damaged', 'cannot be read'] as const).flatMap((state) => {
    const count = runs.filter((run) => stateIn(run) === state).length;
    return count === 0 ? [] : [`, ${count} ${state}`];
  });
  const best = distinct(entries.map(({ task }) => task)).flatMap((task) => {
    const all = ranked(entries.filter((entry) => entry.task === task));
    return distinct(all.map(({ entry }) => chiefKey(entry))).map((key) =>
      verdictOn(
        task,
        all.filter(({ entry }) => chiefKey(entry) === key),
      ),
    );
  });
  return `${finished} of ${runs.length} runs are finished${others.join('')}. ${best.join(' ')}`.trim();
};

/** The numbers at the top of the page. */
export const tilesOf = ({ runs }: Collection, entries: readonly Entry[]): readonly Fact[] => [
  { label: 'Experiments', value: String(entries.length) },
  {
    label: 'Runs finished',
    value: String(runs.filter(({ record }) => record?.scores != null).length),
    note: `of ${runs.length}`,
  },
  {
    label: 'Epochs trained',
    value: runs.reduce((sum, { record }) => sum + (record?.epochs ?? 0), 0).toLocaleString('en-US'),
  },
];
