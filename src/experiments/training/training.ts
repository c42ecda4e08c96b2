/** Settings of the training. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { real, record, text, where, whole, withDefault } from '../../base/codec.js';
import { chiefWords } from '../scores/measures.js';
import {
  describeOptimiser,
  type Group,
  groupsCodec,
  type Optimiser,
  type OptimiserName,
  optimiserCodec,
  wholeOptimiser,
} from './optimisers.js';
import { describeSchedule, type Schedule, scheduleCodec } from './schedule.js';

/** The reference's training: the default values. */
export const publishedTraining = {
  optimiser: 'adam' as OptimiserName | Optimiser,
  rate: 1e-3,
  schedule: 'constant' as Schedule,
  weightDecay: 0.01,
  batch: 64,
  epochs: 300,
  patience: null,
  tolerance: 1e-3,
  minimumEpochs: 0,
  clip: null,
  groups: [] as readonly Group[],
  average: null,
  accumulate: 1,
  best: 'loss',
};

const positive = where(real(0, Number.MAX_VALUE), (value) =>
  value > 0 ? null : 'it must be more than 0; null turns it off',
);

const averageShare = where(real(0, 1), (share) =>
  share > 0 && share < 1 ? null : 'it must be between 0 and 1',
);

const orNull = <A>(codec: t.Type<A, A, unknown>): t.Type<A | null, A | null, unknown> =>
  new t.Type<A | null, A | null, unknown>(
    codec.name,
    (u): u is A | null => u === null || codec.is(u),
    (u, context) => (u === null ? t.success(null) : codec.validate(u, context)),
    t.identity,
  );

/** A limit of gradients: on their joint norm, or on the size of each value. */
export type Clip = number | { readonly value: number };

const clipByValue: t.Type<{ readonly value: number }, { readonly value: number }, unknown> = record('clip', {
  value: positive,
});

/** A number, or `{ norm }`, limits the norm of all gradients together; `{ value }` limits each number. */
const clipCodec: t.Type<Clip, Clip, unknown> = new t.Type<Clip, Clip, unknown>(
  'clip',
  (u): u is Clip => positive.is(u) || clipByValue.is(u),
  (u, context): t.Validation<Clip> =>
    t.UnknownRecord.is(u)
      ? 'norm' in u
        ? pipe(
            record('clip', { norm: positive }).validate(u, context),
            E.map(({ norm }): Clip => norm),
          )
        : clipByValue.validate(u, context)
      : positive.validate(u, context),
  t.identity,
);

/** The codec of training settings. */
export const trainingCodec = record('training', {
  /** `adam`, `adamw`, `sgd`, or a record with settings: `{ name: sgd, momentum: 0.9, nesterov: true }`. */
  optimiser: withDefault(optimiserCodec, publishedTraining.optimiser),
  /** The highest learning rate. */
  rate: withDefault(real(0, 1), publishedTraining.rate),
  /**
   * `cosine` falls from `rate` to 0 over all steps; `warm-cosine` first rises to `rate` over a tenth of the steps;
   * `constant` stays. A list of points `{ at, rate, by }`: after the share `at` of the training the rate is `rate` times
   * `training.rate`, reached `linear`, along half a `cosine`, or in one `step`.
   */
  schedule: withDefault(scheduleCodec, publishedTraining.schedule),
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
  /**
   * The largest norm of the gradient of all parameters together; a longer gradient is scaled down. `{ value }` limits each
   * number instead. Null: no limit.
   */
  clip: withDefault<Clip | null>(orNull(clipCodec), publishedTraining.clip),
  /**
   * Groups of parameters with their own rate and decay: `{ match, rate, decay, frozen }`; the first that
   * matches counts.
   */
  groups: withDefault(groupsCodec, publishedTraining.groups),
  /**
   * Scores are those of averaged weights: after each step the average keeps this share of itself and takes the rest from the
   * weights. Null: those of the weights.
   */
  average: withDefault<number | null>(orNull(averageShare), publishedTraining.average),
  /**
   * The number of batches whose gradients make one step: the effect of a batch so many times larger, in the
   * memory of one.
   */
  accumulate: withDefault(whole(1, 65_536), publishedTraining.accumulate),
  /** The score on validation by which the best weights are kept and patience waits; `loss`: the loss that is trained for. */
  best: withDefault(text, publishedTraining.best),
});
export type Training = t.TypeOf<typeof trainingCodec>;

/**
 * The training settings that determine results. Settings that were added after the first runs are left out if they have
 * no effect, so that those runs keep their identity.
 */
export const shapingTraining = ({
  patience,
  tolerance,
  minimumEpochs,
  clip,
  groups,
  average,
  accumulate,
  best,
  ...always
}: Training) => ({
  ...always,
  weightDecay:
    wholeOptimiser(always.optimiser).name === 'adamw' ? always.weightDecay : publishedTraining.weightDecay,
  ...(patience === null ? {} : { patience, tolerance, minimumEpochs }),
  ...(clip === null ? {} : { clip }),
  ...(groups.length === 0 ? {} : { groups }),
  ...(average === null ? {} : { average }),
  ...(accumulate === 1 ? {} : { accumulate }),
  ...(best === 'loss' ? {} : { best }),
});

/** A description in one line. */
export const describeTraining = (training: Training): string => {
  const { optimiser, rate, schedule, batch, epochs, patience, tolerance, minimumEpochs, clip } = training;
  const { groups, average, accumulate, best } = training;
  const watched = `validation ${chiefWords({ name: best })}`;
  return [
    `${describeOptimiser(optimiser)} at ${rate} (${describeSchedule(schedule)})`,
    accumulate === 1 ? `batch ${batch}` : `batch ${accumulate} x ${batch}`,
    `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    ...(patience === null
      ? []
      : [
          `stops early, from epoch ${minimumEpochs} on, once the ${watched} has not become better` +
            `${tolerance === 0 ? '' : ` by more than ${tolerance}`} for ${patience} ${patience === 1 ? 'epoch' : 'epochs'}`,
        ]),
    ...(clip === null
      ? []
      : [
          typeof clip === 'number'
            ? `gradients clipped at ${clip}`
            : `each number of the gradients clipped at ${clip.value}`,
        ]),
    ...groups.map(({ match, rate: factor, decay, frozen }) =>
      [
        match,
        ...(frozen === true ? ['frozen'] : []),
        ...(factor === undefined ? [] : [`at ${factor} of the rate`]),
        ...(decay === undefined ? [] : [`with decay ${decay}`]),
      ].join(' '),
    ),
    ...(average === null ? [] : [`scored by weights averaged with ${average}`]),
    ...(best === 'loss' ? [] : [`keeps the weights that are best by ${chiefWords({ name: best })}`]),
  ].join(', ');
};
