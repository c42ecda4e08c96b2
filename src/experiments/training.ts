/** How the weights are found. */

import * as t from 'io-ts';
import { choice, real, record, where, whole, withDefault } from '../base/codec.js';

/** The reference's training: what stands where an experiment says nothing. */
export const publishedTraining = {
  optimiser: 'adam' as const,
  rate: 1e-3,
  schedule: 'constant' as const,
  weightDecay: 0.01,
  batch: 64,
  epochs: 300,
  patience: null,
  tolerance: 1e-3,
  minimumEpochs: 0,
  clip: null,
};

const positive = where(real(0, Number.MAX_VALUE), (value) =>
  value > 0 ? undefined : 'it must be more than 0; null turns it off',
);

const orNull = <A>(codec: t.Type<A, A, unknown>): t.Type<A | null, A | null, unknown> =>
  new t.Type<A | null, A | null, unknown>(
    codec.name,
    (u): u is A | null => u === null || codec.is(u),
    (u, context) => (u === null ? t.success(null) : codec.validate(u, context)),
    t.identity,
  );

/** How the weights are found. */
export const trainingCodec = record('training', {
  optimiser: withDefault(choice('adam', 'adamw'), publishedTraining.optimiser),
  /** Learning rate, at its highest. */
  rate: withDefault(real(0, 1), publishedTraining.rate),
  /** `cosine` falls from `rate` to 0 over all steps, `warm-cosine` after it rose to it over the first tenth; `constant` stays. */
  schedule: withDefault(choice('constant', 'cosine', 'warm-cosine'), publishedTraining.schedule),
  /** Decoupled weight decay, for adamw. */
  weightDecay: withDefault(real(0, 1), publishedTraining.weightDecay),
  /** Images a step; a last partial batch of an epoch is dropped. */
  batch: withDefault(whole(1, 65_536), publishedTraining.batch),
  /** At most; `patience` may end it before. */
  epochs: withDefault(whole(1, 1_000_000), publishedTraining.epochs),
  /** Ends the training after so many epochs without a better validation loss; null never does. */
  patience: withDefault(orNull(whole(1, 1_000_000)), publishedTraining.patience),
  /** How much lower a validation loss must be to count as better, for `patience`. */
  tolerance: withDefault(real(0, 1e6), publishedTraining.tolerance),
  /** Epochs before which `patience` does not end the training. */
  minimumEpochs: withDefault(whole(0, 1_000_000), publishedTraining.minimumEpochs),
  /** The largest length of the gradient of all parameters together; a longer one is shortened to it. Null: any. */
  clip: withDefault(orNull(positive), publishedTraining.clip),
});
export type Training = t.TypeOf<typeof trainingCodec>;

/**
 * What of the training shapes the result. Settings that came to be later than the first runs are left out where they
 * do nothing, so that those runs keep their identity.
 */
export const shapingTraining = ({ patience, tolerance, minimumEpochs, clip, ...always }: Training) => ({
  ...always,
  weightDecay: always.optimiser === 'adam' ? publishedTraining.weightDecay : always.weightDecay,
  ...(patience === null ? {} : { patience, tolerance, minimumEpochs }),
  ...(clip === null ? {} : { clip }),
});

/** One line for people. */
export const describeTraining = (training: Training): string => {
  const { optimiser, rate, schedule, batch, epochs, patience, tolerance, minimumEpochs, clip } = training;
  return [
    `${optimiser} at ${rate} (${schedule})`,
    `batch ${batch}`,
    `${epochs} epochs`,
    ...(patience === null
      ? []
      : [
          `stops early, from epoch ${minimumEpochs} on, once the validation loss has not become better` +
            `${tolerance === 0 ? '' : ` by more than ${tolerance}`} for ${patience} ${patience === 1 ? 'epoch' : 'epochs'}`,
        ]),
    ...(clip === null ? [] : [`gradients clipped at ${clip}`]),
  ].join(', ');
};
