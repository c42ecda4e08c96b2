/** Arbitrary experiments: every task that is made here, every model, every setting of the training. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { decodeExperiment, type Experiment } from '../../src/experiments/experiment.js';
import { anyModel } from '../models/any-model.js';

const count = fc.integer({ min: 1, max: 5000 });
const images = { train: count, validation: count, test: count, seed: fc.nat(99) };

const anyTask = fc.oneof(
  fc.record({ name: fc.constant('tetrominoes'), size: fc.integer({ min: 32, max: 64 }), ...images }),
  fc.record({ name: fc.constant('mnist'), size: fc.integer({ min: 7, max: 64 }), ...images }),
  fc.record({ name: fc.constant('polygons'), ...images }),
  fc.record({ name: fc.constant('png'), folder: fc.constantFrom('a', 'b/c') }),
);

const anyTraining = fc.record({
  optimiser: fc.constantFrom('adam', 'adamw'),
  rate: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  schedule: fc.constantFrom('constant', 'cosine', 'warm-cosine'),
  batch: fc.integer({ min: 1, max: 128 }),
  epochs: fc.integer({ min: 1, max: 400 }),
});

/** Experiments as a person writes them, some things left out. */
export const anyDraft = fc.record(
  {
    name: fc.constantFrom('a', 'some/thing', 'x-1/y_2.z'),
    task: anyTask,
    model: anyModel,
    training: anyTraining,
    seeds: fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 4 }),
  },
  { requiredKeys: ['name', 'task', 'model'] },
);

/** The experiments that they mean. */
export const anyExperiment: fc.Arbitrary<Experiment> = anyDraft.map((draft) =>
  E.getOrElseW((error) => {
    throw new Error(JSON.stringify(error));
  })(decodeExperiment(draft)),
);
