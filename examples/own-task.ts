/** A task of one's own: pulses run along a ring of noisy sensors, and coupled oscillators tell their speed. */

import * as drumhead from 'drumhead';
import type { Generate } from 'drumhead/experiments';
import { cornnLayer } from 'drumhead/networks';

const { at, dense, program, reshape } = drumhead;
const [steps, sites] = [24, 12];

/** A sample is made from its own random stream alone: the same number gives the same pulse, in whatever order they are made. */
const generate: Generate = (random, _index, { settings }) => {
  const [speed, begin] = [0.2 + 0.6 * random.uniform(), sites * random.uniform()];
  const sequence = Array.from({ length: steps }, (_, step) =>
    Array.from({ length: sites }, (_, site) => {
      const off = (((site - begin - speed * step) % sites) + sites) % sites;
      return Math.exp(-(Math.min(off, sites - off) ** 2)) + Number(settings.noise) * random.normal();
    }),
  );
  return { sequence, speed };
};

export default {
  name: 'examples/own-task',
  task: { generate, train: 512, validation: 64, test: 128, settings: { noise: 0.1 } },
  model: program({ sequence: [steps, sites] }, ({ sequence }) => {
    const { y } = cornnLayer({ units: 32, dt: 0.3, gamma: 1, epsilon: 0.5 })(sequence);
    return { prediction: reshape()(dense(1, { name: 'readout' })(at(y, -1))) };
  }),
  loss: { name: 'mean-squared' },
  augment: { noise: 0.05 },
  training: { batch: 16, rate: 0.01, epochs: 12, clip: 1 },
} satisfies drumhead.ExperimentDraft;
