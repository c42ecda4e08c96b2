/** Presets: the same experiment at a smaller size. */

import type { Task } from '../../data/task.js';
import type { Experiment } from '../experiment.js';
import type { Model } from '../model.js';
import type { Training } from '../training/training.js';

export const presets = ['quick', 'small', 'full'] as const;
export type Preset = (typeof presets)[number];

interface Images {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** What a preset changes besides the task: the training, and the sizes of waves and readout. */
interface Size {
  readonly training: Partial<Training>;
  /** Settings of the NWM. */
  readonly waves: { readonly steps: number; readonly dt?: number };
  /** The largest width of a layer at each pixel. */
  readonly width: number;
}

const smallImages: Images = { train: 2000, validation: 200, test: 200 };
const smallTraining = { batch: 16, epochs: 25 } as const;

/**
 * The publication's own rate leaves networks on the first plateau for most of so short a training. One that starts
 * higher and falls to zero does not.
 */
const smallPublished = { batch: 8, rate: 3e-3, schedule: 'warm-cosine', clip: 1 } as const;

/**
 * Settings of `small` for each task. Waves cross an object in time, as in the publication. Layers at each pixel have
 * half their width, which buys three times as many steps.
 */
const smallOf = (task: Task): Size => {
  switch (task.name) {
    case 'tetrominoes':
      return { training: { ...smallPublished, epochs: 20 }, waves: { steps: 50, dt: 0.2 }, width: 128 };
    case 'mnist':
      return {
        training: { ...smallPublished, batch: 16, epochs: 15 },
        waves: { steps: 40, dt: 0.3 },
        width: 128,
      };
    case 'multi-mnist':
      return { training: { ...smallPublished, epochs: 12 }, waves: { steps: 40, dt: 0.3 }, width: 128 };
    default:
      return { training: smallTraining, waves: { steps: 50 }, width: 256 };
  }
};

/** A CNN stays on its plateau at the rate of the waves; a U-Net, at a lower one. */
const smallWithoutWaves = (task: Task, model: Model): Partial<Training> => {
  const isPublished = task.name === 'tetrominoes' || task.name === 'mnist' || task.name === 'multi-mnist';
  if (!isPublished) return {};
  if (model.name === 'cnn') return { rate: 1e-3 };
  return model.name === 'unet' ? { rate: 1e-2 } : {};
};

/**
 * Small batches at a high rate that falls to zero learn most in a few minutes on two cores. Without warm-up, one seed
 * in three started badly.
 */
const quickTraining = { batch: 4, rate: 3e-3, schedule: 'warm-cosine', epochs: 4 } as const;

/**
 * Settings found by experiments, for each task.
 *
 * Waves initially travel one cell per unit of time. A class depends on the whole object, so waves need time to cross
 * it; with fewer steps, runs need longer before they use the waves. A batch should contain several objects of each
 * class: with four digits per batch nothing is learned.
 */
const quickOf = (task: Task): Size => {
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
    default:
      return { training: {}, waves: { steps: 50 }, width: 256 };
  }
};

/**
 * Training for models without waves. A CNN of four layers or fewer does not see a whole object in any case; at this
 * size the LSTM still predicts background everywhere.
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

/** At most as many images as before. */
const fewer = (task: Images, most: Images): Images => ({
  train: Math.min(task.train, most.train),
  validation: Math.min(task.validation, most.validation),
  test: Math.min(task.test, most.test),
});

/** A smaller grid with objects of suitable size; a grid that is already as small stays. */
const smallerGrid = <G extends { readonly size: number }>(own: { readonly size: number }, grid: G) =>
  own.size > grid.size ? grid : {};

/**
 * Smaller grids for the same tasks: the same objects, fewer pixels. The user's own files stay.
 *
 * Objects stay larger than what a CNN of eight layers sees, or it needs no waves: pieces of 16 pixels on a grid of 40
 * have the proportions of the publication. Digits differ more than pieces, so more of them are needed.
 */
const smallTask = (task: Task): Task => {
  if ('folder' in task) return task;
  switch (task.name) {
    case 'tetrominoes':
      return { ...task, ...fewer(task, smallImages), ...smallerGrid(task, { size: 40, cell: 4 }) };
    case 'mnist':
      return { ...task, ...fewer(task, { ...smallImages, train: 6000 }), ...smallerGrid(task, { size: 28 }) };
    case 'multi-mnist':
      return {
        ...task,
        ...fewer(task, { ...smallImages, train: 4000 }),
        ...smallerGrid(task, { size: 48, digitSize: 16 }),
      };
    case 'polygons':
      return {
        ...task,
        ...fewer(task, smallImages),
        ...smallerGrid(task, { size: 40, minRadius: 7, maxRadius: 10 }),
      };
    default:
      return { ...task, ...fewer(task, smallImages) };
  }
};

/**
 * Tasks that are learned in minutes; polygons of the three kinds that can be distinguished at this
 * resolution.
 */
const quickTask = (task: Task): Task => {
  if ('folder' in task) return task;
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
    default:
      return { ...task, ...fewer(task, { train: 2048, validation: 64, test: 128 }) };
  }
};

/**
 * Layers at each pixel take nearly all the time. With a quarter or half of their width, several times as many training
 * steps fit into the same minutes, which matters more.
 */
const smallerModel = (model: Model, { waves, width }: Size): Model => {
  const narrow = (hidden: readonly number[]): readonly number[] => hidden.map((w) => Math.min(w, width));
  switch (model.name) {
    case 'program':
    case 'unet':
      return model;
    case 'nwm':
      // If the waves are already as short, the time step stays.
      return { ...model, ...(model.steps > waves.steps ? waves : {}), hidden: narrow(model.hidden) };
    case 'conv-lstm':
    case 'conv-gru':
    case 'conv-rnn':
      return { ...model, hidden: narrow(model.hidden) };
    case 'cnn':
      return { ...model, hidden: narrow(model.hidden) };
  }
};

/** A preset's training, with at most as many epochs and as large a batch as before. */
const shorter = (own: Training, preset: Partial<Training>): Training => ({
  ...own,
  ...preset,
  epochs: Math.min(own.epochs, preset.epochs ?? own.epochs),
  batch: Math.min(own.batch, preset.batch ?? own.batch),
});

/**
 * The experiment at a preset's size: `full` leaves it as it is, `small` takes minutes to a quarter of an hour a run, `quick` takes
 * minutes. Nothing becomes larger: for sizes, images, steps, epochs and seeds the smaller of both values is taken.
 * Other settings stay.
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
      case 'small': {
        const small = smallOf(task);
        return {
          ...experiment,
          task: smallTask(task),
          model: smallerModel(model, small),
          // Only the author of a program knows its rate.
          training: shorter(
            training,
            model.name === 'program'
              ? smallTraining
              : { ...small.training, ...smallWithoutWaves(task, model) },
          ),
          seeds: experiment.seeds.slice(0, 3),
        };
      }
      case 'quick': {
        const quick = quickOf(task);
        return {
          ...experiment,
          task: quickTask(task),
          model: smallerModel(model, quick),
          // Only the author of a program knows its rate.
          training: shorter(
            training,
            model.name === 'program'
              ? { epochs: quickTraining.epochs, batch: training.batch }
              : { ...quickTraining, ...quick.training, ...withoutWaves(model) },
          ),
          seeds: experiment.seeds.slice(0, 1),
        };
      }
    }
  };
