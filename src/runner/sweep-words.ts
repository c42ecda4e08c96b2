/** What the report of a sweep says in words: what was asked, and what came out. Pure. */

import type { Entry } from '../report/figures/index.js';
import type { Fact } from '../report/index.js';
import { groupsOf, summarise } from '../report/tables/index.js';
import type { Collection } from './collection.js';

export const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];

export const listed = (values: readonly string[]): string => values.join(', ');

export const wordsOf = ({ name, sweep, runs }: Collection): string => {
  const experiments = groupsOf(runs);
  const tasks = distinct(experiments.map(({ experiment }) => experiment.task.name));
  const models = distinct(experiments.map(({ experiment }) => experiment.model.name));
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b);
  return (
    `${sweep === null ? `All runs below ${name}` : `The sweep ${name}`}: ${experiments.length} ` +
    `${experiments.length === 1 ? 'experiment' : 'experiments'} on ${listed(tasks)} with ${listed(models)}, ` +
    `${seeds.length === 1 ? `from seed ${seeds[0]}` : `from the seeds ${listed(seeds.map(String))}`}.\n\n` +
    'Which models can tell, at every pixel, what that pixel belongs to, when each of them sees only its neighbours? ' +
    'A network of few layers sees only so far; waves carry what is far away, and a readout over time listens.'
  );
};

export const axesOf = ({ sweep }: Collection): readonly Fact[] => {
  if (sweep === null) return [];
  const names = distinct(sweep.members.flatMap(({ axes }) => Object.keys(axes)));
  return names.map((name) => ({
    label: name,
    value: listed(distinct(sweep.members.flatMap(({ axes }) => (name in axes ? [String(axes[name])] : [])))),
  }));
};

interface Ranked {
  readonly entry: Entry;
  readonly mean: number;
}

const bestOf = (entries: readonly Entry[]): Ranked | null =>
  entries
    .flatMap((entry): readonly Ranked[] => {
      const summary = summarise(entry.runs.flatMap((run) => run.scores.foregroundIou ?? []));
      return summary === null ? [] : [{ entry, mean: summary.mean }];
    })
    .reduce<Ranked | null>((best, one) => (best === null || one.mean > best.mean ? one : best), null);

export const verdictOf = ({ runs }: Collection, entries: readonly Entry[]): string => {
  const finished = runs.filter(({ record }) => record?.scores != null).length;
  const best = distinct(entries.map(({ task }) => task)).flatMap((task) => {
    const found = bestOf(entries.filter((entry) => entry.task === task));
    if (found === null) return [];
    const { entry, mean } = found;
    return [
      mean < 0.0005
        ? `On ${task} no model tells anything from background.`
        : `On ${task} ${entry.family.split(',')[0]} ${entry.variant} is best with a mean foreground IoU of ${mean.toFixed(3)} over ${entry.runs.length} ${entry.runs.length === 1 ? 'seed' : 'seeds'}.`,
    ];
  });
  return `${finished} of ${runs.length} runs are finished. ${best.join(' ')}`.trim();
};

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
