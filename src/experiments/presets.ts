/** Presets: the same experiment at a size that a person has time for. */

import type { Task } from '../data/task.js';
import type { Experiment } from './experiment.js';
import type { Model } from './model.js';

export const presets = ['quick', 'small', 'full'] as const;
export type Preset = (typeof presets)[number];

interface Images {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

const quickImages: Images = { train: 1024, validation: 64, test: 128 };
const smallImages: Images = { train: 2000, validation: 200, test: 200 };

/**
 * Small batches at a high rate that falls to zero: the most learning that a few minutes on two cores give. Found by
 * trying: with 8 images a step, and half as many steps, one seed in three was still waiting to use
 * its waves; without a rise at the start one in three began by losing its way.
 */
const quickTraining = { batch: 4, rate: 3e-3, schedule: 'warm-cosine', epochs: 4 } as const;
const smallTraining = { batch: 16, epochs: 25 } as const;

/** Multi-MNIST has four times the pixels, and its NWM eight times the channels: fewer images make up for it. */
const quickMultiMnist: Images = { train: 512, validation: 32, test: 64 };

/** Grids at which the tasks are still the same tasks: the same things, fewer pixels. A person's own files stay. */
const smallerTask = (quick: boolean, task: Task): Task => {
  const images = quick ? quickImages : smallImages;
  switch (task.name) {
    case 'tetrominoes':
      return { ...task, ...images, size: 32, cell: 3 };
    case 'mnist':
      return { ...task, ...images, size: 28 };
    case 'multi-mnist':
      return { ...task, ...(quick ? quickMultiMnist : images), size: 64, digitSize: 21 };
    case 'polygons':
      return { ...task, ...images, size: 40, minRadius: 7, maxRadius: 10 };
    case 'npy':
    case 'png':
      return task;
  }
};

/** A whole program has its sizes; it stays. */
const smallerModel = (model: Model): Model => (model.name === 'nwm' ? { ...model, steps: 50 } : model);

/**
 * The experiment at a preset's size: `full` leaves it as it is, `small` is overnight on a laptop, `quick` minutes.
 * Settings that a preset does not name stay as they were written.
 *
 * **Laws** smaller(p)(smaller(p)(e)) = smaller(p)(e); smaller('full')(e) = e.
 */
export const smaller =
  (preset: Preset) =>
  (experiment: Experiment): Experiment => {
    if (preset === 'full') return experiment;
    const quick = preset === 'quick';
    return {
      ...experiment,
      task: smallerTask(quick, experiment.task),
      model: smallerModel(experiment.model),
      training: { ...experiment.training, ...(quick ? quickTraining : smallTraining) },
      seeds: quick ? [0] : [0, 1, 2],
    };
  };
