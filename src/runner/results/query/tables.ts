/** Run folders as two plain tables: `runs`, a line a run, and `epochs`, a line a run and epoch. Pure. */

import { hashProgram } from '../../../dsl/index.js';
import type { Model } from '../../../experiments/model.js';
import type { Scores } from '../../../experiments/scores.js';
import type { RunSummary } from '../summary.js';

type Type = 'VARCHAR' | 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'JSON';

/** A table before any database has seen it. */
export interface PlainTable {
  readonly name: string;
  /** Names and types of DuckDB. */
  readonly columns: Readonly<Record<string, Type>>;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const scoreColumns: readonly (readonly [string, keyof Scores, Type])[] = [
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

const typesOf = (prefix: string): Readonly<Record<string, Type>> =>
  Object.fromEntries(scoreColumns.map(([column, , type]) => [`${prefix}${column}`, type]));

const valuesOf = (prefix: string, scores: Scores | null): Readonly<Record<string, unknown>> =>
  Object.fromEntries(scoreColumns.map(([column, key]) => [`${prefix}${column}`, scores?.[key] ?? null]));

const key = {
  sweep: 'VARCHAR',
  experiment: 'VARCHAR',
  seed: 'BIGINT',
  engine: 'VARCHAR',
  arithmetic: 'INTEGER',
  kernels: 'VARCHAR',
} as const;

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
 * A line a run. Settings of task, model and training are JSON: `options->>'readout'`.
 *
 * @param labels what the runs are called; left out, their own labels or names
 */
export const runsTable = (
  runs: readonly RunSummary[],
  sweepsOf: SweepsOf,
  labels: readonly string[] = [],
): PlainTable => ({
  name: 'runs',
  columns: {
    ...key,
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
    ...typesOf(''),
    label: 'VARCHAR',
    data: 'VARCHAR',
    identity: 'VARCHAR',
    folder: 'VARCHAR',
  },
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
    ...valuesOf('', run.scores),
    label: labels[i] ?? run.experiment.label ?? run.experiment.name,
    data: run.data,
    identity: run.identity,
    folder: run.folder,
  })),
});

/** A line a run and epoch: its training loss, its rate, and the scores on the validation images. */
export const epochsTable = (runs: readonly RunSummary[], sweepsOf: SweepsOf): PlainTable => ({
  name: 'epochs',
  columns: {
    ...key,
    epoch: 'INTEGER',
    train_loss: 'DOUBLE',
    rate: 'DOUBLE',
    ...typesOf('validation_'),
    folder: 'VARCHAR',
  },
  rows: runs.flatMap((run) =>
    run.history.map(({ epoch, trainLoss, rate, validation }) => ({
      ...keyOf(run, sweepsOf),
      epoch,
      train_loss: trainLoss,
      rate,
      ...valuesOf('validation_', validation),
      folder: run.folder,
    })),
  ),
});
