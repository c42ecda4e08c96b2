/**
 * Run folders as two plain tables: `runs`, one row per run, and `epochs`, one row per run and epoch. Pure.
 */

import { hashProgram } from '../../../dsl/index.js';
import type { Model } from '../../../experiments/model.js';
import type { Measures } from '../../../experiments/scores/measures.js';
import type { RunSummary } from '../summary.js';

type Type = 'VARCHAR' | 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'JSON';

/** A table as plain data. */
export interface PlainTable {
  readonly name: string;
  /** Names and types of DuckDB. */
  readonly columns: Readonly<Record<string, Type>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const scoreColumns: readonly (readonly [string, string, Type])[] = [
  ['foreground_iou', 'foregroundIou', 'DOUBLE'],
  ['foreground_accuracy', 'foregroundAccuracy', 'DOUBLE'],
  ['iou', 'iou', 'DOUBLE'],
  ['accuracy', 'accuracy', 'DOUBLE'],
  ['class_mean_iou', 'classMeanIou', 'DOUBLE'],
  ['dice', 'dice', 'DOUBLE'],
  ['loss', 'loss', 'DOUBLE'],
  ['foreground_loss', 'foregroundLoss', 'DOUBLE'],
  ['images', 'images', 'INTEGER'],
  ['images_without_foreground', 'imagesWithoutForeground', 'INTEGER'],
];

/** A column, the key of its score, and its type. */
type ScoreColumn = (typeof scoreColumns)[number];

/** `rootMeanSquare` becomes `root_mean_square`. */
const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();

/**
 * The columns of the scores: those of classes, and after them one for each score that an experiment declares.
 * `_score` is appended to a name that is already a column.
 */
const columnsIn = (runs: readonly RunSummary[]): readonly ScoreColumn[] => {
  const measured = runs.flatMap(({ scores, history }) => [
    scores,
    ...history.map(({ validation }) => validation),
  ]);
  const keys = new Set(measured.flatMap((scores) => (scores === null ? [] : Object.keys(scores))));
  const columns = [...scoreColumns];
  const taken = new Set([...ofRuns, ...columns.map(([column]) => column)]);
  for (const key of keys) {
    if (columns.some(([, known]) => known === key)) continue;
    let column = snake(key);
    while (taken.has(column)) column = `${column}_score`;
    taken.add(column);
    columns.push([column, key, key === 'samples' ? 'INTEGER' : 'DOUBLE']);
  }
  return columns;
};

/** The columns of the scores that experiments declare. */
export const ownColumns = (runs: readonly RunSummary[]): readonly string[] =>
  columnsIn(runs)
    .slice(scoreColumns.length)
    .map(([column]) => column);

const typesOf = (columns: readonly ScoreColumn[], prefix: string): Readonly<Record<string, Type>> =>
  Object.fromEntries(columns.map(([column, , type]) => [`${prefix}${column}`, type]));

const valuesOf = (
  columns: readonly ScoreColumn[],
  prefix: string,
  scores: Measures | null,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(columns.map(([column, key]) => [`${prefix}${column}`, scores?.[key] ?? null]));

const key = {
  sweep: 'VARCHAR',
  experiment: 'VARCHAR',
  seed: 'BIGINT',
  engine: 'VARCHAR',
  arithmetic: 'INTEGER',
  kernels: 'VARCHAR',
} as const;

const settingColumns = {
  task: 'VARCHAR',
  model: 'VARCHAR',
  options: 'JSON',
  task_options: 'JSON',
  loss_options: 'JSON',
  training: 'JSON',
  state: 'VARCHAR',
  epochs: 'INTEGER',
  planned_epochs: 'INTEGER',
  best_epoch: 'INTEGER',
  parameters: 'INTEGER',
} as const;

const placeColumns = {
  label: 'VARCHAR',
  notes: 'VARCHAR',
  data: 'VARCHAR',
  identity: 'VARCHAR',
  folder: 'VARCHAR',
} as const;

const ofRuns: readonly string[] = Object.keys({ ...key, ...settingColumns, ...placeColumns });

/** The sweeps that a run folder belongs to. */
export type SweepsOf = (folder: string) => readonly string[];

const keyOf = (
  { experiment, seed, engine, arithmetic, kernels, folder }: RunSummary,
  sweepsOf: SweepsOf,
) => ({
  sweep: sweepsOf(folder).join(', ') || null,
  experiment: experiment.name,
  seed,
  engine,
  arithmetic,
  kernels,
});

const withoutName = ({ name: _, ...options }: { readonly name: string }): Readonly<Record<string, unknown>> =>
  options;

const optionsOf = (model: Model): Readonly<Record<string, unknown>> =>
  model.name === 'program' ? { program: hashProgram(model) } : withoutName(model);

/**
 * One row per run. Settings of task, model and training are JSON: `options->>'readout'`.
 *
 * @param labels the labels of the runs; left out: their own labels or names
 */
export const runsTable = (
  runs: readonly RunSummary[],
  sweepsOf: SweepsOf,
  labels: readonly string[] = [],
  columns: readonly ScoreColumn[] = columnsIn(runs),
): PlainTable => ({
  name: 'runs',
  columns: { ...key, ...settingColumns, ...typesOf(columns, ''), ...placeColumns },
  rows: runs.map((run, i) => ({
    ...keyOf(run, sweepsOf),
    task: run.experiment.task.name,
    model: run.experiment.model.name,
    options: optionsOf(run.experiment.model),
    task_options: withoutName(run.experiment.task),
    loss_options: run.experiment.loss,
    training: run.experiment.training,
    state: run.state,
    epochs: run.epochs,
    planned_epochs: run.experiment.training.epochs,
    best_epoch: run.best,
    parameters: run.parameters,
    ...valuesOf(columns, '', run.scores),
    label: labels[i] ?? run.experiment.label ?? run.experiment.name,
    notes: run.experiment.notes ?? null,
    data: run.data,
    identity: run.identity,
    folder: run.folder,
  })),
});

/** One row per run and epoch: its training loss, its rate, and the scores on the validation images. */
export const epochsTable = (
  runs: readonly RunSummary[],
  sweepsOf: SweepsOf,
  columns: readonly ScoreColumn[] = columnsIn(runs),
): PlainTable => ({
  name: 'epochs',
  columns: {
    ...key,
    epoch: 'INTEGER',
    train_loss: 'DOUBLE',
    rate: 'DOUBLE',
    ...typesOf(columns, 'validation_'),
    folder: 'VARCHAR',
  },
  rows: runs.flatMap((run) =>
    run.history.map(({ epoch, trainLoss, rate, validation }) => ({
      ...keyOf(run, sweepsOf),
      epoch,
      train_loss: trainLoss,
      rate,
      ...valuesOf(columns, 'validation_', validation),
      folder: run.folder,
    })),
  ),
});
