/** `drumhead learn`: an NWM trained on a folder of PNG, TIFF or .npy pairs or of pictures by class, over several seeds. */

import { basename } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { DrumheadError, Effect } from '../../base/error.js';
import { wholePath } from '../../data/own/whereabouts.js';
import { decodeExperiment, type Experiment } from '../../experiments/experiment.js';
import { summarise } from '../../report/tables/statistics.js';
import type { Finished } from '../../runner/run/run.js';
import { allFlags, type Idle, noneIdle } from '../flags/all-flags.js';
import { oneOf, rateFlag, seedsFlag, settingsFlag, wholeFlag } from '../flags/flags.js';
import { type CommonFlags, environmentFlags } from '../session.js';
import { dataKind } from '../source/data-folder.js';
import { ofTask } from '../source/task.js';
import { runSeeds, summary } from './run.js';

export interface LearnFlags extends CommonFlags, Idle {
  readonly seeds: string;
  readonly epochs: string;
  readonly steps: string;
  readonly batch: string;
  readonly rate: string;
  readonly schedule: string;
  /** Settings of the data, such as labels. */
  readonly set?: readonly string[];
}

const schedules = ['constant', 'cosine', 'warm-cosine'] as const;

/** The flags that are settings of the training. */
const learnFlags = (flags: Omit<LearnFlags, keyof CommonFlags>) =>
  allFlags({
    seeds: seedsFlag('--seeds')(flags.seeds),
    epochs: wholeFlag('--epochs', 1)(flags.epochs),
    steps: wholeFlag('--steps', 1)(flags.steps),
    batch: wholeFlag('--batch', 1)(flags.batch),
    rate: rateFlag('--rate')(flags.rate),
    schedule: oneOf('schedule', schedules)(flags.schedule),
    settings: settingsFlag('--set', flags.set ?? []),
  });

/** The experiment on a folder of data. **Errors** DecodeError for flags that are invalid together. */
export const learningOn = (folder: string, flags: Omit<LearnFlags, keyof CommonFlags>): Effect<Experiment> =>
  pipe(
    TE.fromEither(learnFlags(flags)),
    TE.bind('whole', () => TE.fromTask<string, DrumheadError>(() => wholePath(folder))),
    TE.bind('kind', ({ whole }) => dataKind(whole)),
    TE.flatMapEither(({ whole, kind, seeds, epochs, steps, batch, rate, schedule, settings }) =>
      decodeExperiment(
        {
          name: `learn/${nameFrom(basename(whole))}`,
          // Without a validation share all training images are used for training, and the last weights are scored.
          task: {
            name: kind ?? 'npy',
            validationShare: 0,
            ...ofTask(settings, undefined),
            folder: whole,
          },
          model: { name: 'nwm', steps },
          // With a folder for each class, the class is that of the whole picture.
          ...(kind === 'image-folders' ? { loss: { name: 'cross-entropy', target: 'image' } } : {}),
          training: { batch, epochs, rate, schedule },
          seeds,
        },
        'learn',
      ),
    ),
  );

/** Trains an NWM on a folder of pictures, over several seeds, and sums up the scores. */
export const learn = (folder: string, flags: LearnFlags): Effect<string> =>
  pipe(
    TE.fromEither(
      allFlags({
        idle: noneIdle(flags),
        settings: learnFlags(flags),
        environment: environmentFlags(flags),
      }),
    ),
    TE.flatMap(() => learningOn(folder, flags)),
    TE.flatMap((experiment) =>
      pipe(
        runSeeds(experiment, experiment.seeds, flags),
        TE.map((finished) =>
          [...finished.map(summary(flags.pictures, experiment.scores)), ...medianLine(finished)].join('\n'),
        ),
      ),
    ),
  );

/** A folder's name as part of an experiment's name; letters that are not allowed there become dashes. */
const nameFrom = (folder: string): string =>
  folder.replace(/[^\w.-]/g, '-').replace(/^[^a-z0-9]+/i, '') || 'data';

const medianLine = (finished: readonly Finished[]): readonly string[] => {
  const scores = finished.flatMap(({ result }) =>
    result.test.foregroundIou === null ? [] : [result.test.foregroundIou],
  );
  const all = summarise(scores);
  return all === null || all.count < 2
    ? []
    : [`median test foreground IoU over ${all.count} seeds: ${all.median.toFixed(4)}`];
};
