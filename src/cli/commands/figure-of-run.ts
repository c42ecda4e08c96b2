/** Figures of finished runs, which are opened and looked at again. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { writeBytes } from '../../files/files.js';
import { dark, light, segmentationsPng, type Theme, type WaveSample, wavesGif } from '../../report/index.js';
import type { Environment } from '../../runner/environment.js';
import { drawStates } from '../../runner/pictures/hidden-states.js';
import {
  firstImages,
  type OpenRun,
  observeImages,
  observeSamples,
  openRun,
} from '../../runner/results/open-run.js';
import { wholeFlag, wholesFlag } from '../flags/flags.js';
import { optionalFlag } from '../flags/optional-flag.js';
import { type CommonFlags, withEnvironment } from '../session.js';
import { finishedRun, sayingTaken } from '../source/finished.js';

export interface FigureFlags extends Omit<CommonFlags, 'pictures' | 'workers'> {
  readonly preset?: string;
  readonly score: string;
  readonly samples?: string;
  readonly channels?: string;
  readonly frames?: string;
  readonly out: string;
}

/** One path a line. */
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

/** A picture in both themes, as NAME.ext and NAME-dark.ext. */
const writeBoth = (
  folder: string,
  name: string,
  extension: string,
  draw: (theme: Theme) => Checked<Uint8Array>,
): Effect<readonly string[]> =>
  pipe(
    [light, dark],
    A.traverse(TE.ApplicativeSeq)((theme) =>
      pipe(
        TE.fromEither(draw(theme)),
        TE.flatMap((bytes) =>
          writeBytes(join(folder, `${name}${theme.name === 'dark' ? '-dark' : ''}.${extension}`), bytes),
        ),
      ),
    ),
  );

const samplesOf = (flags: FigureFlags) =>
  TE.fromEither(optionalFlag(flags.samples, wholesFlag('--samples', 0)));

/** Counted from 1 by people, from 0 by what draws. */
const channelsOf = (flags: FigureFlags) =>
  pipe(
    TE.fromEither(optionalFlag(flags.channels, wholesFlag('--channels', 1))),
    TE.map((channels) => channels?.map((channel) => channel - 1) ?? null),
  );

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

export const drawWaves = (folder: string, flags: FigureFlags): Effect<string> =>
  pipe(
    TE.Do,
    TE.bind('samples', () => samplesOf(flags)),
    TE.bind('channels', () => channelsOf(flags)),
    TE.bind('frames', () =>
      TE.fromEither(optionalFlag(flags.frames, wholeFlag('--frames', 1, limits.frames))),
    ),
    TE.flatMap(({ samples, channels, frames }) =>
      opened([folder], { ...flags, figure: 'waves' }, ([open]) =>
        pipe(
          observeSamples(open, samples ?? firstImages(open, 4)),
          TE.flatMapEither((observed) => haveChannels(observed, channels)),
          TE.flatMap((observed) =>
            writeBoth(flags.out, 'waves', 'gif', (theme) => {
              const { model } = open.run.experiment;
              return wavesGif({
                samples: observed,
                classes: open.dataset.classes,
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

export const drawSegmentations = (folder: string, flags: FigureFlags): Effect<string> =>
  pipe(
    samplesOf(flags),
    TE.flatMap((indices) =>
      opened([folder], { ...flags, figure: 'segmentations' }, ([open]) =>
        pipe(
          observeImages(open, indices ?? firstImages(open, 12)),
          TE.flatMap((samples) =>
            writeBoth(flags.out, 'segmentations', 'png', (theme) =>
              segmentationsPng({
                samples,
                classes: open.dataset.classes,
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

export const drawBeside = (folders: readonly string[], flags: FigureFlags): Effect<string> =>
  pipe(
    TE.Do,
    TE.bind('asked', () => samplesOf(flags)),
    TE.let('samples', ({ asked }) => asked ?? [0]),
    TE.bind('channels', () => channelsOf(flags)),
    TE.filterOrElse(
      ({ channels }) => (channels?.length ?? 1) === 1,
      (): DrumheadError =>
        decodeError('--channels', 'models are laid beside each other in one channel: name one'),
    ),
    TE.flatMap(({ samples, channels }) =>
      opened(folders, { ...flags, figure: 'nwm-lstm' }, (runs) =>
        pipe(
          samples,
          A.traverse(TE.ApplicativeSeq)((index) =>
            pipe(
              drawStates(runs, index, channels?.[0] ?? 0),
              TE.flatMap((both) =>
                writeBoth(
                  flags.out,
                  samples.length === 1 ? 'nwm-lstm' : `nwm-lstm-${index}`,
                  'png',
                  ({ name }) => E.right(both[name]),
                ),
              ),
            ),
          ),
          TE.map((paths) => listed(paths.flat())),
        ),
      ),
    ),
  );
