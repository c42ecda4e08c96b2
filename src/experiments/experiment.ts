/** Experiments as values: what is learnt, by what, how, and from which seeds. Plain data, nothing more. */

import type * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { hashOf } from '../base/canonical.js';
import { choice, decodeWith, real, record, text, where, whole, withDefault } from '../base/codec.js';
import type { DrumheadError } from '../base/error.js';
import { taskCodec } from '../data/task.js';
import { modelCodec } from '../models/catalogue.js';

/** The reference's training: what stands where an experiment says nothing. */
const published = {
  optimiser: 'adam' as const,
  rate: 1e-3,
  schedule: 'constant' as const,
  weightDecay: 0.01,
  batch: 64,
  epochs: 300,
};

/** How the weights are found. */
export const trainingCodec = record('training', {
  optimiser: withDefault(choice('adam', 'adamw'), published.optimiser),
  /** Learning rate, at its highest. */
  rate: withDefault(real(0, 1), published.rate),
  /** `cosine` falls from `rate` to 0 over all steps, `warm-cosine` after it rose to it over the first tenth; `constant` stays. */
  schedule: withDefault(choice('constant', 'cosine', 'warm-cosine'), published.schedule),
  /** Decoupled weight decay, for adamw. */
  weightDecay: withDefault(real(0, 1), published.weightDecay),
  /** Images a step; a last partial batch of an epoch is dropped. */
  batch: withDefault(whole(1, 65_536), published.batch),
  epochs: withDefault(whole(1, 1_000_000), published.epochs),
});
export type Training = t.TypeOf<typeof trainingCodec>;

const seeds = where(t.readonlyArray(whole(0, 2 ** 32 - 1)), (list) =>
  list.length === 0
    ? 'at least one seed is needed'
    : new Set(list).size < list.length
      ? 'a seed is listed twice'
      : undefined,
);

/** The name of an experiment or a sweep: parts that can be folders, none of which leads out of the one above it. */
export const experimentName = where(text, (name) =>
  /^[a-z0-9][a-z0-9_.-]*(\/[a-z0-9][a-z0-9_.-]*)*$/i.test(name)
    ? undefined
    : "a name has letters, digits, '_', '-', '.' and '/' between parts",
);

export const experimentCodec = record('experiment', {
  /** `task/model`, where its runs are kept under. */
  name: experimentName,
  task: taskCodec,
  model: modelCodec,
  training: withDefault(trainingCodec, published),
  seeds: withDefault(seeds, [0]),
});
export type Experiment = t.TypeOf<typeof experimentCodec>;

/**
 * An experiment read from outside.
 *
 * **Errors** DecodeError with the path of every problem at once and the nearest valid names.
 */
export const decodeExperiment = (
  value: unknown,
  source = 'experiment',
): E.Either<DrumheadError, Experiment> => decodeWith(experimentCodec, source)(value);

/**
 * The identity of one run: what shapes its result (task, program, training), its seed and its engine. Names do not
 * enter.
 */
export const identityOf = (
  { task, training }: Pick<Experiment, 'task' | 'training'>,
  programHash: string,
  seed: number,
  engine: string,
): string => pipe({ task, training, program: programHash, seed, engine }, hashOf);

/** The experiment with some of its training settings changed. */
export const withTraining = (experiment: Experiment, changes: Partial<Training>): Experiment => ({
  ...experiment,
  training: { ...experiment.training, ...changes },
});
