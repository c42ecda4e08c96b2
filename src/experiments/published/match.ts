/** The published line to compare an experiment with, and the departures from what was published. */

import * as E from 'fp-ts/lib/Either.js';
import { canonical } from '../../base/canonical.js';
import { experimentNamed } from '../catalogue.js';
import type { Experiment } from '../experiment.js';
import type { PublishedRow } from './rows.js';

type Settings = Readonly<Record<string, unknown>>;

const datasets: Readonly<Record<string, string>> = {
  Tetrominoes: 'tetrominoes',
  MNIST: 'mnist',
  'Multi-MNIST': 'multi-mnist',
};

/** The catalogue's name of a published line. */
export const catalogueName = ({ dataset, model, variant }: PublishedRow): string => {
  const task = datasets[dataset] ?? dataset.toLowerCase();
  const [first = ''] = variant.split(' ');
  switch (model) {
    case 'NWM':
      return `${task}/nwm-${first.replace('_time', '').replace('_', '-')}`;
    case 'LSTM':
      return `${task}/lstm-${first.replace('_time', '')}`;
    case 'U-Net':
      return `${task}/unet-${variant.replace('c_mid ', '')}`;
    default:
      return `${task}/${model.toLowerCase()}-${first}`;
  }
};

/** Settings of size and duration, which do not change the kind of model. */
const sizes = ['steps', 'dt'];

const entriesOf = (value: unknown): Settings =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

/** What makes the kind of a model: all but its sizes, and of its hidden layers their number. */
const kindOf = (model: unknown): string =>
  canonical(
    Object.fromEntries(
      Object.entries(entriesOf(model))
        .filter(([name]) => !sizes.includes(name))
        .map(([name, value]) => [name, name === 'hidden' && Array.isArray(value) ? value.length : value]),
    ),
  );

const sameKind = (ours: unknown, theirs: unknown): boolean => kindOf(ours) === kindOf(theirs);

const shown = (value: unknown): string => (typeof value === 'string' ? value : canonical(value ?? null));

/** `size 32 (published 64)` for every setting that differs from the published one. */
const differences = (ours: unknown, theirs: unknown): readonly string[] => {
  const [a, b] = [entriesOf(ours), entriesOf(theirs)];
  return Object.keys({ ...b, ...a })
    .filter((name) => canonical(a[name] ?? null) !== canonical(b[name] ?? null))
    .map((name) => `${name} ${shown(a[name])} (published ${shown(b[name])})`);
};

/** A published line, and the departures of an experiment from it. */
export interface Beside {
  readonly row: PublishedRow;
  /** One phrase per setting; none for the published experiment. */
  readonly departures: readonly string[];
}

/**
 * The published line of the same task and the same model, regardless of sizes and training; null if nothing was
 * published.
 */
export const publishedBeside = (
  { task, model, loss, training }: Pick<Experiment, 'task' | 'model' | 'loss' | 'training'>,
  rows: readonly PublishedRow[],
): Beside | null => {
  for (const row of rows) {
    const full = experimentNamed(catalogueName(row), 'full');
    if (E.isLeft(full) || full.right.task.name !== task.name || !sameKind(model, full.right.model)) continue;
    const { task: theirTask, model: theirModel, loss: theirLoss, training: theirTraining } = full.right;
    return {
      row,
      departures: [
        ...differences(task, theirTask),
        ...differences(model, theirModel),
        ...differences(training, theirTraining),
        ...(canonical(loss) === canonical(theirLoss) ? [] : ['another loss']),
      ],
    };
  }
  return null;
};
