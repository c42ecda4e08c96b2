/** The training loop: from one state to the next, step by step, stoppable and resumable anywhere. */

import * as E from 'fp-ts/lib/Either.js';
import type { Diverged } from '../../base/error.js';
import { stream } from '../../base/random.js';
import type { MicroBatches } from '../../compile/micro-batches.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import type { NamedArrays } from '../../data/arrays.js';
import type { Training } from '../../experiments/experiment.js';
import { clipped } from './clip.js';
import { endsEarly } from './early-stop.js';
import { evaluate, range } from './evaluate.js';
import { unfinite } from './finite.js';
import type { Objective } from './objective.js';
import { optimise } from './optimiser.js';
import {
  type EpochMetrics,
  type TrainState,
  validationLossOf,
  type Watched,
  watchedIn,
  watchedLoss,
} from './state.js';
import { averaged, optimiserOf, rateAt, wayIn } from './steps.js';

/** The inputs of a training that stay the same. */
export interface TrainPlan {
  readonly training: Training;
  readonly objective: Objective;
  /** The score by which the best weights are kept; left out: the loss. */
  readonly watched?: Watched;
  readonly seed: number;
  readonly data: NamedArrays;
  readonly microBatches: MicroBatches;
  /** Samples that are evaluated at once. */
  readonly evaluationBatch: number;
}

/** The callbacks of the training loop, and the signal that stops it. */
export interface TrainWatch {
  readonly step: (state: TrainState, loss: number) => void;
  readonly epoch: (metrics: EpochMetrics) => void;
  /** Saves a state, after each epoch and when stopped; false if that failed. */
  readonly keep: (state: TrainState) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Steps of an epoch: whole batches only. */
export const stepsPerEpoch = ({ data, training }: Pick<TrainPlan, 'data' | 'training'>): number =>
  Math.floor(data.train.count / samplesPerStep(training));

/** Samples of a step: those of all batches whose gradients it takes. */
export const samplesPerStep = ({ batch, accumulate }: Training): number => batch * accumulate;

/** The order of the training samples in an epoch: depends on the seed and the epoch alone. */
export const orderOf = (seed: number, epoch: number, count: number): readonly number[] =>
  stream(seed, 'order', epoch).shuffle(range(0, count));

/**
 * Trains until the last epoch, the early stop, or the signal; the returned state shows which.
 *
 * **Errors** Diverged if a loss is not finite; states that `keep` saved before stay.
 */
export const train = async (
  session: Session,
  plan: TrainPlan,
  start: TrainState,
  watch: TrainWatch,
): Promise<E.Either<Diverged, TrainState>> => {
  let state = start;
  session.load(state.parameters);
  while (!isTrained(plan.training, state, plan.watched)) {
    const next = await nextEpoch(session, plan, state, watch);
    if (E.isLeft(next)) return next;
    state = next.right;
    if (watch.signal.aborted) break;
    // Reported after it is saved, so that an epoch that was reported is never lost.
    if (await watch.keep(state)) watch.epoch(state.history[state.history.length - 1]);
  }
  if (watch.signal.aborted) await watch.keep(state);
  return E.right(state);
};

/**
 * Trains to the end of an epoch and scores it. If the signal stops it, returns the state after the last step,
 * which is that of the whole epoch if it was stopped during scoring. The session must hold the weights of the
 * state, and holds those of the result afterwards.
 *
 * **Errors** Diverged when a loss or a weight is not finite, or the score that decides on weights is NaN.
 */
export const nextEpoch = async (
  session: Session,
  plan: TrainPlan,
  start: TrainState,
  watch: Pick<TrainWatch, 'step' | 'signal'>,
): Promise<E.Either<Diverged, TrainState>> => {
  const ran = await runEpoch(session, plan, start, watch);
  if (E.isLeft(ran) || watch.signal.aborted) return ran;
  const state = ran.right;
  const wrong = unfinite(state.parameters);
  if (wrong !== null) return E.left(diverged(state, `the parameter ${wrong.name}`, wrong.value));
  const closed = await closeEpoch(session, plan, state, watch.signal);
  if (watch.signal.aborted) return E.right(state);
  // The validation loss may be infinite where the training's is not: it uses other batch statistics.
  const scored = validationLossOf(closed.history[closed.history.length - 1]);
  if (scored !== null && !Number.isFinite(scored))
    return E.left(diverged(state, 'the validation loss', scored));
  // Every comparison with NaN is false: no weights would be best, and the training would stop early without a word.
  const { name } = plan.watched ?? watchedLoss;
  const value = watchedIn(closed.history[closed.history.length - 1], { name });
  return value !== null && Number.isNaN(value)
    ? E.left({
        ...diverged(state, `the validation score ${name}, by which weights are kept,`, value),
        advice: `mend the outputs that ${name} is made of, or name another score by training.best`,
      })
    : E.right(closed);
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

/** Whether the training is complete: all epochs are finished, or early stopping ended it. */
export const isTrained = (
  training: Training,
  { epoch, history }: TrainState,
  watched: Watched = watchedLoss,
): boolean => epoch >= training.epochs || endsEarly(training, history, watched);

const runEpoch = async (
  session: Session,
  plan: TrainPlan,
  start: TrainState,
  watch: Pick<TrainWatch, 'step' | 'signal'>,
): Promise<E.Either<Diverged, TrainState>> => {
  const { data, training, seed, microBatches, objective } = plan;
  const steps = stepsPerEpoch(plan);
  const samples = samplesPerStep(training);
  const cut = Array.from({ length: training.accumulate }, () => microBatches).flat();
  const wayOf = wayIn(training);
  const order = orderOf(seed, start.epoch, data.train.count);
  let state = start;
  while (state.step < steps && !watch.signal.aborted) {
    const indices = order.slice(state.step * samples, (state.step + 1) * samples);
    const done = state.epoch * steps + state.step;
    const values = await data.train.read(objective.reads, indices, { seed, epoch: state.epoch });
    const { loss, gradients, statistics } = await session.gradients(
      {
        ...objective.step(values, indices.length),
        samples: indices,
        noiseSeed: noiseSeedOf(seed, done),
      },
      cut,
    );
    if (!Number.isFinite(loss)) return E.left(diverged({ ...state, step: state.step + 1 }, 'the loss', loss));
    const settings = optimiserOf(training, rateAt(training, done, training.epochs * steps));
    const updated = optimise(settings, wayOf)(
      state.optimiser,
      state.parameters,
      clipped(training.clip, gradients),
    );
    const parameters = { ...updated.parameters, ...statistics };
    session.load(parameters);
    state = {
      ...state,
      parameters,
      optimiser: updated.state,
      ...(training.average === null
        ? {}
        : { average: averaged(training.average, state.average ?? state.parameters, parameters, statistics) }),
      step: state.step + 1,
      lossSum: state.lossSum + loss,
    };
    watch.step(state, loss);
    // Gives the event loop a turn, so that Ctrl-C, or a message of the page, is noticed between two steps.
    await new Promise((resolve) =>
      typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve, 0),
    );
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
  const { data, training, evaluationBatch, objective } = plan;
  const steps = stepsPerEpoch(plan);
  if (state.average !== undefined) session.load(state.average);
  const validated = await evaluate(session, data.validation, {
    objective,
    batch: evaluationBatch,
    signal,
  });
  if (state.average !== undefined) session.load(state.parameters);
  const scores = validated?.scores ?? null;
  const loss = validated?.loss ?? null;
  const metrics: EpochMetrics = {
    epoch: state.epoch + 1,
    trainLoss: state.lossSum / steps,
    rate: rateAt(training, (state.epoch + 1) * steps - 1, training.epochs * steps),
    validation: scores,
    ...(loss === (scores?.loss ?? null) ? {} : { validationLoss: loss }),
  };
  const watched = plan.watched ?? watchedLoss;
  const value = watchedIn(metrics, watched);
  const before = state.history.find(({ epoch }) => epoch === state.best?.epoch);
  const most = before === undefined ? null : watchedIn(before, watched);
  const better =
    value !== null && (most === null || (watched.better === 'less' ? value < most : value > most));
  return {
    ...state,
    epoch: state.epoch + 1,
    step: 0,
    lossSum: 0,
    best: better
      ? { epoch: metrics.epoch, loss: loss ?? 0, parameters: state.average ?? state.parameters }
      : state.best,
    history: [...state.history, metrics],
  };
};
