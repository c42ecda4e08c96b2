/** Training in a script: an async iterable of epochs, on the same kernels as a run and to the same bits, without a folder. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { decodeWith, noSuchField } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError, errorMessage } from '../../base/error.js';
import { microBatchesOnEngine } from '../../compile/micro-batches-on-engine.js';
import { initialParameters } from '../../compile/parameters.js';
import { openPool } from '../../compile/tfjs/session/pool.js';
import type { Arrays } from '../../compile/tfjs/session/session.js';
import type { NamedArrays } from '../../data/arrays.js';
import { type Program, parametersOf, signature, tryProgram, usesBatchStatistics } from '../../dsl/index.js';
import { type EngineChoice, openEngine } from '../../engine/index.js';
import { type Learning, trainedOutput } from '../../experiments/learning.js';
import { type LossSpec, lossCodec } from '../../experiments/loss.js';
import { learningFor } from '../../experiments/model.js';
import type { Measures } from '../../experiments/scores/measures.js';
import { type OwnScores, ownScoresCodec } from '../../experiments/scores/own-scores.js';
import { type Training, trainingCodec } from '../../experiments/training/training.js';
import { objectiveOf } from '../training/aimed.js';
import { untrained } from '../training/optimiser.js';
import { type TrainState, watchedLoss } from '../training/state.js';
import { isTrained, nextEpoch, samplesPerStep, type TrainPlan } from '../training/train.js';
import { arraysFor, classProblems, type FitData, formsOf } from './arrays.js';
import { optionsOf } from './options.js';

/** Options of `fit`. */
export interface FitOptions {
  /** By name, such as 'mean-squared' or 'cross-entropy'; or outputs of the program: { output: 'total', count: 'known' }. */
  readonly loss: LossSpec | string;
  /** Scores that the program computes, on the validation arrays. */
  readonly scores?: OwnScores;
  /** Settings as in an experiment file; default 10 epochs of batches of 32 samples, with Adam at 0.001. */
  readonly training?: Partial<Training>;
  /** The seed of the first weights, the order of the samples and the noise; default 0. */
  readonly seed?: number;
  /** Weights by name from which the training begins; missing ones are drawn from the seed. */
  readonly weights?: Arrays;
  /** The state of an epoch from which the training continues, with the same bits as without a stop. */
  readonly from?: TrainState;
  /** The engine; default the fastest one. */
  readonly engine?: EngineChoice;
  /** Threads that share a batch, 128 at most; default 1. */
  readonly workers?: number;
  /** Aborted to stop after the current step. Leaving the loop stops too. */
  readonly signal?: AbortSignal;
}

/** The numbers and weights of an epoch. */
export interface FitEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss over its steps, each before its step. */
  readonly loss: number;
  readonly rate: number;
  /** On the validation arrays; null where there are none. */
  readonly validation: Measures | null;
  /** The weights after it, averaged if the training says so. */
  readonly weights: Arrays;
  /** Everything that a later `fit` needs to continue: its option `from`. */
  readonly state: TrainState;
}

/** The exception of a `fit`; `error` is the error as a value. */
export class FitFault extends Error {
  declare readonly error: DrumheadError;
  constructor(error: DrumheadError) {
    super(errorMessage(error));
    this.name = 'FitFault';
    // If nobody catches it, Node prints the sentence and not the internals of this package.
    this.stack = `${this.name}: ${this.message}`;
    // Not enumerable, since Node would print it after the sentence, which says the same.
    Object.defineProperty(this, 'error', { value: error });
  }
}

const orThrow = <A>(found: E.Either<DrumheadError, A>): A => {
  if (E.isLeft(found)) throw new FitFault(found.left);
  return found.right;
};

interface Prepared {
  readonly arrays: NamedArrays;
  readonly learning: Learning;
  readonly training: Training;
  readonly loss: LossSpec;
}

/** Options of `fit` under the paths of an experiment file, so that problems have the same paths. */
const learnedCodec = t.type({ loss: lossCodec, scores: ownScoresCodec });
const trainedCodec = t.type({ training: trainingCodec });

const optionNames: readonly string[] = [
  'loss',
  'scores',
  'training',
  'seed',
  'weights',
  'from',
  'engine',
  'workers',
  'signal',
];

const usual = { epochs: 10, batch: 32 };

const problemsIn: (found: Checked<unknown>) => readonly string[] = E.match(
  (error) => (error._tag === 'DecodeError' ? error.problems : [errorMessage(error)]),
  () => [],
);

/** Checks everything that can be wrong before the first step, and reports all problems at once. */
const prepared = (program: Program, data: FitData, options: FitOptions): Checked<Prepared> => {
  // JavaScript may hand over anything.
  if (E.isLeft(tryProgram(() => signature(program))))
    return E.left(decodeError('fit', 'the program is none; give what program(…) returned'));
  if (typeof options !== 'object' || options === null)
    return E.left(decodeError('fit', 'the options are missing; give at least the loss: { loss: … }'));
  const arrays = arraysFor(program, data);
  const samples = E.isRight(arrays) ? arrays.right.train.count : usual.batch;
  const learned = decodeWith(learnedCodec, 'fit')({ loss: options.loss, scores: options.scores ?? {} });
  const trained = decodeWith(
    trainedCodec,
    'fit',
  )({ training: { ...usual, batch: Math.min(usual.batch, samples), ...options.training } });
  const declared = parametersOf(program.graph);
  const names = new Set(declared.map(({ name }) => name));
  const strangers = Object.keys(options.weights ?? {}).filter((name) => !names.has(name));
  const given = optionsOf(declared, options);
  // What depends on two of them is checked as soon as these two can be read, whatever is wrong with the others.
  const forms = formsOf(program, data);
  const learning = pipe(
    learned,
    E.flatMap(({ loss, scores }) =>
      learningFor(
        {
          model: { name: 'program', graph: program.graph },
          loss,
          scores: Object.keys(scores).length === 0 ? [] : scores,
        },
        forms ?? {},
      ),
    ),
  );
  const aim = E.isRight(learning) && forms !== null ? learning.right.aim : null;
  const training = E.isRight(trained) ? trained.right.training : null;
  const problems = [
    ...problemsIn(arrays),
    ...problemsIn(learned),
    ...problemsIn(trained),
    ...problemsIn(given),
    ...Object.keys(options)
      .filter((name) => !optionNames.includes(name))
      .map((name) => `${name}: ${noSuchField(name, optionNames)}`),
    ...strangers.map((name) => `weights.${name}: the program has no such parameter`),
    ...(training !== null && E.isRight(arrays) && samplesPerStep(training) > samples
      ? [`training.batch: ${samplesPerStep(training)} samples a step are more than the ${samples} there are`]
      : []),
    ...(E.isRight(learned) && forms !== null ? problemsIn(learning) : []),
    ...(aim?.kind === 'classes' ? classProblems(data, aim.label, aim.classes) : []),
    ...(aim !== null && training !== null ? watchProblems(aim, training) : []),
    ...(training !== null && E.isRight(arrays) && E.isRight(given)
      ? placeProblems(options.from, Math.floor(samples / samplesPerStep(training)))
      : []),
  ];
  return problems.length > 0 ||
    E.isLeft(arrays) ||
    E.isLeft(learning) ||
    E.isLeft(learned) ||
    training === null
    ? E.left(decodeError('fit', [...new Set(problems)]))
    : E.right({ arrays: arrays.right, learning: learning.right, training, loss: learned.right.loss });
};

const watchProblems = (aim: Learning['aim'], { best }: Training): readonly string[] =>
  best === 'loss' || (aim.kind === 'outputs' && Object.hasOwn(aim.scores, best))
    ? []
    : [`training.best: there is no score '${best}'`];

/** A state whose place in the training is none: it would skip epochs, or divide losses that were never added up. */
const placeProblems = (from: TrainState | undefined, steps: number): readonly string[] =>
  from === undefined
    ? []
    : [
        ...(from.step > steps ? [`from.step: it is ${from.step}, and an epoch has ${steps}`] : []),
        ...(from.history.length === from.epoch
          ? []
          : [`from.history: it is of ${from.history.length} epochs, and from.epoch is ${from.epoch}`]),
      ];

/**
 * Trains a program on arrays, epoch by epoch: `for await` takes one epoch after the other and may leave when it has enough.
 * Settings, losses, optimisers, the order of the samples and the bits are those of a run with the same seed.
 *
 * **Errors** Throws a FitFault, whose `error` is the value: before the first step a DecodeError with every
 * problem of data, loss, scores and settings by its path; Diverged; errors of the engine.
 *
 * @example
 * const line = program({ x: [1] }, ({ x }) => ({ prediction: dense(1)(x) }));
 * const data = { train: { x: [0, 1, 2, 3], y: [1, 3, 5, 7] } };
 * for await (const { epoch, loss } of fit(line, data, { loss: 'mean-squared' })) console.log(epoch, loss);
 */
export async function* fit(
  program: Program,
  data: FitData,
  options: FitOptions,
): AsyncGenerator<FitEpoch, void, undefined> {
  const { arrays, learning, training, loss } = orThrow(prepared(program, data, options));
  const { seed = 0, workers = 1, signal = new AbortController().signal } = options;
  const engine = orThrow(await openEngine(options.engine ?? 'auto')());
  const start: TrainState = options.from ?? {
    epoch: 0,
    step: 0,
    lossSum: 0,
    parameters: { ...initialParameters(learning.program.graph, seed), ...options.weights },
    optimiser: untrained,
    best: null,
    history: [],
  };
  const whole = usesBatchStatistics(learning.program.graph);
  const cut = orThrow(
    microBatchesOnEngine(learning.program, training.batch, engine, whole, [trainedOutput(loss)]),
  );
  const plan: TrainPlan = {
    training,
    objective: objectiveOf(learning),
    watched:
      learning.aim.kind === 'outputs' && training.best !== 'loss'
        ? { name: training.best, better: learning.aim.scores[training.best].better }
        : watchedLoss,
    seed,
    data: arrays,
    microBatches: cut,
    evaluationBatch: Math.max(1, Math.min(16, ...cut)),
  };
  const session = orThrow(await openPool(engine, learning.program, start.parameters, workers)());
  try {
    let state = start;
    session.load(state.parameters);
    while (!isTrained(training, state, plan.watched)) {
      state = orThrow(await nextEpoch(session, plan, state, { step: () => {}, signal }));
      if (signal.aborted) return;
      const { epoch, trainLoss, rate, validation } = state.history[state.history.length - 1];
      yield { epoch, loss: trainLoss, rate, validation, weights: state.average ?? state.parameters, state };
    }
  } finally {
    session.close();
  }
}
