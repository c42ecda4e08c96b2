/** The waves of some drums side by side as an animation, with the recording of each microphone below. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, defect } from '../../base/error.js';
import type { DrumMovie } from '../../drums/index.js';
import { lineColours } from '../chart.js';
import { light, type Rgb, type Theme } from '../colours.js';
import { encodeGif } from '../gif.js';
import {
  atLeast,
  column,
  type Look,
  onPaper,
  plainLook,
  row,
  say,
  sayWithin,
  separated,
  space,
} from '../look.js';
import { above, blank, type Raster } from '../raster.js';
import { symmetricScale } from '../scale.js';
import { dot, type Skin, skinOf } from './skin.js';
import { traceRaster } from './trace.js';

export interface DrumWavesPicture {
  /** All have the same number of frames, the same time between frames and the same lattice spacing. */
  readonly movies: readonly DrumMovie[];
  readonly title?: string;
  readonly theme?: Theme;
  /** Milliseconds per frame; default 60. */
  readonly delay?: number;
}

/** Width of the largest drum, in pixels. */
const largest = 204;
const gap = 28;
const traceHeight = 46;
/** A small drum's trace is wider than the drum. */
const narrowest = 96;
const lastFrameStands = 900;

/** The time of each frame, in milliseconds. */
export const delayOf =
  (frames: number, delay = 60) =>
  (index: number): number =>
    index === frames - 1 ? lastFrameStands : delay;

/** Pixels per cell, the same for all drums. */
export const zoomOf = (movies: readonly DrumMovie[]): number =>
  largest / Math.max(...movies.map(({ lattice }) => Math.max(lattice.columns, lattice.rows) + 1));

/** The parts of one drum that do not change. */
export interface Column {
  readonly movie: DrumMovie;
  readonly name: Raster;
  readonly skin: Skin;
  readonly heard: readonly number[];
  /**
   * The displacement of full colour; each drum has its own, since the same stroke moves a small skin more than a large
   * one.
   */
  readonly scale: number;
  /** The displacement at the top of the trace. */
  readonly traceScale: number;
}

/** The parts of a movie that do not move. */
export const columnOf = (look: Look, movie: DrumMovie, zoom: number): Column => {
  const { lattice, microphone, frames, waves } = movie;
  const at = microphone.row * lattice.columns + microphone.column;
  const heard = Array.from({ length: frames }, (_, frame) => waves[frame * lattice.inside.length + at]);
  const skin = skinOf(movie, zoom, look.theme);
  return {
    movie,
    name: sayWithin(look, 'strong', movie.name, Math.max(skin.width, narrowest)),
    skin,
    heard,
    scale: scaleOf(movie),
    traceScale: symmetricScale(Float32Array.from(heard), 1),
  };
};

/** The scale is taken from the waves, not from the stroke, which is higher. */
const scaleOf = ({ waves, lattice, frames }: DrumMovie): number =>
  symmetricScale(waves.subarray(Math.floor(frames / 8) * lattice.inside.length), 0.985);

/** The skin at a frame, with a ring at the strike and a dot at the microphone. */
export const markedSkin = ({ movie, skin, scale }: Column, frame: number, listener: Rgb): Raster => {
  const { lattice, strike, microphone, waves } = movie;
  // Dark ink, since the skin is light in both themes.
  return [
    dot(...skin.place(strike.row, strike.column), 5, light.ink, true),
    dot(...skin.place(microphone.row, microphone.column), 4.5, light.paper),
    dot(...skin.place(microphone.row, microphone.column), 3, listener),
  ].reduce((raster, mark) => mark(raster), skin.paint(waves, frame * lattice.inside.length, scale));
};

/** The recording up to a frame. */
export const soundSoFar = ({ skin, heard, traceScale }: Column, frame: number, theme: Theme): Raster =>
  traceRaster(
    { values: heard, scale: traceScale, width: Math.max(skin.width, narrowest), height: traceHeight },
    frame,
    lineColours(theme).first,
    theme,
  );

const drawFrame =
  ({ theme, density }: Look, columns: readonly Column[], tall: number) =>
  (frame: number): Raster => {
    const look: Look = { theme, density };
    const { first } = lineColours(theme);
    const drums = columns.map((one) => {
      const { name, skin } = one;
      const marked = markedSkin(one, frame, first);
      const trace = soundSoFar(one, frame, theme);
      return column(
        look,
        space(look, 0, tall - skin.height),
        name,
        space(look, 0, 4),
        marked,
        space(look, 0, 8),
        trace,
      );
    });
    return row(look, ...separated(space(look, gap, 0), drums));
  };

const clock = (look: Look, frame: number, { interval, frames }: DrumMovie, wide: number): Raster => {
  const label = atLeast(look, 74, 0, say(look, 'strong', `t = ${(frame * interval).toFixed(1)}`));
  const room = Math.max(12, wide - label.width);
  const done = Math.round((room * frame) / Math.max(1, frames - 1));
  const bar = row(look, blank(done, 3, look.theme.ink), blank(room - done, 3, look.theme.line));
  return row(look, label, column(look, space(look, 0, 7), bar));
};

const draw = ({ movies, title, theme = light, delay }: DrumWavesPicture): Uint8Array => {
  const look: Look = { ...plainLook, theme };
  const zoom = zoomOf(movies);
  const columns = movies.map((movie) => columnOf(look, movie, zoom));
  const tall = Math.max(...columns.map(({ skin }) => skin.height));
  const wide = columns.reduce((sum, { skin }) => sum + Math.max(skin.width, narrowest) + gap, -gap);
  const picture = drawFrame(look, columns, tall);
  const [first] = movies;
  const head =
    title === undefined
      ? space(look, 0, 0)
      : column(look, sayWithin(look, 'title', title, wide), space(look, 0, 6));
  const frame = (index: number): Raster =>
    onPaper(
      look,
      above(theme.paper)(head, clock(look, index, first, wide), space(look, 0, 12), picture(index)),
    );
  return encodeGif({
    frames: first.frames,
    frame,
    delay: delayOf(first.frames, delay),
  });
};

/** The picture, if it can be drawn. **Errors** DecodeError when there is no drum, or the movies differ in their frames. */
export const checkedMovies = <A extends DrumWavesPicture>(picture: A): Checked<A> => {
  const [first] = picture.movies;
  if (first === undefined) return E.left(decodeError('drum waves picture', 'movies: none given'));
  return picture.movies.every(
    ({ frames, interval }) => frames === first.frames && interval === first.interval,
  )
    ? E.right(picture)
    : E.left(
        decodeError('drum waves picture', 'movies: they differ in their frames or in the time between them'),
      );
};

/**
 * The animation as the bytes of a GIF: every drum's skin in wave colours (red up, blue down), a ring at the strike, a
 * dot at the microphone, and the sound so far below.
 *
 * @returns DecodeError when there is no drum, or the movies differ in their frames.
 * @example
 * drumWavesGif({ movies, title: 'Two drums that sound alike' })   // Right(Uint8Array)
 */
export const drumWavesGif = (picture: DrumWavesPicture): Checked<Uint8Array> =>
  E.flatMap(checkedMovies(picture), (p) => E.tryCatch(() => draw(p), defect));
