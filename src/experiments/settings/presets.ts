/** Presets: the same experiment at a size that a person has time for. */

import type { Task } from '../../data/task.js';
import type { Experiment } from '../experiment.js';
import type { Model } from '../model.js';
import type { Training } from '../training.js';

export const presets = ['quick', 'small', 'full'] as const;
export type Preset = (typeof presets)[number];

interface Images {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** What `quick` changes beside the task: how the weights are found, and the sizes of waves and readout. */
interface Quick {
  readonly training: Partial<Training>;
  /** Settings of the NWM. */
  readonly waves: { readonly steps: number; readonly dt?: number };
  /** The widest a layer at each pixel may be. */
  readonly width: number;
}

const smallImages: Images = { train: 2000, validation: 200, test: 200 };
const smallTraining = { batch: 16, epochs: 25 } as const;

/**
 * Few images a step at a high rate that falls to zero: the most learning that a few minutes on two cores give. Without
 * a rise at the start one seed in three began by losing its way.
 */
const quickTraining = { batch: 4, rate: 3e-3, schedule: 'warm-cosine', epochs: 4 } as const;

/**
 * Found by trying, task by task.
 *
 * Waves go one cell in a unit of time at first: a thing is told by all of it, so they need the time to cross it, and
 * with shorter waves seeds wait longer before they use them. A step should see several things of each class: with four
 * digits a step their classes are noise, and nothing is learned.
 */
const quickOf = (task: Task): Quick => {
  switch (task.name) {
    case 'tetrominoes':
      return { training: { clip: 1 }, waves: { steps: 40, dt: 0.2 }, width: 128 };
    case 'mnist':
      return {
        training: { batch: 32, rate: 5e-3, epochs: 8, clip: 1 },
        waves: { steps: 40, dt: 0.3 },
        width: 64,
      };
    case 'multi-mnist':
      return {
        training: { batch: 8, rate: 5e-3, epochs: 3, clip: 1 },
        waves: { steps: 40, dt: 0.3 },
        width: 64,
      };
    case 'polygons':
      return { training: { epochs: 6, clip: 1 }, waves: { steps: 80, dt: 0.25 }, width: 64 };
    case 'npy':
    case 'png':
      return { training: {}, waves: { steps: 50 }, width: 256 };
  }
};

/**
 * What suits models without waves instead. A CNN of four layers or fewer does not see a whole thing at any rate; at this
 * size the LSTM still answers background everywhere.
 */
const withoutWaves = (model: Model): Partial<Training> => {
  switch (model.name) {
    case 'conv-lstm':
    case 'conv-gru':
    case 'conv-rnn':
      return { rate: 1e-3 };
    case 'cnn':
      return { rate: 3e-3, epochs: 6 };
    case 'unet':
      return { batch: 8, rate: 1e-2, epochs: 8, clip: 1 };
    case 'nwm':
    case 'program':
      return {};
  }
};

/** No more images than there were. */
const fewer = (task: Images, most: Images): Images => ({
  train: Math.min(task.train, most.train),
  validation: Math.min(task.validation, most.validation),
  test: Math.min(task.test, most.test),
});

/** A smaller grid with things of a size that suits it; a grid that is as small already keeps its own. */
const smallerGrid = <G extends { readonly size: number }>(own: { readonly size: number }, grid: G) =>
  own.size > grid.size ? grid : {};

/** Grids at which the tasks are still the same tasks: the same things, fewer pixels. A person's own files stay. */
const smallTask = (task: Task): Task => {
  switch (task.name) {
    case 'tetrominoes':
      return { ...task, ...fewer(task, smallImages), ...smallerGrid(task, { size: 32, cell: 3 }) };
    case 'mnist':
      return { ...task, ...fewer(task, smallImages), ...smallerGrid(task, { size: 28 }) };
    case 'multi-mnist':
      return { ...task, ...fewer(task, smallImages), ...smallerGrid(task, { size: 64, digitSize: 21 }) };
    case 'polygons':
      return {
        ...task,
        ...fewer(task, smallImages),
        ...smallerGrid(task, { size: 40, minRadius: 7, maxRadius: 10 }),
      };
    case 'npy':
    case 'png':
      return task;
  }
};

/** Of polygons, the three kinds that can be told apart at so few pixels. */
const quickTask = (task: Task): Task => {
  switch (task.name) {
    case 'tetrominoes':
      return {
        ...task,
        ...fewer(task, { train: 2048, validation: 64, test: 128 }),
        ...smallerGrid(task, { size: 32, cell: 3 }),
      };
    case 'mnist':
      return {
        ...task,
        ...fewer(task, { train: 8192, validation: 256, test: 512 }),
        ...smallerGrid(task, { size: 16 }),
      };
    case 'multi-mnist':
      return {
        ...task,
        ...fewer(task, { train: 4096, validation: 64, test: 128 }),
        ...smallerGrid(task, { size: 32, digitSize: 12 }),
      };
    case 'polygons':
      return {
        ...task,
        ...fewer(task, { train: 4096, validation: 64, test: 128 }),
        ...smallerGrid(task, { size: 32, minRadius: 6, maxRadius: 9 }),
        sides: task.sides.length > 3 ? [3, 4, 6] : task.sides,
      };
    case 'npy':
    case 'png':
      return task;
  }
};

/** Half the time. A whole program has its sizes; it stays. */
const smallModel = (model: Model): Model =>
  model.name === 'nwm' ? { ...model, steps: Math.min(model.steps, 50) } : model;

/**
 * Layers at each pixel are where nearly all time goes: a quarter or half as wide they leave several times as many
 * steps for the same minutes, and these count for more.
 */
const quickModel = (model: Model, { waves, width }: Quick): Model => {
  const narrow = (hidden: readonly number[]): readonly number[] => hidden.map((w) => Math.min(w, width));
  switch (model.name) {
    case 'program':
    case 'unet':
      return model;
    case 'nwm':
      // Waves that are as short already keep their time step.
      return { ...model, ...(model.steps > waves.steps ? waves : {}), hidden: narrow(model.hidden) };
    case 'conv-lstm':
    case 'conv-gru':
    case 'conv-rnn':
      return { ...model, hidden: narrow(model.hidden) };
    case 'cnn':
      return { ...model, hidden: narrow(model.hidden) };
  }
};

/** A preset's training, with no more epochs and no larger a batch than there were. */
const shorter = (own: Training, preset: Partial<Training>): Training => ({
  ...own,
  ...preset,
  epochs: Math.min(own.epochs, preset.epochs ?? own.epochs),
  batch: Math.min(own.batch, preset.batch ?? own.batch),
});

/**
 * The experiment at a preset's size: `full` leaves it as it is, `small` is overnight on a laptop, `quick` minutes.
 * Nothing becomes larger: of sizes, images, steps, epochs and seeds the smaller of the two is taken. Settings that a
 * preset does not name stay as they were written.
 *
 * **Laws** smaller(p)(smaller(p)(e)) = smaller(p)(e); smaller('full')(e) = e.
 */
export const smaller =
  (preset: Preset) =>
  (experiment: Experiment): Experiment => {
    const { task, model, training } = experiment;
    switch (preset) {
      case 'full':
        return experiment;
      case 'small':
        return {
          ...experiment,
          task: smallTask(task),
          model: smallModel(model),
          training: shorter(training, smallTraining),
          seeds: experiment.seeds.slice(0, 3),
        };
      case 'quick': {
        const quick = quickOf(task);
        return {
          ...experiment,
          task: quickTask(task),
          model: quickModel(model, quick),
          training: shorter(training, { ...quickTraining, ...quick.training, ...withoutWaves(model) }),
          seeds: experiment.seeds.slice(0, 1),
        };
      }
    }
  };
