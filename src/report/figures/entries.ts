/** The data of a sweep's figures: each experiment with its place, its runs' scores and the published ones. */

import type { Experiment } from '../../experiments/experiment.js';
import type { PublishedRow } from '../../experiments/published/index.js';
import type { Better } from '../../experiments/scores/measures.js';
import type { EpochScores, Scores } from '../scores.js';

/** The place of an experiment in the figures: its task and its kind of model. */
export interface Place {
  readonly task: string;
  readonly family: string;
}

/** The main score of an experiment. */
export interface ChiefScore {
  readonly name: string;
  readonly better: Better;
}

/** One experiment with the scores of its runs. */
export interface Entry extends Place {
  /** Its label. */
  readonly name: string;
  /** The main score; default: the foreground IoU. */
  readonly chief?: ChiefScore;
  /** Test scores of the finished runs. */
  readonly runs: readonly { readonly seed: number; readonly scores: Scores }[];
  /** Epochs of every run, finished or not. */
  readonly courses: readonly { readonly seed: number; readonly epochs: readonly EpochScores[] }[];
  /** The number of values in all parameters; null if no run is finished. */
  readonly parameters: number | null;
  readonly published: PublishedRow | null;
  /** The published value; null if there is none. */
  readonly publishedParameters: number | null;
}

/** The main score. */
export const chiefOf = ({
  chief = { name: 'foregroundIou', better: 'more' },
}: Pick<Entry, 'chief'>): ChiefScore => chief;

const tasks: Readonly<Record<string, string>> = {
  tetrominoes: 'Tetrominoes',
  mnist: 'MNIST',
  'multi-mnist': 'Multi-MNIST',
  polygons: 'Polygons',
};

const families: Readonly<Record<string, string>> = {
  nwm: 'NWM',
  'conv-lstm': 'ConvLSTM',
  'conv-gru': 'ConvGRU',
  'conv-rnn': 'ConvRNN',
  cnn: 'CNN, by layers',
  unet: 'U-Net, by width',
  program: 'programs',
};

/** The name of a task; a task of a person's own data is named after its folder. */
const ownTask = ({ task }: Experiment): string =>
  'folder' in task
    ? (task.folder.split(/[\\/]/).findLast((part) => part !== '' && part !== '.') ?? task.folder)
    : task.name;

/** The place of an experiment by its settings, whatever its name. */
export const placeOf = (experiment: Experiment): Place => ({
  task: tasks[experiment.task.name] ?? ownTask(experiment),
  family: families[experiment.model.name] ?? experiment.model.name,
});
