/** Random experiments: every generated task, every model, every training setting. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type DrumheadError, errorMessage } from '../../base/error.js';
import { fault } from '../../compile/reference/fault.js';
import { conv, program, relu } from '../../dsl/index.js';
import { decodeExperiment, type Experiment, outputNames, scoreNames } from '../../experiments/experiment.js';
import { modelArbitrary } from './model.js';

/** Plain objects, as JSON.parse makes them. */
const record = <A>(fields: { [K in keyof A]: fc.Arbitrary<A[K]> }): fc.Arbitrary<A> =>
  fc.record(fields, { noNullPrototype: true });

const count = fc.integer({ min: 1, max: 5000 });
const images = { train: count, validation: count, test: count, seed: fc.nat(99) };

const anyTask = fc.oneof(
  record({ name: fc.constant('tetrominoes'), size: fc.integer({ min: 32, max: 64 }), ...images }),
  record({ name: fc.constant('mnist'), size: fc.integer({ min: 7, max: 64 }), ...images }),
  record({ name: fc.constant('polygons'), ...images }),
  record({ name: fc.constant('png'), folder: fc.constantFrom('a', 'b/c') }),
);

const anyTraining = record({
  optimiser: fc.constantFrom('adam', 'adamw'),
  rate: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  schedule: fc.constantFrom('constant', 'cosine', 'warm-cosine'),
  batch: fc.integer({ min: 1, max: 128 }),
  epochs: fc.integer({ min: 1, max: 400 }),
  patience: fc.option(fc.integer({ min: 1, max: 50 })),
  tolerance: fc.double({ min: 0, max: 1, noNaN: true }),
  minimumEpochs: fc.nat(100),
  clip: fc.option(fc.double({ min: 0.1, max: 10, noNaN: true })),
});

const weights = fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { maxLength: 3 });

const anyLoss = fc.oneof(
  fc.constantFrom('cross-entropy', 'focal', 'dice'),
  record({ name: fc.constant('cross-entropy'), weights, target: fc.constantFrom('pixel', 'image') }),
  record({ name: fc.constant('focal'), weights, gamma: fc.double({ min: 0, max: 9, noNaN: true }) }),
  record({ name: fc.constant('dice'), smoothing: fc.double({ min: 0.1, max: 9, noNaN: true }) }),
);

/** One of a few whole programs. */
const anyProgram = fc
  .integer({ min: 1, max: 3 })
  .map((width) =>
    program({ image: [8, 8, 3] }, ({ image }) => ({ logits: pipe(image, conv(width), relu, conv(2)) })),
  );

/**
 * Random experiments as a person writes them, with some settings left out: plain data, which prints as code.
 *
 * @example
 * fc.assert(fc.property(draftArbitrary, (draft) => E.isRight(decodeExperiment(draft))), { numRuns: 20 });
 */
export const draftArbitrary = fc.record(
  {
    name: fc.constantFrom('a', 'some/thing', 'x-1/y_2.z'),
    task: anyTask,
    model: fc.oneof({ weight: 5, arbitrary: modelArbitrary }, { weight: 1, arbitrary: anyProgram }),
    loss: anyLoss,
    training: anyTraining,
    scores: fc.subarray([...scoreNames]),
    outputs: fc.subarray([...outputNames]),
    seeds: fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 4 }),
  },
  { noNullPrototype: true, requiredKeys: ['name', 'task', 'model'] },
);

/**
 * Random complete experiments: drafts with omitted settings filled in.
 *
 * @example
 * fc.assert(fc.property(experimentArbitrary, (e) => E.isRight(decodeExperiment(e))), { numRuns: 20 });
 */
export const experimentArbitrary: fc.Arbitrary<Experiment> = draftArbitrary.map((draft) =>
  E.getOrElseW((error: DrumheadError) => fault(errorMessage(error)))(decodeExperiment(draft)),
);
