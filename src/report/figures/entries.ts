/** What the figures of a sweep are drawn from: each experiment's place, its runs' scores, what was published. */

import { canonical } from '../../base/canonical.js';
import type { Experiment } from '../../experiments/experiment.js';
import type { PublishedRow } from '../../experiments/published/index.js';
import type { EpochScores, Scores } from '../scores.js';

/** Where an experiment stands in the figures: which task, which kind of model, which of that kind. */
export interface Place {
  readonly task: string;
  readonly family: string;
  readonly variant: string;
}

/** One experiment with what its runs gave. */
export interface Entry extends Place {
  readonly name: string;
  /** Test scores of the finished runs. */
  readonly runs: readonly { readonly seed: number; readonly scores: Scores }[];
  /** Epochs of every run, finished or not. */
  readonly courses: readonly { readonly seed: number; readonly epochs: readonly EpochScores[] }[];
  /** Numbers in all parameters; null where no run is finished. */
  readonly parameters: number | null;
  readonly published: PublishedRow | null;
  /** As published; null where nothing was. */
  readonly publishedParameters: number | null;
}

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

const variantOf = ({ model, name }: Experiment): string => {
  switch (model.name) {
    case 'nwm':
    case 'conv-lstm':
    case 'conv-gru':
    case 'conv-rnn':
      return model.readout;
    case 'cnn':
      return String(model.layers);
    case 'unet':
      return String(model.base);
    case 'program':
      return name.split('/').at(-1) ?? name;
  }
};

/** The place of an experiment by its settings, whatever its name. */
export const placeOf = (experiment: Experiment): Place => ({
  task: tasks[experiment.task.name] ?? experiment.name.split('/')[0],
  family: families[experiment.model.name] ?? experiment.model.name,
  variant: variantOf(experiment),
});

/** A place, with what else there is to say of it. */
interface NamedPlace extends Place {
  /** What it is called among all others. */
  readonly name: string;
  /** What tells it from those of its name; empty where it is alone. */
  readonly differs: string;
  /** Whether a person gave it a label. */
  readonly labelled: boolean;
}

/** A label stands where a person gave one; experiments of the same place are told apart by what differs between them. */
export const distinctPlaces = (places: readonly NamedPlace[]): readonly Place[] => {
  const said = places.map(({ task, family, variant, differs, labelled }) => {
    const alike = places.filter(
      (other) => other.task === task && other.family === family && other.variant === variant,
    );
    const told = labelled || (alike.length > 1 && differs !== '');
    return { task, family, variant: told ? differs : variant };
  });
  // Experiments of several names may differ in the same words.
  return said.map((place, i) => ({
    ...place,
    variant:
      said.filter((other) => canonical(other) === canonical(place)).length > 1
        ? places[i].name
        : place.variant,
  }));
};
