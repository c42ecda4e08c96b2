/** `drumhead run`: an experiment, trained, scored and reported. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError } from '../../base/error.js';
import { drumExperiments } from '../../drums/index.js';
import { type Experiment, withTraining } from '../../experiments/experiment.js';
import { runDrumExperiment } from '../../runner/drums.js';
import { files } from '../../runner/folder.js';
import { type Finished, runExperiment } from '../../runner/run.js';
import { wholeFlag, wholesFlag } from '../flags.js';
import { type CommonFlags, withEnvironment } from '../session.js';
import { experimentFrom } from '../source.js';

export interface RunFlags extends CommonFlags {
  readonly preset: string;
  readonly seed?: string;
  readonly epochs?: string;
}

const number = (score: number | null): string => (score === null ? '-' : score.toFixed(4));

/** What is said of a finished run. */
export const summary =
  (pictures: boolean) =>
  ({ folder, result, before }: Finished): string => {
    const { test } = result;
    return [
      `${result.name}, seed ${result.seed}${before ? ' (finished before; nothing was run again)' : ''}`,
      `  test: loss ${number(test.loss)}  accuracy ${number(test.accuracy)}  IoU ${number(test.iou)}`,
      `  foreground: accuracy ${number(test.foregroundAccuracy)}  IoU ${number(test.foregroundIou)}` +
        `  (${test.images} images, ${test.imagesWithoutForeground} without foreground)`,
      `  weights of epoch ${result.epoch}, sha256 ${result.weights.sha256.slice(0, 16)}`,
      pictures ? `  report: ${join(folder, files.report)}` : `  folder: ${folder}`,
    ].join('\n');
  };

/** Each seed in turn; the first error ends it, what was finished stays. */
export const runSeeds = (
  experiment: Experiment,
  seeds: readonly number[],
  flags: CommonFlags,
): TE.TaskEither<DrumheadError, readonly Finished[]> =>
  withEnvironment(flags, (environment) =>
    pipe(
      seeds,
      A.traverse(TE.ApplicativeSeq)((seed) => runExperiment(experiment, seed)(environment)),
    ),
  );

export const run = (name: string, flags: RunFlags): TE.TaskEither<DrumheadError, string> =>
  Object.hasOwn(drumExperiments, name) ? runDrums(name, flags) : runTrained(name, flags);

/** Drums learn nothing: they have no presets and no seeds. */
const runDrums = (name: string, flags: RunFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    withEnvironment(flags, ({ engine, runs, tell, signal }) =>
      runDrumExperiment({ name, folder: join(runs, name), engine, tell, signal }),
    ),
    TE.map(({ summary: said, report }) => `${said}\n  report: ${report}`),
  );

const runTrained = (name: string, flags: RunFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('source', () => experimentFrom(name, flags.preset)),
    TE.bind('epochs', () => TE.fromEither(optional(flags.epochs, wholeFlag('--epochs', 1)))),
    TE.bind('seeds', () => TE.fromEither(optional(flags.seed, wholesFlag('--seed', 0)))),
    TE.chain(({ source, epochs, seeds }) => {
      const { experiment: written } = source;
      const experiment = epochs === null ? written : withTraining(written, { epochs });
      const engine = flags.engine === 'auto' ? (source.engine ?? 'auto') : flags.engine;
      return runSeeds(experiment, seeds ?? written.seeds, { ...flags, engine });
    }),
    TE.map((finished) => finished.map(summary(flags.pictures)).join('\n')),
  );

const optional = <B>(
  value: string | undefined,
  parse: (value: string) => E.Either<DrumheadError, B>,
): E.Either<DrumheadError, B | null> => (value === undefined ? E.right(null) : parse(value));
