/**
 * Forecasting waves: a pulse runs through a medium with obstacles; the answer is the later frames, given the first
 * frames and the obstacles.
 *
 * The medium is simulated here: u'' = c^2 Laplacian(u) on a grid by leapfrog in float64, u = 0 at obstacles and beyond the
 * walls. With dt c = 1/2 a site a step it is stable (the limit is 1 / sqrt(2)), and keeps its discrete energy.
 */

import * as t from 'io-ts';
import { record, whole, withDefault } from '../../base/codec.js';
import { type Random, stream } from '../../base/random.js';
import type { ArrayRecipe } from './array-recipe.js';
import { countsOf, describeSamples } from './counts.js';

/**
 * - `size`: sites a side; `obstacles`: the largest number of discs, drawn uniformly from 0, of radius 1 to size / 8.
 * - `past`: frames that are given; `future`: frames to predict; `every`: steps from one frame to the next; a wave moves
 *   half a site a step.
 * - `pulses`: the largest number of pulses, drawn uniformly from 1.
 * - `train`, `validation`, `test`: numbers of films; `seed`: which ones.
 */
export type WaveForecastTask = t.TypeOf<typeof waveForecastTask>;

export const waveForecastTask = record('wave-forecast', {
  name: t.literal('wave-forecast'),
  size: withDefault(whole(8, 256), 32),
  obstacles: withDefault(whole(0, 64), 4),
  pulses: withDefault(whole(1, 16), 2),
  past: withDefault(whole(1, 1_000), 4),
  future: withDefault(whole(1, 1_000), 8),
  every: withDefault(whole(1, 1_000), 2),
  ...countsOf(1_000, 100, 200),
});

/**
 * The arrays: `past` [past, size, size, 1] and `future` [future, size, size, 1], displacements; `medium` [size, size, 1], 0 at
 * obstacles and 1 elsewhere; `difficulty`, the number of obstacles.
 */
export const waveForecastForms = ({ size, past, future }: WaveForecastTask): ArrayRecipe['forms'] => ({
  past: { shape: [past, size, size, 1], integer: false, plane: 1 },
  medium: { shape: [size, size, 1], integer: true, plane: 0 },
  future: { shape: [future, size, size, 1], integer: false, plane: 1 },
  difficulty: { shape: [], integer: true, aside: true },
});

/** dt c, the distance that a wave travels in a step, in sites. */
const courant = 0.5;

/** A medium: 0 at obstacles, 1 elsewhere. */
const drawMedium = (random: Random, size: number, obstacles: number): Uint8Array => {
  const medium = new Uint8Array(size * size).fill(1);
  for (let k = 0; k < obstacles; k++) {
    const radius = 1 + random.uniform() * (size / 8 - 1);
    const [row, column] = [random.uniform() * size, random.uniform() * size];
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) if (Math.hypot(i - row, j - column) <= radius) medium[i * size + j] = 0;
  }
  return medium;
};

/** Pulses at rest: Gaussians of height 1 and -1, 0 at obstacles. */
const drawPulses = (random: Random, size: number, medium: Uint8Array, pulses: number): Float64Array => {
  const u = new Float64Array(size * size);
  for (let k = 0; k < pulses; k++) {
    const [row, column] = [random.uniform() * size, random.uniform() * size];
    const width = 1.5 + random.uniform() * (size / 12);
    const height = random.integer(2) === 0 ? 1 : -1;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const far = ((i - row) ** 2 + (j - column) ** 2) / (2 * width ** 2);
        u[i * size + j] += medium[i * size + j] * height * Math.exp(-far);
      }
  }
  return u;
};

/** The next state of u'' = c^2 Laplacian(u), from this one and the one before it. */
export const leap = (
  size: number,
  medium: Uint8Array,
  now: Float64Array,
  before: Float64Array,
): Float64Array => {
  const next = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const at = i * size + j;
      if (medium[at] === 0) continue;
      const around =
        (i > 0 ? now[at - size] : 0) +
        (i < size - 1 ? now[at + size] : 0) +
        (j > 0 ? now[at - 1] : 0) +
        (j < size - 1 ? now[at + 1] : 0);
      next[at] = 2 * now[at] - before[at] + courant ** 2 * (around - 4 * now[at]);
    }
  return next;
};

/** The task as a rule for every sample. */
export const waveForecast = (task: WaveForecastTask): ArrayRecipe => ({
  forms: waveForecastForms(task),
  counts: task,
  sample: (split, index) => {
    const { size, past, future, every } = task;
    const random = stream(task.seed, 'wave-forecast', split, index);
    const obstacles = random.integer(task.obstacles + 1);
    const medium = drawMedium(random, size, obstacles);
    let now = drawPulses(random, size, medium, 1 + random.integer(task.pulses));
    // A wave that starts at rest is the same one step before and one step after, so the first leap is halved.
    const after = leap(size, medium, now, new Float64Array(size * size));
    let before: Float64Array = after.map((value) => value / 2);
    const frames = new Float32Array((past + future) * size * size);
    for (let frame = 0; frame < past + future; frame++) {
      frames.set(now, frame * size * size);
      for (let step = 0; step < every; step++) [now, before] = [leap(size, medium, now, before), now];
    }
    return {
      past: frames.subarray(0, past * size * size),
      medium,
      future: frames.subarray(past * size * size),
      difficulty: [obstacles],
    };
  },
});

export const describeWaveForecast = (task: WaveForecastTask): string =>
  `waves among up to ${task.obstacles} obstacles on ${task.size}x${task.size}, ${task.past} frames seen and ${task.future} asked; ` +
  `${describeSamples(task)}, seed ${task.seed}`;
