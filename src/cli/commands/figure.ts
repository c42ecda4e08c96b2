/** `drumhead figure`: pictures of runs, where one wants them. */

import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as A from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, unknownName } from '../../base/error.js';
import { writeBytes } from '../../data/files.js';
import {
  type BarScore,
  type CourseScore,
  type Entry,
  parameterScores,
  scoreBars,
  seedCourses,
} from '../../report/figures/index.js';
import { dark, light, segmentationsPng, type Theme, wavesGif } from '../../report/index.js';
import { collect } from '../../runner/collection.js';
import { type Drawing, inBothThemes, writeDrawing } from '../../runner/drawings.js';
import { entriesOf } from '../../runner/entries.js';
import type { Environment } from '../../runner/environment.js';
import { type OpenRun, observeImages, observeSamples, openRun } from '../../runner/open-run.js';
import { readPublished } from '../../runner/published.js';
import { drawStates } from '../../runner/states.js';
import { wholeFlag, wholesFlag } from '../flags.js';
import { optionalFlag } from '../optional-flag.js';
import { type CommonFlags, withEnvironment } from '../session.js';

export const figureKinds = ['scores', 'curves', 'parameters', 'waves', 'segmentations', 'nwm-lstm'] as const;
type FigureKind = (typeof figureKinds)[number];

import { sweepFrom } from '../source.js';

export interface FigureFlags extends Omit<CommonFlags, 'pictures' | 'workers'> {
  readonly preset: string;
  readonly score: string;
  readonly samples?: string;
  readonly channels?: string;
  readonly frames?: string;
  readonly out: string;
}

const barScores: readonly BarScore[] = ['foregroundIou', 'foregroundAccuracy', 'iou', 'accuracy', 'loss'];
const courseScores: readonly CourseScore[] = [...barScores, 'trainLoss'];

const oneOf =
  <N extends string>(kind: string, names: readonly N[]) =>
  (name: string): E.Either<DrumheadError, N> => {
    const found = names.find((one) => one === name);
    return found === undefined ? E.left(unknownName(kind, name, names)) : E.right(found);
  };

const kindNamed = oneOf('figure', figureKinds);

const listed = (paths: readonly string[]): string => paths.join('\n');

/** The figures of many runs. */
const ofSweep = (
  name: string,
  flags: FigureFlags,
  file: string,
  drawing: (entries: readonly Entry[]) => Drawing,
): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('collection', () => collect(name, flags.runs, sweepFrom(name, flags.preset))),
    TE.bind('published', () => readPublished),
    TE.chain(({ collection, published }) => {
      const entries = entriesOf(collection.runs, published);
      return entries.length === 0
        ? TE.left<DrumheadError, readonly string[]>(decodeError(name, 'there are no runs here'))
        : pipe(
            inBothThemes(drawing(entries)),
            TE.chain((both) => writeDrawing(flags.out, file, both)),
          );
    }),
    TE.map(listed),
  );

const opened = <A>(
  folders: readonly string[],
  flags: FigureFlags,
  work: (runs: readonly OpenRun[], environment: Environment) => TE.TaskEither<DrumheadError, A>,
): TE.TaskEither<DrumheadError, A> =>
  withEnvironment({ ...flags, workers: '1', pictures: false }, (environment) =>
    pipe(
      folders,
      A.traverse(TE.ApplicativeSeq)((folder) => openRun(folder, environment)),
      TE.chain((runs) => work(runs, environment)),
    ),
  );

/** A picture in both themes, as NAME.ext and NAME-dark.ext. */
const writeBoth = (
  folder: string,
  name: string,
  extension: string,
  draw: (theme: Theme) => E.Either<DrumheadError, Uint8Array>,
): TE.TaskEither<DrumheadError, readonly string[]> =>
  pipe(
    [light, dark],
    A.traverse(TE.ApplicativeSeq)((theme) =>
      pipe(
        TE.fromEither(draw(theme)),
        TE.chain((bytes) =>
          writeBytes(join(folder, `${name}${theme.name === 'dark' ? '-dark' : ''}.${extension}`), bytes),
        ),
      ),
    ),
  );

const samplesOf = (flags: FigureFlags, otherwise: string) =>
  TE.fromEither(wholesFlag('--samples', 0)(flags.samples ?? otherwise));

const channelsOf = (flags: FigureFlags) =>
  TE.fromEither(optionalFlag(flags.channels, wholesFlag('--channels', 0)));

const drawWaves = (folder: string, flags: FigureFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('samples', () => samplesOf(flags, '0,1,2,3')),
    TE.bind('channels', () => channelsOf(flags)),
    TE.bind('frames', () => TE.fromEither(optionalFlag(flags.frames, wholeFlag('--frames', 1)))),
    TE.chain(({ samples, channels, frames }) =>
      opened([folder], flags, ([open]) =>
        pipe(
          observeSamples(open, samples),
          TE.chain((observed) =>
            writeBoth(flags.out, 'waves', 'gif', (theme) => {
              const { model, name } = open.run.experiment;
              return wavesGif({
                samples: observed,
                classes: open.dataset.classes,
                title: `${name}, seed ${open.run.seed}`,
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

const drawSegmentations = (folder: string, flags: FigureFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    samplesOf(flags, '0,1,2,3,4,5,6,7,8,9,10,11'),
    TE.chain((indices) =>
      opened([folder], flags, ([open]) =>
        pipe(
          observeImages(open, indices),
          TE.chain((samples) =>
            writeBoth(flags.out, 'segmentations', 'png', (theme) =>
              segmentationsPng({
                samples,
                classes: open.dataset.classes,
                columns: Math.min(3, samples.length),
                title: `${open.run.experiment.name}, seed ${open.run.seed}`,
                theme,
              }),
            ),
          ),
          TE.map(listed),
        ),
      ),
    ),
  );

const drawBeside = (folders: readonly string[], flags: FigureFlags): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.Do,
    TE.bind('samples', () => samplesOf(flags, '0')),
    TE.bind('channels', () => channelsOf(flags)),
    TE.chain(({ samples, channels }) =>
      opened(folders, flags, (runs) =>
        pipe(
          samples,
          A.traverse(TE.ApplicativeSeq)((index) =>
            pipe(
              drawStates(runs, index, channels?.[0] ?? 0),
              TE.chain((both) =>
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

const wants = (
  kind: FigureKind,
  names: readonly string[],
  count: number,
  what: string,
): E.Either<DrumheadError, readonly string[]> =>
  names.length === count
    ? E.right(names)
    : E.left(
        decodeError(
          `figure ${kind}`,
          `wants ${what}; it was given ${names.length} ${names.length === 1 ? 'name' : 'names'}`,
        ),
      );

export const figure = (
  kind: string,
  names: readonly string[],
  flags: FigureFlags,
): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.fromEither(kindNamed(kind)),
    TE.chain((found) => {
      const one = (what: string) => TE.fromEither(wants(found, names, 1, what));
      switch (found) {
        case 'scores':
          return pipe(
            one('a sweep or a folder of runs'),
            TE.bindTo('given'),
            TE.bind('score', () => TE.fromEither(oneOf('score', barScores)(flags.score))),
            TE.chain(({ given, score }) =>
              ofSweep(
                given[0],
                flags,
                'scores',
                (entries) => (theme) => scoreBars({ entries, score, theme }),
              ),
            ),
          );
        case 'curves':
          return pipe(
            one('a sweep or a folder of runs'),
            TE.bindTo('given'),
            TE.bind('score', () => TE.fromEither(oneOf('score', courseScores)(flags.score))),
            TE.chain(({ given, score }) =>
              ofSweep(
                given[0],
                flags,
                'curves',
                (entries) => (theme) => seedCourses({ entries, score, theme }),
              ),
            ),
          );
        case 'parameters':
          return pipe(
            one('a sweep or a folder of runs'),
            TE.chain(([name]) =>
              ofSweep(name, flags, 'parameters', (entries) => (theme) => parameterScores({ entries, theme })),
            ),
          );
        case 'waves':
          return pipe(
            one('the folder of a finished run'),
            TE.chain(([folder]) => drawWaves(folder, flags)),
          );
        case 'segmentations':
          return pipe(
            one('the folder of a finished run'),
            TE.chain(([folder]) => drawSegmentations(folder, flags)),
          );
        case 'nwm-lstm':
          return pipe(
            TE.fromEither(wants(found, names, 2, 'the folders of two finished runs of one task')),
            TE.chain((folders) => drawBeside(folders, flags)),
          );
      }
    }),
  );
