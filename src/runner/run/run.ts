/**
 * The interpreter of experiments: one experiment, one seed, one run folder.
 *
 * The steps: data, program and engine; training from the last checkpoint; the best weights on the test set;
 * pictures and the report. A finished run is not run again; an unfinished one continues from its checkpoint.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, defect, type Effect } from '../../base/error.js';
import type { Session } from '../../compile/tfjs/session/session.js';
import { withPool } from '../../compile/tfjs/session/with-session.js';
import { parametersOf } from '../../dsl/index.js';
import { arithmeticOf } from '../../engine/index.js';
import type { Experiment } from '../../experiments/experiment.js';
import type { Environment, RunEffect } from '../environment.js';
import { forgetFailure, recordFailure } from '../folder/failure.js';
import { restoreCheckpoint } from '../folder/ongoing/checkpoint.js';
import { inFolder } from '../folder/ongoing/lock.js';
import { heartbeat } from '../folder/ongoing/progress.js';
import { tidyFinished } from '../folder/ongoing/tidy.js';
import { type Result, readWholeResult } from '../folder/result.js';
import type { TrainState } from '../training/state.js';
import { finish, interrupted } from './finish.js';
import { firstState } from './first-state.js';
import { keepTraining } from './keep-training.js';
import { olderRuns } from './older-runs.js';
import { type Prepared, prepare } from './prepare.js';
import { writeHistory } from './save-state.js';
import { writeRecord } from './write-record.js';

/** A finished run. */
export interface Finished {
  readonly folder: string;
  readonly result: Result;
  /** Whether it was finished before, so that nothing ran. */
  readonly before: boolean;
}

/** Runs an experiment from one seed, in its folder. */
export const runExperiment =
  (experiment: Experiment, seed: number): RunEffect<Finished> =>
  (environment) =>
    pipe(
      prepare(experiment, seed, environment),
      TE.flatMap((prepared) =>
        pipe(
          finishedBefore(prepared, environment),
          TE.flatMap((before) =>
            before !== null
              ? TE.fromTask(async () => {
                  await tidyFinished(prepared.folder);
                  return before;
                })
              : inFolder(
                  prepared.folder,
                  pipe(
                    // Another process may have finished the run while this one waited.
                    finishedBefore(prepared, environment),
                    TE.flatMap((now) =>
                      now !== null ? TE.right(now) : withHeartbeat(prepared, environment, runPrepared),
                    ),
                  ),
                ),
          ),
        ),
      ),
    );

/**
 * The result of an earlier run of the same identity; null if something remains to be done. A damaged result
 * counts as none and is computed again from the checkpoint.
 */
const finishedBefore = (prepared: Prepared, { pictures, tell }: Environment): Effect<Finished | null> => {
  const { folder, identity } = prepared;
  return pipe(
    TE.Do,
    TE.bind('found', () => readWholeResult(folder)),
    TE.bind('drawn', () => (pictures ? drawnBefore(prepared) : TE.right(true))),
    TE.map(({ found: { result, problem }, drawn }) => {
      if (problem !== null) tell({ kind: 'note', message: `${problem}; it is made again` });
      return result?.identity === identity && drawn ? { folder, result, before: true } : null;
    }),
  );
};

/** Loaded only when needed, since charts take a second to load. */
const drawnBefore = (prepared: Prepared): Effect<boolean> =>
  pipe(
    TE.tryCatch(() => import('./report/report.js'), defect),
    TE.flatMap(({ hasItsPictures }) => hasItsPictures(prepared)),
  );

/** Runs work, and writes its events to progress.json and its error to failure.json. */
const withHeartbeat =
  (
    prepared: Prepared,
    environment: Environment,
    work: (prepared: Prepared, environment: Environment) => Effect<Finished>,
  ): Effect<Finished> =>
  async () => {
    const { folder } = prepared;
    const heart = heartbeat(folder, environment.now);
    const told: Environment = {
      ...environment,
      tell: (event) => {
        heart.see(event);
        environment.tell(event);
      },
    };
    try {
      await forgetFailure(folder);
      const done = await work(prepared, told)();
      if (E.isLeft(done)) await recordFailure(folder, done.left);
      return done;
    } catch (cause) {
      return E.left(defect(cause));
    } finally {
      await heart.end();
    }
  };

const runPrepared = (prepared: Prepared, environment: Environment): Effect<Finished> => {
  const { program, engine, folder } = prepared;
  const note = (messages: readonly string[]): void => {
    for (const message of messages) environment.tell({ kind: 'note', message });
  };
  return pipe(
    TE.fromTask<readonly string[], DrumheadError>(() =>
      olderRuns(prepared, environment.runs, environment.placed),
    ),
    TE.tapIO((notes) => () => note(notes)),
    TE.flatMap(() => writeRecord(prepared, environment.workers)),
    TE.tapIO((notes) => () => note(notes)),
    TE.flatMap(() => restoreCheckpoint(folder, parametersOf(program.graph), arithmeticOf(engine))),
    TE.tapIO(
      ({ notes }) =>
        () =>
          note(notes),
    ),
    TE.flatMap(({ state }) => (state === null ? firstState(prepared, note) : TE.right(state))),
    // A process may have been killed between the checkpoint and the files that are made from it.
    TE.tap((start) => writeHistory(folder, start)),
    TE.flatMap((start) =>
      withPool(engine, program, start.parameters, environment.workers, (session) =>
        trainAndScore(prepared, session, start, environment),
      ),
    ),
  );
};

const trainAndScore = (
  prepared: Prepared,
  session: Session,
  start: TrainState,
  environment: Environment,
): Effect<Finished> => {
  const began = environment.now();
  // Only a run that was never interrupted knows how long it took.
  const whole = start.epoch === 0 && start.step === 0;
  return pipe(
    keepTraining(prepared, session, start, environment),
    TE.flatMap((state) =>
      environment.signal.aborted
        ? TE.left(interrupted(prepared, state))
        : pipe(
            finish(prepared, session, state, whole ? environment.now() - began : null, environment),
            TE.map((result) => ({ folder: prepared.folder, result, before: false })),
          ),
    ),
  );
};
