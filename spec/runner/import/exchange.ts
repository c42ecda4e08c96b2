/** What the specs of exports and imports share: small programs, a folder, and taking values out of their TaskEithers. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel, type ModelSpec } from '../../../src/models/catalogue.js';
import { type Trained, untrained } from '../../../src/runner/export/index.js';
import { right } from '../../support/either.js';

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'drumhead-exchange-'));

export const sizes = { height: 16, width: 16, channels: 3, classes: 4 } as const;

export const models: readonly ModelSpec[] = [
  { name: 'nwm', mid: 3, channels: 2, steps: 4, dt: 0.2, readout: 'linear', hidden: [5] },
  { name: 'conv-lstm', mid: 3, channels: 2, steps: 3, readout: 'fft', hidden: [5] },
  { name: 'conv-gru', mid: 3, channels: 2, steps: 3, readout: 'max', hidden: [] },
  { name: 'conv-rnn', mid: 2, channels: 1, steps: 3, readout: 'last', hidden: [4] },
  { name: 'cnn', mid: 3, channels: 2, layers: 3, features: 4, hidden: [5] },
  { name: 'unet', base: 2, momentum: 0.1, epsilon: 1e-5 },
];

export const trainedOf = (model: ModelSpec, seed = 1): Trained => ({
  ...untrained(right(buildModel(model, sizes)), null, seed),
  model,
});

/** Weights so large that not all pixels get the same class. */
export const lively = (trained: Trained): Trained => ({
  ...trained,
  parameters: Object.fromEntries(
    Object.entries(trained.parameters).map(([name, values]) => [
      name,
      values.map((v, i) => (name.startsWith('coupling') ? v : 4 * v + 0.3 * Math.sin(i))),
    ]),
  ),
});
