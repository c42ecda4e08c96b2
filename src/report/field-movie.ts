/** A field over time as an animation: a lattice frame by frame; a row of sites as a space-time picture. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, defect } from '../base/error.js';
import { diverging, light, type Rgb, type Theme } from './colours.js';
import { complexColour, cyclic } from './cyclic.js';
import { encodeGif } from './gif.js';
import { colourBar, scaleBar } from './legend.js';
import { atLeast, column, framed, type Look, onPaper, plainLook, row, say, sayLines, space } from './look.js';
import { blank, type Raster, scaleUp, tabulate } from './raster.js';
import { channelScale, scaleText, symmetricScale, timeText, type ValueScale } from './scale.js';

/** A field over time, and the settings of its animation. */
export interface FieldMovie {
  readonly title: string;
  /** A text below the title, on as many lines as it needs. */
  readonly caption?: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly frames: number;
  /** [frames, height, width, channels], row-major; a row of sites has height 1. */
  readonly values: Float32Array;
  /**
   * `signed`: the first channel, blue below zero and red above; `level`: the same from zero up; `phase`: the first
   * channel as an angle; `complex`: two channels as real and imaginary part.
   */
  readonly seen: 'signed' | 'level' | 'phase' | 'complex';
  /** Time from one frame to the next; without a time step, the number of steps. */
  readonly interval: number;
  /** Whether a step has a time; default true. */
  readonly timed?: boolean;
  /** Milliseconds per frame; default 60. */
  readonly delay?: number;
  readonly theme?: Theme;
}

/** Largest side of the picture of the field, in points. */
const largest = 320;
const lastFrameStands = 900;

const paint = (
  { channels, seen, values }: FieldMovie,
  { centre, end }: ValueScale,
): ((site: number) => Rgb) => {
  switch (seen) {
    case 'phase':
      return (site) => cyclic(values[site * channels]);
    case 'complex':
      return (site) => complexColour(values[site * channels], values[site * channels + 1]);
    default:
      return (site) => diverging((values[site * channels] - centre) / end);
  }
};

/**
 * The order parameter of a frame's phases: the length of the mean of exp(i theta), 1 iff all are equal (Kuramoto 1975).
 */
export const orderParameter = (
  phases: ArrayLike<number>,
  begin: number,
  count: number,
  stride = 1,
): number => {
  let [x, y] = [0, 0];
  for (let i = 0; i < count; i++) {
    const phase = phases[begin + i * stride];
    x += Math.cos(phase);
    y += Math.sin(phase);
  }
  return Math.hypot(x, y) / count;
};

/** The bar of time. */
const clock = (look: Look, frame: number, movie: FieldMovie, wide: number): Raster => {
  const { frames, interval, timed = true, seen, height, width, values } = movie;
  const time = atLeast(
    look,
    84,
    0,
    say(look, 'strong', timed ? `t = ${timeText(frame * interval, interval)}` : `step ${frame * interval}`),
  );
  const sites = height * width;
  const order =
    seen === 'phase'
      ? atLeast(
          look,
          72,
          0,
          say(
            look,
            'caption',
            `order ${orderParameter(values, frame * sites * movie.channels, sites, movie.channels).toFixed(2)}`,
          ),
        )
      : space(look, 0, 0);
  const room = Math.max(12, wide - time.width - order.width);
  const done = Math.round((room * frame) / Math.max(1, frames - 1));
  const bar = row(look, blank(done, 3, look.theme.ink), blank(room - done, 3, look.theme.line));
  return row(look, time, order, column(look, space(look, 0, 7), bar));
};

const barOf = (look: Look, seen: FieldMovie['seen'], { centre, end }: ValueScale, height: number): Raster => {
  switch (seen) {
    case 'signed':
      return colourBar(look, end, height, centre);
    case 'level':
      return scaleBar(look, height, diverging, [scaleText(end), '0']);
    default:
      return scaleBar(look, height, (share) => cyclic(Math.PI * (2 * share - 1)), ['π', '−π']);
  }
};

/** The name of the channel that is shown, if there are several; counted from 1. */
const channelText = ({ seen, channels }: FieldMovie): string => {
  if (seen === 'complex') return channels > 2 ? `channels 1 and 2 of ${channels}` : '';
  return channels > 1 ? `channel 1 of ${channels}` : '';
};

const draw = (movie: FieldMovie): Uint8Array => {
  const { title, caption, height, width, frames, seen, theme = light, delay = 60 } = movie;
  const look: Look = { ...plainLook, theme };
  const scale: ValueScale =
    seen === 'signed'
      ? channelScale(movie.values, 0, movie.channels, 0.998)
      : { centre: 0, end: symmetricScale(movie.values, 0.998) };
  const colour = paint(movie, scale);
  // A row of sites shows its whole past: time runs downward.
  const line = height === 1;
  const rows = line ? frames : height;
  const zoom = Math.max(1, Math.floor(largest / Math.max(rows, width)));
  const [across, down] = line
    ? [Math.max(1, Math.round(largest / width)), Math.max(1, Math.round(largest / rows))]
    : [zoom, zoom];
  const field = (frame: number): Raster =>
    line
      ? tabulate(width * across, rows * down, (x, y) => {
          const past = Math.floor(y / down);
          return past <= frame ? colour(past * width + Math.floor(x / across)) : theme.paper;
        })
      : scaleUp(zoom)(tabulate(width, height, (x, y) => colour((frame * height + y) * width + x)));
  const tall = rows * down;
  const bar = barOf(look, seen, scale, tall + 2);
  const wide = width * across + 70;
  const head = column(
    look,
    sayLines(look, 'title', title, wide),
    ...(caption === undefined ? [] : [sayLines(look, 'caption', caption, wide)]),
    ...(channelText(movie) === '' ? [] : [sayLines(look, 'caption', channelText(movie), wide)]),
    space(look, 0, 6),
  );
  const frame = (index: number): Raster =>
    onPaper(
      look,
      column(
        look,
        head,
        clock(look, index, movie, width * across),
        space(look, 0, 8),
        row(look, framed(look, field(index)), space(look, 8, 0), bar),
      ),
    );
  return encodeGif({ frames, frame, delay: (i) => (i === frames - 1 ? lastFrameStands : delay) });
};

/**
 * The animation as the bytes of a GIF that repeats for ever. Signed fields share one symmetric scale over all frames; a
 * row of sites is drawn as space (across) and time (down), up to the present step.
 *
 * @returns DecodeError when the values do not fill the frames, or a complex field does not have two channels.
 * @example
 * fieldGif({ title: 'Kuramoto', height: 64, width: 64, channels: 1, frames: 50, values, seen: 'phase', interval: 1 })
 */
export const fieldGif = (movie: FieldMovie): Checked<Uint8Array> => {
  const { height, width, channels, frames, values, seen } = movie;
  const wanted = frames * height * width * channels;
  if (frames < 1 || values.length !== wanted)
    return E.left(decodeError('field movie', `values: ${values.length}, but the frames need ${wanted}`));
  if (seen === 'complex' && channels < 2)
    return E.left(decodeError('field movie', 'a complex field needs two channels'));
  return E.tryCatch(() => draw(movie), defect);
};
