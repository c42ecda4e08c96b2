/** The training loop: from one state to the next, step by step, stoppable and resumable anywhere. */

import * as E from 'fp-ts/lib/Either.js';
import type { Diverged } from '../../base/error.js';
import { stream } from '../../base/random.js';
import type { MicroBatches } from '../../compile/micro-batches.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import { type Dataset, imagesOf } from '../../data/dataset.js';
import { labelsOf } from '../../data/targets.js';
import type { Training } from '../../experiments/experiment.js';
import { type LossSpec, publishedLoss } from '../../experiments/loss.js';
import { clipped } from './clip.js';
import { endsEarly } from './early-stop.js';
import { evaluateLoss, range } from './evaluate.js';
import { unfinite } from './finite.js';
import { adam, adamW, type OptimiserSettings, optimise } from './optimiser.js';
import { type EpochMetrics, type TrainState, validationLossOf } from './state.js';

/** The inputs of a training that stay the same. */
export interface TrainPlan {
  readonly training: Training;
  /** The loss; default the published one. */
  readonly loss?: LossSpec;
  readonly seed: number;
  readonly dataset: Dataset;
  readonly microBatches: MicroBatches;
  /** Images that are evaluated at once. */
  readonly evaluationBatch: number;
}

/** The callbacks of the training loop, and the signal that stops it. */
export interface TrainWatch {
  readonly step: (state: TrainState, loss: number) => void;
  readonly epoch: (metrics: EpochMetrics) => void;
  /** Saves a state, after each epoch and when stopped; false where that failed. */
  readonly keep: (state: TrainState) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Steps of an epoch: whole batches only. */
export const stepsPerEpoch = ({ dataset, training }: TrainPlan): number =>
  Math.floor(dataset.train.count / training.batch);

/** The learning rate of step `done` (from 0) of `total`. */
export const rateAt = ({ rate, schedule }: Training, done: number, total: number): number => {
  const fallen = (rate * (1 + Math.cos((Math.PI * done) / total))) / 2;
  switch (schedule) {
    case 'constant':
      return rate;
    case 'cosine':
      return fallen;
    case 'warm-cosine':
      // Adam's first steps at a high rate can ruin a network, since its moments are still unknown.
      return fallen * Math.min(1, (done + 1) / Math.ceil(total / 10));
  }
};

const optimiserOf = ({ optimiser, weightDecay }: Training, learningRate: number): OptimiserSettings =>
  optimiser === 'adam' ? { ...adam, learningRate } : { ...adamW, learningRate, weightDecay };

/** The order of the training images in an epoch: depends on the seed and the epoch alone. */
export const orderOf = (seed: number, epoch: number, count: number): readonly number[] =>
  stream(seed, 'order', epoch).shuffle(range(0, count));

/**
 * Trains until the last epoch, the early stop, or the signal; the returned state tells which.
 *
 * **Errors** Diverged when a loss is not finite; what `keep` was given before stands.
 */
export const train = async (
  session: Session,
  plan: TrainPlan,
  start: TrainState,
  watch: TrainWatch,
): Promise<E.Either<Diverged, TrainState>> => {
  let state = start;
  session.load(state.parameters);
  while (!isTrained(plan.training, state)) {
    const ran = await runEpoch(session, plan, state, watch);
    if (E.isLeft(ran)) return ran;
    state = ran.right;
    if (watch.signal.aborted) break;
    const wrong = unfinite(state.parameters);
    if (wrong !== null) return E.left(diverged(state, `the parameter ${wrong.name}`, wrong.value));
    const closed = await closeEpoch(session, plan, state, watch.signal);
    if (watch.signal.aborted) break;
    // The validation loss may be infinite where the training's is not: it uses other batch statistics.
    const scored = validationLossOf(closed.history[closed.history.length - 1]);
    if (scored !== null && !Number.isFinite(scored))
      return E.left(diverged(state, 'the validation loss', scored));
    state = closed;
    // Reported after it is saved, so that an epoch that was reported is never lost.
    if (await watch.keep(state)) watch.epoch(state.history[state.history.length - 1]);
  }
  if (watch.signal.aborted) await watch.keep(state);
  return E.right(state);
};

const diverged = (
  { epoch, step }: Pick<TrainState, 'epoch' | 'step'>,
  of: string,
  loss: number,
): Diverged => ({
  _tag: 'Diverged',
  of,
  epoch: epoch + 1,
  step,
  loss,
});

/** Whether nothing is left to train: all epochs are done, or early stopping ended them. */
export const isTrained = (training: Training, { epoch, history }: TrainState): boolean =>
  epoch >= training.epochs || endsEarly(training, history);

const runEpoch = async (
  session: Session,
  plan: TrainPlan,
  start: TrainState,
  watch: TrainWatch,
): Promise<E.Either<Diverged, TrainState>> => {
  const { dataset, training, seed, microBatches, loss: minimised = publishedLoss } = plan;
  const steps = stepsPerEpoch(plan);
  const order = orderOf(seed, start.epoch, dataset.train.count);
  let state = start;
  while (state.step < steps && !watch.signal.aborted) {
    const indices = order.slice(state.step * training.batch, (state.step + 1) * training.batch);
    const done = state.epoch * steps + state.step;
    const { loss, gradients, statistics } = await session.gradients(
      {
        count: indices.length,
        inputs: { image: imagesOf(dataset.train, indices) },
        labels: labelsOf(dataset.train, indices, minimised.target),
        loss: minimised,
        samples: indices,
        noiseSeed: noiseSeedOf(seed, done),
      },
      microBatches,
    );
    if (!Number.isFinite(loss)) return E.left(diverged({ ...state, step: state.step + 1 }, 'the loss', loss));
    const settings = optimiserOf(training, rateAt(training, done, training.epochs * steps));
    const updated = optimise(settings)(state.optimiser, state.parameters, clipped(training.clip, gradients));
    const parameters = { ...updated.parameters, ...statistics };
    session.load(parameters);
    state = {
      ...state,
      parameters,
      optimiser: updated.state,
      step: state.step + 1,
      lossSum: state.lossSum + loss,
    };
    watch.step(state, loss);
    // The event loop gets a turn, so that Ctrl-C is noticed between two steps.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return E.right(state);
};

/** Noise seed of a step: a function of (seed, step), so that a resumed run draws the same noise. */
const noiseSeedOf = (seed: number, step: number): number => stream(seed, 'noise', step).integer(2 ** 32);

const closeEpoch = async (
  session: Session,
  plan: TrainPlan,
  state: TrainState,
  signal: AbortSignal,
): Promise<TrainState> => {
  const { dataset, training, evaluationBatch } = plan;
  const steps = stepsPerEpoch(plan);
  const validated = await evaluateLoss(
    session,
    dataset.validation,
    dataset.classes.length,
    evaluationBatch,
    () => {},
    signal,
    plan.loss,
  );
  const scores = validated?.scores ?? null;
  const loss = validated?.loss ?? null;
  const metrics: EpochMetrics = {
    epoch: state.epoch + 1,
    trainLoss: state.lossSum / steps,
    rate: rateAt(training, (state.epoch + 1) * steps - 1, training.epochs * steps),
    validation: scores,
    ...(loss === (scores?.loss ?? null) ? {} : { validationLoss: loss }),
  };
  const better = loss !== null && (state.best === null || loss < state.best.loss);
  return {
    ...state,
    epoch: state.epoch + 1,
    step: 0,
    lossSum: 0,
    best: better ? { epoch: metrics.epoch, loss, parameters: state.parameters } : state.best,
    history: [...state.history, metrics],
  };
};
