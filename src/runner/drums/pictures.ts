/** The pictures and sounds of an experiment on drums: drawn, and written beside the results. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Checked, Effect } from '../../base/error.js';
import {
  type DrumExperiment,
  type DrumResult,
  drumModes,
  drumMovies,
  squareAreaError,
} from '../../drums/index.js';
import type { Engine } from '../../engine/index.js';
import { writeBytes } from '../../files/files.js';
import {
  type DrumsReport,
  drumAreas,
  drumModesFigure,
  drumModesPng,
  drumTones,
  drumWavesFigure,
  drumWavesGif,
  wav,
} from '../../report/drums/index.js';
import {
  dark,
  light,
  type PanelFigure,
  type Picture,
  svgPicture,
  svgPng,
  type Theme,
} from '../../report/index.js';
import { files, writeText } from '../folder/files.js';

/** Drums in the animation, in the comparison and among the modes. */
const mostFilmed = 4;
const mostCompared = 5;
const mostModes = 4;
const modesEach = 6;
/** Steps of the simulation that a second of a sound plays. */
const rate = 8000;

/** All items, or `most` of them, evenly spread and including the last. */
const evenly = <A>(most: number, all: readonly A[]): readonly A[] =>
  all.length <= most
    ? all
    : Array.from({ length: most }, (_, i) => all[Math.round(((i + 1) * all.length) / most) - 1]);

/** Something in light and in dark. */
interface Both<A> {
  readonly light: A;
  readonly dark: A;
}

const inBoth = <A>(draw: (theme: Theme) => Effect<A>): Effect<Both<A>> =>
  pipe(
    TE.Do,
    TE.bind('light', () => draw(light)),
    TE.bind('dark', () => draw(dark)),
  );

/** Writes the light version under its own name and the dark one as `NAME-dark`. */
const eachTheme = (write: (suffix: string, theme: 'light' | 'dark') => Effect<string>): Effect<string> =>
  pipe(
    write('', 'light'),
    TE.flatMap(() => write('-dark', 'dark')),
  );

const chart = (
  folder: string,
  name: string,
  alt: string,
  draw: (theme: Theme, narrow: boolean) => Effect<string>,
): Effect<Picture> =>
  pipe(
    inBoth((theme) => draw(theme, false)),
    TE.tap((svg) =>
      eachTheme((suffix, theme) =>
        pipe(
          writeText(join(folder, `${name}${suffix}.svg`), svg[theme]),
          TE.flatMap(() => TE.fromEither(svgPng(svg[theme]))),
          TE.flatMap((png) => writeBytes(join(folder, `${name}${suffix}.png`), png)),
        ),
      ),
    ),
    TE.flatMap((svg) =>
      pipe(
        inBoth((theme) => draw(theme, true)),
        TE.map((narrow) => ({ ...svgPicture({ ...svg, alt }), narrow: svgPicture({ ...narrow, alt }) })),
      ),
    ),
  );

const bitmap = (
  path: (suffix: string) => string,
  figure: () => Checked<PanelFigure>,
  draw: (theme: Theme) => Checked<Uint8Array>,
): Effect<PanelFigure> =>
  pipe(
    inBoth((theme) => TE.fromEither(draw(theme))),
    TE.tap((bytes) => eachTheme((suffix, theme) => writeBytes(path(suffix), bytes[theme]))),
    TE.flatMapEither(figure),
  );

const areas = (
  folder: string,
  experiment: DrumExperiment,
  results: readonly DrumResult[],
): Effect<Picture | null> => {
  const squares = results.flatMap(({ drum, area }) =>
    area !== null && drum.shape.kind === 'square'
      ? [{ side: drum.shape.side, raw: area.raw, heard: area.heard }]
      : [],
  );
  return squares.length < 2 || squares.length < results.length
    ? TE.right(null)
    : chart(
        folder,
        'areas',
        'Heard areas of squares against their true areas, and the relative errors',
        (theme, narrow) =>
          drumAreas({ squares, discretisation: squareAreaError(1, experiment), theme, narrow }),
      );
};

const tones = (
  folder: string,
  { tones: count }: DrumExperiment,
  results: readonly DrumResult[],
): Effect<Picture | null> =>
  count < 2 || results.length < 2
    ? TE.right(null)
    : chart(
        folder,
        'tones',
        'Spectra of the drums laid over that of the first, and the differences of their tones',
        (theme, narrow) => drumTones({ drums: results.slice(0, mostCompared), theme, narrow }),
      );

const modes = (folder: string, { tones: count, drums }: DrumExperiment): Effect<PanelFigure | null> =>
  count < 2
    ? TE.right(null)
    : pipe(
        TE.fromEither(drumModes(drums.slice(0, mostModes), Math.min(count, modesEach))),
        TE.flatMap((drawn) =>
          bitmap(
            (suffix) => join(folder, `modes${suffix}.png`),
            () => drumModesFigure({ drums: drawn, alt: 'The lowest modes of the drums' }),
            (theme) => drumModesPng({ drums: drawn, theme }),
          ),
        ),
      );

const waves = (folder: string, experiment: DrumExperiment, engine: Engine): Effect<PanelFigure> =>
  pipe(
    drumMovies({ ...experiment, drums: evenly(mostFilmed, experiment.drums) }, engine),
    TE.flatMap((movies) =>
      bitmap(
        (suffix) => join(folder, suffix === '' ? files.waves : `waves${suffix}.gif`),
        () => drumWavesFigure({ movies, alt: 'Waves running over the drums, and what is heard of them' }),
        (theme) => drumWavesGif({ movies, title: 'Struck at the ring, heard at the dot', theme }),
      ),
    ),
  );

const sounds = (folder: string, results: readonly DrumResult[]): Effect<DrumsReport['sounds']> => {
  const all = results.map(({ sound }) => wav(sound, { rate }));
  return pipe(
    all,
    TE.traverseSeqArrayWithIndex((index, bytes) =>
      writeBytes(join(folder, 'sounds', `drum-${index + 1}.wav`), bytes),
    ),
    TE.map(() => ({ rate, files: all })),
  );
};

/**
 * Draws the results and writes them into the folder: charts as SVG and PNG, the modes as PNG, the waves as GIF, each
 * also for dark paper, and the sounds as WAV.
 *
 * **Errors** FileError; else as the pictures.
 */
export const drawDrums = (
  folder: string,
  experiment: DrumExperiment,
  results: readonly DrumResult[],
  engine: Engine,
): Effect<Pick<DrumsReport, 'pictures' | 'sounds'>> =>
  pipe(
    TE.Do,
    TE.bind('areas', () => areas(folder, experiment, results)),
    TE.bind('tones', () => tones(folder, experiment, results)),
    TE.bind('modes', () => modes(folder, experiment)),
    TE.bind('waves', () => waves(folder, experiment, engine)),
    TE.bind('sounds', () => sounds(folder, results)),
    TE.map((drawn) => ({
      pictures: {
        ...(drawn.areas === null ? {} : { areas: drawn.areas }),
        ...(drawn.tones === null ? {} : { tones: drawn.tones }),
        ...(drawn.modes === null ? {} : { modes: drawn.modes }),
        waves: drawn.waves,
      },
      ...(drawn.sounds === undefined ? {} : { sounds: drawn.sounds }),
    })),
  );
