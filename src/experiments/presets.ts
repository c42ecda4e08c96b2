/** Presets: the same experiment at a size that a person has time for. */

import type { Draft } from './catalogue.js';

export const presets = ['quick', 'small', 'full'] as const;
export type Preset = (typeof presets)[number];

type Settings = Readonly<Record<string, unknown>>;

/** Grids at which the tasks are still the same tasks: the same things, fewer pixels. */
const smallTask: Readonly<Record<string, Settings>> = {
  tetrominoes: { size: 32, cell: 3 },
  mnist: { size: 28 },
  'multi-mnist': { size: 64, digitSize: 21 },
  polygons: { size: 40, minRadius: 7, maxRadius: 10 },
};

const smallModel: Readonly<Record<string, Settings>> = {
  nwm: { steps: 50 },
};

const quickImages: Settings = { train: 1024, validation: 64, test: 128 };

/**
 * Small batches at a high rate that falls to zero: the most learning that a few minutes on two cores give. Found by
 * trying: with 8 images a step, and half as many steps, one seed in three was still waiting to use
 * its waves; without a rise at the start one in three began by losing its way.
 */
const quickTraining: Settings = { batch: 4, rate: 3e-3, schedule: 'warm-cosine', epochs: 4 };

/** Multi-MNIST has four times the pixels, and its NWM eight times the channels: fewer images make up for it. */
const quickFor: Readonly<Record<string, Settings>> = {
  'multi-mnist': { train: 512, validation: 32, test: 64 },
};

/** The draft at a preset's size. What the preset does not name stays as it was written. */
export const resize = (preset: Preset, draft: Draft): Draft => {
  if (preset === 'full') return draft;
  const images =
    preset === 'quick'
      ? { ...quickImages, ...quickFor[draft.task.name] }
      : { train: 2000, validation: 200, test: 200 };
  const training = preset === 'quick' ? quickTraining : { batch: 16, epochs: 25 };
  return {
    task: { ...draft.task, ...smallTask[draft.task.name], ...images },
    model: { ...draft.model, ...smallModel[draft.model.name] },
    training: { ...draft.training, ...training },
    seeds: preset === 'quick' ? [0] : [0, 1, 2],
  };
};
