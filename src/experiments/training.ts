/** Settings of the training. */

import * as t from 'io-ts';
import { choice, real, record, where, whole, withDefault } from '../base/codec.js';

/** The reference's training: the default values. */
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
  value > 0 ? null : 'it must be more than 0; null turns it off',
);

const orNull = <A>(codec: t.Type<A, A, unknown>): t.Type<A | null, A | null, unknown> =>
  new t.Type<A | null, A | null, unknown>(
    codec.name,
    (u): u is A | null => u === null || codec.is(u),
    (u, context) => (u === null ? t.success(null) : codec.validate(u, context)),
    t.identity,
  );

/** The codec of training settings. */
export const trainingCodec = record('training', {
  optimiser: withDefault(choice('adam', 'adamw'), publishedTraining.optimiser),
  /** The highest learning rate. */
  rate: withDefault(real(0, 1), publishedTraining.rate),
  /**
   * `cosine` falls from `rate` to 0 over all steps; `warm-cosine` first rises to `rate` over a tenth of the steps;
   * `constant` stays.
   */
  schedule: withDefault(choice('constant', 'cosine', 'warm-cosine'), publishedTraining.schedule),
  /** Decoupled weight decay, for adamw. */
  weightDecay: withDefault(real(0, 1), publishedTraining.weightDecay),
  /** Images per step; a last partial batch of an epoch is dropped. */
  batch: withDefault(whole(1, 65_536), publishedTraining.batch),
  /** The largest number of epochs; `patience` may end the training earlier. */
  epochs: withDefault(whole(1, 1_000_000), publishedTraining.epochs),
  /** Ends the training after this many epochs without a better validation loss; null: never. */
  patience: withDefault(orNull(whole(1, 1_000_000)), publishedTraining.patience),
  /** The smallest decrease of the validation loss that counts as better, for `patience`. */
  tolerance: withDefault(real(0, 1e6), publishedTraining.tolerance),
  /** `patience` does not end the training before this many epochs. */
  minimumEpochs: withDefault(whole(0, 1_000_000), publishedTraining.minimumEpochs),
  /** The largest norm of the gradient of all parameters together; a longer gradient is scaled down. Null: no limit. */
  clip: withDefault(orNull(positive), publishedTraining.clip),
});
export type Training = t.TypeOf<typeof trainingCodec>;

/**
 * The training settings that determine results. Settings that were added after the first runs are left out if they have
 * no effect, so that those runs keep their identity.
 */
export const shapingTraining = ({ patience, tolerance, minimumEpochs, clip, ...always }: Training) => ({
  ...always,
  weightDecay: always.optimiser === 'adam' ? publishedTraining.weightDecay : always.weightDecay,
  ...(patience === null ? {} : { patience, tolerance, minimumEpochs }),
  ...(clip === null ? {} : { clip }),
});

/** A description in one line. */
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
