/**
 * The interpreter of experiments: one experiment, one seed, one run folder.
 *
 * Data, program, engine; training from where it stands; the best weights; the test set; the pictures and the report.
 * A finished run is not run again, an unfinished one goes on where it stopped.
 */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { sha256Hex } from '../base/canonical.js';
import { decodeWith } from '../base/codec.js';
import { type DrumheadError, defect } from '../base/error.js';
import { initialParameters } from '../compile/parameters.js';
import { openPool } from '../compile/tfjs/pool.js';
import type { Session } from '../compile/tfjs/session.js';
import { isPresent, writeBytes } from '../data/files.js';
import { encodeProgram, type Program, parametersOf } from '../dsl/index.js';
import type { Experiment } from '../experiments/experiment.js';
import type { Scores } from '../experiments/scores.js';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.js';
import type { Environment } from './environment.js';
import { evaluate } from './evaluate.js';
import { files, inFolder, readJson, writeJson, writeText } from './folder.js';
import { untrained } from './optimiser.js';
import { type Prepared, prepare } from './prepare.js';
import { writeReport } from './report.js';
import { type Result, resultCodec } from './result.js';
import type { TrainState } from './state.js';
import { stepsPerEpoch, type TrainPlan, train } from './train.js';
import { versionsOf } from './versions.js';
import { encodeWeights, weightsManifest } from './weights.js';

export interface Finished {
  readonly folder: string;
  readonly result: Result;
  /** Whether it had been finished before, so that nothing ran. */
  readonly before: boolean;
}

/** Runs an experiment from one seed, in its folder. */
export const runExperiment =
  (experiment: Experiment, seed: number) =>
  (environment: Environment): TE.TaskEither<DrumheadError, Finished> =>
    pipe(
      prepare(experiment, seed, environment),
      TE.chain((prepared) =>
        inFolder(
          prepared.folder,
          pipe(
            finishedBefore(prepared),
            TE.chain((result) =>
              result === null
                ? runPrepared(prepared, environment)
                : TE.right({ folder: prepared.folder, result, before: true }),
            ),
          ),
        ),
      ),
    );

const finishedBefore = ({ folder, identity }: Prepared): TE.TaskEither<DrumheadError, Result | null> =>
  pipe(
    isPresent(join(folder, files.result)),
    TE.chain((there) =>
      there
        ? pipe(
            readJson(join(folder, files.result)),
            TE.chainEitherK(decodeWith(resultCodec, join(folder, files.result))),
            TE.map((result): Result | null => (result.identity === identity ? result : null)),
          )
        : TE.right(null),
    ),
  );

const runPrepared = (
  prepared: Prepared,
  environment: Environment,
): TE.TaskEither<DrumheadError, Finished> => {
  const { program, engine, seed, folder, experiment } = prepared;
  const declared = parametersOf(program.graph);
  return pipe(
    writeJson(join(folder, files.experiment), { ...experiment, seeds: [seed] }),
    TE.chain(() => writeText(join(folder, files.program), encodeProgram(program))),
    TE.chain(() =>
      writeJson(join(folder, files.environment), {
        ...versionsOf(engine),
        cut: prepared.cut,
        workers: environment.workers,
      }),
    ),
    TE.chain(() =>
      TE.fromTask<Awaited<ReturnType<ReturnType<typeof restoreCheckpoint>>>, DrumheadError>(
        restoreCheckpoint(folder, declared),
      ),
    ),
    TE.chain(({ state, notes }) => {
      for (const message of notes) environment.tell({ kind: 'note', message });
      const start = state ?? fresh(program, seed);
      return pipe(
        openPool(engine, program, start.parameters, environment.workers),
        TE.chain((session) =>
          pipe(
            trainAndScore(prepared, session, start, environment),
            TE.mapLeft((error) => error),
            (work) => async () => {
              try {
                return await work();
              } catch (cause) {
                return E.left<DrumheadError, Finished>(defect(cause));
              } finally {
                session.close();
              }
            },
          ),
        ),
      );
    }),
  );
};

const fresh = (program: Program, seed: number): TrainState => ({
  epoch: 0,
  step: 0,
  lossSum: 0,
  parameters: initialParameters(program.graph, seed),
  optimiser: untrained,
  best: null,
  history: [],
});

const planOf = ({ experiment, seed, dataset, cut, evaluationBatch }: Prepared): TrainPlan => ({
  training: experiment.training,
  seed,
  dataset,
  cut,
  evaluationBatch,
});

const trainAndScore = (
  prepared: Prepared,
  session: Session,
  start: TrainState,
  environment: Environment,
): TE.TaskEither<DrumheadError, Finished> => {
  const began = environment.now();
  // Only a run in one go knows how long it took.
  const whole = start.epoch === 0 && start.step === 0;
  return pipe(
    trainWithin(prepared, session, start, environment),
    TE.chain((state) =>
      environment.signal.aborted
        ? TE.left<DrumheadError, Finished>(interrupted(prepared, state))
        : finish(prepared, session, state, whole ? environment.now() - began : null, environment),
    ),
  );
};

const interrupted = ({ experiment, folder }: Prepared, { epoch, step }: TrainState): DrumheadError => ({
  _tag: 'Interrupted',
  message:
    `stopped in epoch ${epoch + 1} of ${experiment.training.epochs} after ${step} of its steps; ` +
    `what was done is kept in ${folder}, the same command goes on from there`,
});

const trainWithin =
  (
    prepared: Prepared,
    session: Session,
    start: TrainState,
    { now, tell, signal }: Environment,
  ): TE.TaskEither<DrumheadError, TrainState> =>
  async () => {
    const { folder, program } = prepared;
    const plan = planOf(prepared);
    const declared = parametersOf(program.graph);
    const steps = stepsPerEpoch(plan);
    const total = steps * plan.training.epochs;
    const began = now();
    const first = start.epoch * steps + start.step;
    let failed: DrumheadError | null = null;
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    tell({ kind: 'start', folder, epochs: plan.training.epochs, stepsPerEpoch: steps, fromStep: first });
    const keep = async (state: TrainState): Promise<void> => {
      const saved = await pipe(
        saveCheckpoint(folder, declared, state),
        TE.chain(() =>
          writeText(
            join(folder, files.metrics),
            state.history.map((metrics) => `${JSON.stringify(metrics)}\n`).join(''),
          ),
        ),
      )();
      if (E.isLeft(saved)) {
        failed = saved.left;
        stop.abort();
      }
    };
    const trained = await train(session, plan, start, {
      signal: either,
      keep,
      step: (state, loss) => {
        const done = state.epoch * steps + state.step;
        const perStep = (now() - began) / Math.max(1, done - first);
        tell({
          kind: 'step',
          epoch: state.epoch + 1,
          step: state.step,
          done,
          total,
          loss,
          samplesPerSecond: plan.training.batch / perStep,
          secondsLeft: (total - done) * perStep,
        });
      },
      epoch: ({ epoch, trainLoss, validation }) =>
        tell({
          kind: 'epoch',
          epoch,
          trainLoss,
          validationLoss: validation?.loss ?? null,
          foregroundIou: validation?.foregroundIou ?? null,
        }),
    });
    return failed === null ? trained : E.left(failed);
  };

const finish = (
  prepared: Prepared,
  session: Session,
  state: TrainState,
  seconds: number | null,
  environment: Environment,
): TE.TaskEither<DrumheadError, Finished> => {
  const { dataset, folder, program, evaluationBatch } = prepared;
  const declared = parametersOf(program.graph);
  const kept = state.best ?? { epoch: state.epoch, parameters: state.parameters };
  const values = encodeWeights(declared, kept.parameters);
  environment.tell({ kind: 'stage', message: `scoring ${dataset.test.count} test images` });
  session.load(kept.parameters);
  return pipe(
    TE.tryCatch(
      () =>
        evaluate(
          session,
          dataset.test,
          dataset.classes.length,
          evaluationBatch,
          () => {},
          environment.signal,
        ),
      defect,
    ),
    TE.chain(
      (test): TE.TaskEither<DrumheadError, Scores> =>
        test === null ? TE.left(interrupted(prepared, state)) : TE.right(test),
    ),
    TE.chain((test) => {
      const result: Result = {
        identity: prepared.identity,
        name: prepared.experiment.name,
        seed: prepared.seed,
        epoch: kept.epoch,
        epochs: state.epoch,
        test,
        weights: { parameters: values.length / 4, sha256: sha256Hex(values) },
      };
      return pipe(
        writeBytes(join(folder, files.weightValues), values),
        TE.chain(() => writeJson(join(folder, files.weights), weightsManifest(declared, 'weights.bin'))),
        TE.chain(() =>
          environment.pictures
            ? writeReport(prepared, session, state, result, { ...environment, seconds })
            : TE.right(''),
        ),
        // Last, and atomically: a run is finished when its result is there.
        TE.chain(() => writeJson(join(folder, files.result), result)),
        TE.map(() => ({ folder, result, before: false })),
      );
    }),
  );
};
