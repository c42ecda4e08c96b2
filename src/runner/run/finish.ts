/** The end of a run: the best weights, the test set, the pictures, the result. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { sha256Hex } from '../../base/canonical.js';
import { type DrumheadError, type Effect, errorMessage } from '../../base/error.js';
import { initialParameters } from '../../compile/parameters.js';
import { errorOf, type Session } from '../../compile/tfjs/session/session.js';
import { parametersOf, select } from '../../dsl/index.js';
import { trainedOutput } from '../../experiments/learning.js';
import type { Measures } from '../../experiments/scores/measures.js';
import { writeBytes } from '../../files/files.js';
import type { Environment } from '../environment.js';
import { files, writeJson } from '../folder/files.js';
import { metricsHash } from '../folder/metrics.js';
import type { Result } from '../folder/result.js';
import { writeChecked } from '../folder/sealed-json.js';
import { encodeWeights, weightsManifest } from '../folder/weights.js';
import { earlyStopWords, unwatchedWords } from '../training/early-stop.js';
import { evaluate } from '../training/evaluate.js';
import type { TrainState } from '../training/state.js';
import { isTrained } from '../training/train.js';
import { unmovedOf, unmovedWords } from '../training/unmoved.js';
import type { Prepared } from './prepare.js';
import { watchedOf } from './watched-score.js';

/** The error of a run that a person stopped: it states the progress, and that nothing is lost. */
export const interrupted = ({ experiment, folder }: Prepared, state: TrainState): DrumheadError => {
  const { epoch, step } = state;
  const { epochs } = experiment.training;
  return {
    _tag: 'Interrupted',
    message:
      `stopped ${isTrained(experiment.training, state, watchedOf(experiment)) ? 'before its test' : `in epoch ${epoch + 1} of ${epochs} after ${step} of its steps`}; ` +
      `what was done is kept in ${folder}, the same command goes on from there`,
  };
};

type Drawing = typeof import('./report/report.js').writeReport;

/**
 * Charts take a second to load, so they are loaded only when they are drawn. A report that fails does not fail the
 * run.
 */
const drawn = (...[prepared, session, state, result, world]: Parameters<Drawing>): T.Task<void> =>
  pipe(
    TE.tryCatch(async () => {
      const { writeReport } = await import('./report/report.js');
      await writeReport(prepared, session, state, result, world)();
    }, errorOf),
    T.map(
      E.match(
        (error) =>
          world.tell({ kind: 'note', message: `the report could not be made: ${errorMessage(error)}` }),
        () => {},
      ),
    ),
  );

/**
 * The parameters that the loss depends on and that never moved; none are counted where no step was taken, or where another
 * run's weights were the first.
 */
const unmovedIn = (
  { experiment: { loss, training, from }, program, seed }: Prepared,
  { history, parameters }: TrainState,
): readonly string[] =>
  history.length === 0 || from !== undefined
    ? []
    : unmovedOf(
        select(program, trainedOutput(loss)).graph,
        training,
        initialParameters(program.graph, seed),
        parameters,
      );

/** Scores the kept weights on the test set and writes the files of a finished run. */
export const finish = (
  prepared: Prepared,
  session: Session,
  state: TrainState,
  seconds: number | null,
  environment: Environment,
): Effect<Result> => {
  const { arrays, folder, program, evaluationBatch, objective } = prepared;
  const declared = parametersOf(program.graph);
  const kept = state.best ?? { epoch: state.epoch, parameters: state.average ?? state.parameters };
  const values = encodeWeights(declared, kept.parameters);
  const { training } = prepared.experiment;
  const watched = watchedOf(prepared.experiment);
  const early = earlyStopWords(training, state.history, watched);
  const words = [
    early,
    unwatchedWords(training, state.history, watched),
    unmovedWords(unmovedIn(prepared, state)),
  ];
  for (const message of words) if (message !== null) environment.tell({ kind: 'note', message });
  environment.tell({
    kind: 'stage',
    message: `scoring ${arrays.test.count} test ${prepared.images === null ? 'samples' : 'images'}`,
  });
  session.load(kept.parameters);
  return pipe(
    TE.tryCatch(
      () =>
        evaluate(session, arrays.test, {
          objective,
          batch: evaluationBatch,
          signal: environment.signal,
        }),
      errorOf,
    ),
    TE.flatMap(
      (test): Effect<Measures> =>
        test === null ? TE.left(interrupted(prepared, state)) : TE.right(test.scores),
    ),
    // A test loss that is not finite is an error: every pixel would count as background.
    TE.flatMap(
      (test): Effect<Measures> =>
        test.loss === null || Number.isFinite(test.loss)
          ? TE.right(test)
          : TE.left({
              _tag: 'Diverged',
              of: 'the test loss',
              epoch: kept.epoch,
              step: state.step,
              loss: test.loss,
            }),
    ),
    TE.flatMap((test) => {
      const result: Result = {
        identity: prepared.identity,
        name: prepared.experiment.name,
        seed: prepared.seed,
        epoch: kept.epoch,
        epochs: state.epoch,
        test,
        weights: { parameters: values.length / 4, sha256: sha256Hex(values) },
        metrics: { sha256: metricsHash(state.history) },
        ...(early === null ? {} : { stoppedEarly: early }),
      };
      return pipe(
        writeBytes(join(folder, files.weightValues), values),
        TE.flatMap(() => writeJson(join(folder, files.weights), weightsManifest(declared, 'weights.bin'))),
        // Written atomically and last: from then on the run is finished, even if its pictures fail.
        TE.flatMap(() => writeChecked(join(folder, files.result), result)),
        TE.tapTask(() =>
          environment.pictures
            ? drawn(prepared, session, state, result, { ...environment, seconds })
            : T.of(undefined),
        ),
        TE.map(() => result),
      );
    }),
  );
};
