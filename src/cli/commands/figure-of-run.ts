/** Figures of finished runs, which are opened and evaluated again. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { readBytesIfPresent } from '../../files/files.js';
import { mayPut, putFiles } from '../../files/put-files.js';
import { dark, light, segmentationsPng, type Theme, type WaveSample, wavesGif } from '../../report/index.js';
import type { Environment } from '../../runner/environment.js';
import { checkFigures } from '../../runner/folder/check-seals.js';
import { files } from '../../runner/folder/files.js';
import { drawStates } from '../../runner/pictures/hidden-states.js';
import { drawingFiles, drawingNames } from '../../runner/pictures/themes.js';
import {
  firstImages,
  type OpenRun,
  observeImages,
  observeSamples,
  openRun,
} from '../../runner/results/open-run.js';
import { drawCharts } from '../../runner/run/report/answers.js';
import { readFigures } from '../../runner/run/report/figures.js';
import { sayingMoves } from '../edge.js';
import { allFlags, type Idle } from '../flags/all-flags.js';
import { optionalFlag, wholeFlag, wholesFlag } from '../flags/flags.js';
import { type CommonFlags, withEnvironment } from '../session.js';
import { finishedRun, sayingTaken } from '../source/finished.js';

export interface FigureFlags extends Omit<CommonFlags, 'pictures' | 'workers'>, Idle {
  /** Settings that change the named experiment. */
  readonly set?: readonly string[];
  readonly preset?: string;
  /** Default: the main score of the runs. */
  readonly score?: string;
  readonly samples?: string;
  readonly channels?: string;
  readonly frames?: string;
  readonly out: string;
  readonly force?: boolean;
}

/** One path per line. */
export const listed = (paths: readonly string[]): string => paths.join('\n');

const opened = <A>(
  folders: readonly string[],
  flags: FigureFlags & { readonly figure: string },
  work: (runs: readonly OpenRun[], environment: Environment) => Effect<A>,
): Effect<A> =>
  withEnvironment({ ...flags, workers: '1', pictures: false }, (environment) =>
    pipe(
      folders,
      A.traverse(TE.ApplicativeSeq)((name) =>
        pipe(
          finishedRun(name, flags, `figure ${flags.figure}`),
          sayingTaken(name),
          TE.flatMap((folder) => openRun(folder, environment)),
        ),
      ),
      TE.flatMap((runs) => work(runs, environment)),
    ),
  );

/** The file of a picture in a theme: NAME.ext or NAME-dark.ext. */
const fileOf = (name: string, extension: string, theme: Theme): string =>
  `${name}${theme.name === 'dark' ? '-dark' : ''}.${extension}`;

/** Checks, before the work, that a picture may be written in both themes. */
const mayWriteBoth = (name: string, extension: string, flags: FigureFlags): Effect<void> =>
  mayPut(
    flags.out,
    [light, dark].map((theme) => fileOf(name, extension, theme)),
    flags,
  );

/** Writes a picture in both themes. */
const writeBoth = (
  name: string,
  extension: string,
  flags: FigureFlags,
  draw: (theme: Theme) => Checked<Uint8Array>,
): Effect<readonly string[]> =>
  pipe(
    [light, dark],
    E.traverseArray((theme) =>
      pipe(
        draw(theme),
        E.map((bytes) => [fileOf(name, extension, theme), bytes] as const),
      ),
    ),
    TE.fromEither,
    TE.flatMap((drawn) => putFiles(flags.out, Object.fromEntries(drawn), sayingMoves(flags))),
  );

/** Test images, channels counted from 0 (a person counts from 1), and frames; null if they are not given. */
export const lookFlags = (flags: FigureFlags) =>
  allFlags({
    samples: optionalFlag(flags.samples, wholesFlag('--samples', 0)),
    channels: pipe(
      optionalFlag(flags.channels, wholesFlag('--channels', 1)),
      E.map((channels) => channels?.map((channel) => channel - 1) ?? null),
    ),
    frames: optionalFlag(flags.frames, wholeFlag('--frames', 1, limits.frames)),
  });

const haveChannels = (
  observed: readonly WaveSample[],
  channels: readonly number[] | null,
): Checked<readonly WaveSample[]> => {
  const { waveChannels } = observed[0];
  const missing = channels?.find((channel) => channel >= waveChannels);
  return missing === undefined
    ? E.right(observed)
    : E.left(decodeError('--channels', `there is no channel ${missing + 1}: they are 1 to ${waveChannels}`));
};

/** Draws the waves of a run and lists the files. */
export const drawWaves = (folder: string, flags: FigureFlags): Effect<string> =>
  pipe(
    TE.fromEither(lookFlags(flags)),
    TE.tap(() => mayWriteBoth('waves', 'gif', flags)),
    TE.flatMap(({ samples, channels, frames }) =>
      opened([folder], { ...flags, figure: 'waves' }, ([open]) =>
        pipe(
          observeSamples(open, samples ?? firstImages(open, 4)),
          TE.flatMapEither((observed) => haveChannels(observed, channels)),
          TE.flatMap((observed) =>
            writeBoth('waves', 'gif', flags, (theme) => {
              const { model } = open.run.experiment;
              return wavesGif({
                samples: observed,
                classes: open.samples.classes,
                title: open.title,
                ...(channels === null ? {} : { channels }),
                ...(frames === null ? {} : { mostFrames: frames }),
                ...('dt' in model ? { dt: model.dt } : {}),
                theme,
              });
            }),
          ),
          TE.map(listed),
        ),
      ),
    ),
  );

/** Draws test images of a run with their predictions and lists the files. */
export const drawSegmentations = (folder: string, flags: FigureFlags): Effect<string> =>
  pipe(
    TE.fromEither(lookFlags(flags)),
    TE.tap(() => mayWriteBoth('segmentations', 'png', flags)),
    TE.flatMap(({ samples: indices }) =>
      opened([folder], { ...flags, figure: 'segmentations' }, ([open]) =>
        pipe(
          observeImages(open, indices ?? firstImages(open, 12)),
          TE.flatMap((samples) =>
            writeBoth('segmentations', 'png', flags, (theme) =>
              segmentationsPng({
                samples,
                classes: open.samples.classes,
                columns: Math.min(3, samples.length),
                title: open.title,
                theme,
              }),
            ),
          ),
          TE.map(listed),
        ),
      ),
    ),
  );

const besideName = (samples: readonly number[], index: number): string =>
  samples.length === 1 ? 'nwm-lstm' : `nwm-lstm-${index}`;

/** Draws the hidden states of two runs side by side and lists the files. */
export const drawBeside = (folders: readonly string[], flags: FigureFlags): Effect<string> =>
  pipe(
    TE.fromEither(lookFlags(flags)),
    TE.map(({ samples, channels }) => ({ samples: samples ?? [0], channels })),
    TE.filterOrElse(
      ({ channels }) => (channels?.length ?? 1) === 1,
      (): DrumheadError =>
        decodeError('--channels', 'models are laid beside each other in one channel: name one'),
    ),
    TE.tap(({ samples }) =>
      pipe(
        samples,
        TE.traverseSeqArray((index) => mayWriteBoth(besideName(samples, index), 'png', flags)),
      ),
    ),
    TE.flatMap(({ samples, channels }) =>
      opened(folders, { ...flags, figure: 'nwm-lstm' }, (runs) =>
        pipe(
          samples,
          A.traverse(TE.ApplicativeSeq)((index) =>
            pipe(
              drawStates(runs, index, channels?.[0] ?? 0),
              TE.flatMap((both) =>
                writeBoth(besideName(samples, index), 'png', flags, ({ name }) => E.right(both[name])),
              ),
            ),
          ),
          TE.map((paths) => listed(paths.flat())),
        ),
      ),
    ),
  );

/** The files of all possible charts of answers, and of the samples with the best and the worst answers. */
const answerFiles = [
  ...(['confusion', 'calibration', 'predicted', 'difficulty'] as const).flatMap((name) => drawingNames(name)),
  files.answers,
];

/** Draws the answers of a finished run, from the data of its report, and lists the files. */
export const drawAnswersOf = (name: string, flags: FigureFlags): Effect<string> =>
  pipe(
    mayPut(flags.out, answerFiles, flags),
    TE.flatMap(() => pipe(finishedRun(name, flags, 'figure answers'), sayingTaken(name))),
    TE.bindTo('folder'),
    TE.tap(({ folder }) => checkFigures(folder)),
    TE.bind('figures', ({ folder }) => readFigures(folder)),
    TE.bind('answers', ({ folder, figures: { answers } }) =>
      answers === null
        ? TE.left(
            decodeError(
              folder,
              `it has kept no answers, as runs of earlier versions and with --no-pictures do; without its figures.json \`drumhead run ${folder}\` draws them, and trains nothing again`,
            ),
          )
        : TE.right(answers),
    ),
    TE.bind('charts', ({ answers }) => drawCharts(answers)),
    TE.bind('drawn', ({ charts }) =>
      TE.fromEither(
        pipe(
          charts,
          E.traverseArray(({ name: chart, wide }) => drawingFiles(chart, wide)),
        ),
      ),
    ),
    TE.bind('samples', ({ folder }) => readBytesIfPresent(join(folder, files.answers))),
    TE.flatMap(({ drawn, samples }) =>
      putFiles(
        flags.out,
        Object.assign({}, ...drawn, samples === null ? {} : { [files.answers]: samples }),
        sayingMoves(flags),
      ),
    ),
    TE.map(listed),
  );
