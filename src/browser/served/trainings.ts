/**
 * Open trainings in a worker: experiments on generated tasks, trained to the same bits as by `drumhead run`.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, type DrumheadError, decodeError } from '../../base/error.js';
import { microBatchesOnEngine } from '../../compile/micro-batches-on-engine.js';
import { type Arrays, initialParameters } from '../../compile/parameters.js';
import type { SharedSession } from '../../compile/tfjs/session/share.js';
import type { ArraySplit, NamedArrays } from '../../data/arrays.js';
import { augmented, augmentProblems } from '../../data/augment.js';
import { withinLimit } from '../../data/dataset.js';
import { drawnRecipe, isDrawn } from '../../data/drawn.js';
import { arraysOfImages } from '../../data/images.js';
import { generateSplit } from '../../data/made/generate.js';
import { type Program, usesBatchStatistics } from '../../dsl/index.js';
import { limitBytes } from '../../engine/engine.js';
import { decodeExperiment, type Experiment } from '../../experiments/experiment.js';
import { inputsOfLearning, readBy, trainedOutput } from '../../experiments/learning.js';
import { learningFor } from '../../experiments/model.js';
import { canWatch, watchedOf } from '../../runner/run/watched-score.js';
import { objectiveOf } from '../../runner/training/aimed.js';
import { untrained } from '../../runner/training/optimiser.js';
import type { TrainState } from '../../runner/training/state.js';
import {
  isTrained,
  nextEpoch,
  samplesPerStep,
  stepsPerEpoch,
  type TrainPlan,
} from '../../runner/training/train.js';
import type { Learnt } from '../asks.js';
import { canShare, type Helpers, sessionOfHelpers } from './helpers.js';
import { openSession } from './programs.js';

/** A training: its plan and its progress. */
export interface Training {
  readonly experiment: Experiment;
  readonly program: Program;
  readonly classes: readonly string[];
  readonly plan: TrainPlan;
  readonly session: SharedSession;
  /** The workers that share the micro-batches of a step; 1: this thread alone. */
  readonly workers: number;
  state: TrainState;
  /** Aborts the running loop; null if none runs. */
  stop: AbortController | null;
}

/** The engine of a page. */
export const pageEngine = { name: 'wasm', fused: true, limitBytes: limitBytes.wasm } as const;

/** The longest time in which no message is read, in milliseconds. */
const patience = 30;

declare const setTimeout: (work: () => void, milliseconds: number) => unknown;

/** Reads samples, and gives the thread time to read messages between two steps. */
const patient = (split: ArraySplit): ArraySplit => {
  let rested = performance.now();
  return {
    count: split.count,
    read: async (names, indices, draw) => {
      if (performance.now() - rested > patience) {
        await new Promise<void>((resolve) => setTimeout(resolve, 0));
        rested = performance.now();
      }
      return split.read(names, indices, draw);
    },
  };
};

const problem = (experiment: Experiment, ...problems: readonly string[]): DrumheadError =>
  decodeError(experiment.name, problems);

/** Draws the samples of a task. Only for training and validation; `drumhead` tests the run. */
const drawn = (experiment: Experiment): Checked<NamedArrays & { readonly names: readonly string[] }> => {
  const { task } = experiment;
  if (!isDrawn(task))
    return E.left(
      problem(
        experiment,
        `task: '${task.name}' reads files, and a page has none; take tetrominoes, polygons, mazes, pathfinder, inside-outside, connectedness or shapes`,
      ),
    );
  const rule = drawnRecipe(task);
  return pipe(
    withinLimit(
      task.name,
      rule.counts.train + rule.counts.validation,
      rule.height * rule.width * rule.channels,
    ),
    E.map(() => ({
      ...arraysOfImages({
        train: generateSplit(rule, 'train'),
        validation: generateSplit(rule, 'validation'),
        test: generateSplit({ ...rule, counts: { ...rule.counts, test: 0 } }, 'test'),
        classes: rule.classes,
      }),
      names: rule.classes,
    })),
  );
};

/** How many of the offered workers have work: one for each micro-batch, where threads can share memory. */
const busyOf = (offered: number, microBatches: readonly number[], whole: boolean): number =>
  whole || !canShare() ? 1 : Math.max(1, Math.min(offered, microBatches.length));

const elsewhere = '`drumhead run` trains it';

/** A session of these helpers in the place of one in this thread, which has shown that the program has fused kernels. */
const sharedIn = (here: SharedSession, program: Program, seed: number, helpers: Helpers): SharedSession => {
  here.close();
  return sessionOfHelpers(program, initialParameters(program.graph, seed), helpers);
};

/**
 * Opens a training. Every problem is reported before the first step.
 *
 * @param helpers workers that may share its steps, with the same bits; one thread where they cannot share memory, or the
 *   program has batch statistics
 */
export const openTraining = (data: unknown, seed: number, helpers?: Helpers): Checked<Training> =>
  pipe(
    decodeExperiment(data, 'experiment'),
    E.filterOrElse(
      ({ from }) => from === undefined,
      (experiment) => problem(experiment, 'from: a page has no other runs to begin from'),
    ),
    E.tap(canWatch),
    E.bindTo('experiment'),
    E.bind('arrays', ({ experiment }) => drawn(experiment)),
    E.bind('learning', ({ experiment, arrays }) => learningFor(experiment, arrays.forms)),
    E.flatMap(({ experiment, arrays, learning }) => {
      const { training, augment, loss } = experiment;
      const { program } = learning;
      const inputs = inputsOfLearning(learning);
      const unfit = [
        ...(augment === undefined ? [] : augmentProblems(augment, arrays.forms, readBy(learning), inputs)),
        ...(samplesPerStep(training) > arrays.train.count
          ? [
              `training.batch: ${samplesPerStep(training)} samples a step are more than the ${arrays.train.count} training images`,
            ]
          : []),
      ];
      if (unfit.length > 0) return E.left(problem(experiment, ...unfit));
      const whole = usesBatchStatistics(program.graph);
      return pipe(
        microBatchesOnEngine(program, training.batch, pageEngine, whole, [trainedOutput(loss)]),
        E.mapLeft((error): DrumheadError => error),
        E.bindTo('microBatches'),
        E.bind('opened', () => openSession(program, initialParameters(program.graph, seed), elsewhere)),
        E.map(({ microBatches, opened }): Training => {
          const workers = busyOf(helpers?.count ?? 1, microBatches, whole);
          const { names, ...rest } = arrays;
          const own = augment === undefined ? rest : augmented(rest, augment, inputs);
          return {
            experiment,
            program,
            classes: names,
            workers,
            session:
              helpers === undefined || workers === 1
                ? opened.session
                : sharedIn(opened.session, program, seed, { ...helpers, count: workers }),
            plan: {
              training,
              objective: objectiveOf(learning),
              watched: watchedOf(experiment),
              seed,
              data: { ...own, train: patient(own.train), validation: patient(own.validation) },
              microBatches,
              evaluationBatch: Math.max(1, Math.min(16, ...microBatches)),
            },
            state: firstState(program, seed),
            stop: null,
          };
        }),
      );
    }),
  );

const firstState = (program: Program, seed: number): TrainState => ({
  epoch: 0,
  step: 0,
  lossSum: 0,
  parameters: initialParameters(program.graph, seed),
  optimiser: untrained,
  best: null,
  history: [],
});

/** The progress of a training. */
export const progressOf = ({ plan, state }: Training) => ({
  epoch: state.epoch,
  step: state.step,
  epochs: plan.training.epochs,
  stepsPerEpoch: stepsPerEpoch(plan),
  done: isTrained(plan.training, state, plan.watched),
});

/** Trains until the end, or until it is stopped; another call continues from there. */
export const goOn = async (
  training: Training,
  epochs: number | undefined,
  say: (learnt: Learnt) => void,
): Promise<Checked<ReturnType<typeof progressOf>>> => {
  if (training.stop !== null)
    return E.left(problem(training.experiment, 'it is being trained already; stop it first'));
  const { plan, session } = training;
  const last = epochs === undefined ? Number.POSITIVE_INFINITY : training.state.epoch + epochs;
  const stop = new AbortController();
  training.stop = stop;
  try {
    session.load(training.state.parameters);
    while (
      !stop.signal.aborted &&
      training.state.epoch < last &&
      !isTrained(plan.training, training.state, plan.watched)
    ) {
      const next = await nextEpoch(session, plan, training.state, {
        signal: stop.signal,
        step: (state, loss) => {
          training.state = state;
          say({ kind: 'step', epoch: state.epoch + 1, step: state.step, loss, validation: {} });
        },
      });
      if (E.isLeft(next)) return next;
      training.state = next.right;
      if (stop.signal.aborted) break;
      const { epoch, trainLoss, validation } = next.right.history[next.right.history.length - 1];
      say({
        kind: 'epoch',
        epoch,
        step: 0,
        loss: trainLoss,
        validation: Object.fromEntries(
          Object.entries(validation ?? {}).flatMap(([name, score]) =>
            typeof score === 'number' ? [[name, score]] : [],
          ),
        ),
      });
    }
    return E.right(progressOf(training));
  } finally {
    training.stop = null;
  }
};

/**
 * The weights of a training: the current ones, averaged if the experiment says so, or the best on validation.
 */
export const weightsNow = ({ state }: Training, which: 'last' | 'best'): Arrays =>
  which === 'best' && state.best !== null ? state.best.parameters : (state.average ?? state.parameters);
