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
import type { DrumheadError } from '../base/error.js';
import { initialParameters } from '../compile/parameters.js';
import { openPool } from '../compile/tfjs/pool.js';
import { errorOf, type Session } from '../compile/tfjs/session.js';
import { encodeProgram, type Program, parametersOf } from '../dsl/index.js';
import type { Experiment } from '../experiments/experiment.js';
import { type Restored, restoreCheckpoint } from './checkpoint.js';
import type { Environment } from './environment.js';
import { finish, interrupted } from './finish.js';
import { files, inFolder, writeJson, writeText } from './folder.js';
import { keepTraining } from './keep-training.js';
import { untrained } from './optimiser.js';
import { type Prepared, prepare } from './prepare.js';
import { type Result, readResult } from './result.js';
import type { TrainState } from './state.js';
import { versionsOf } from './versions.js';

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
    readResult(folder),
    TE.map((result) => (result?.identity === identity ? result : null)),
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
    TE.chain(() => TE.fromTask<Restored, DrumheadError>(restoreCheckpoint(folder, declared))),
    TE.chain(({ state, notes }) => {
      for (const message of notes) environment.tell({ kind: 'note', message });
      const start = state ?? fresh(program, seed);
      return pipe(
        openPool(engine, program, start.parameters, environment.workers),
        TE.chain((session) =>
          pipe(trainAndScore(prepared, session, start, environment), (work) => async () => {
            try {
              return await work();
            } catch (cause) {
              return E.left<DrumheadError, Finished>(errorOf(cause));
            } finally {
              session.close();
            }
          }),
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
    keepTraining(prepared, session, start, environment),
    TE.chain((state) =>
      environment.signal.aborted
        ? TE.left<DrumheadError, Finished>(interrupted(prepared, state))
        : pipe(
            finish(prepared, session, state, whole ? environment.now() - began : null, environment),
            TE.map((result) => ({ folder: prepared.folder, result, before: false })),
          ),
    ),
  );
};
