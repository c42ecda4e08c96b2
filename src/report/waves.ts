/**
 * The hidden waves of a few samples as an animation, as in the publication: one row for each sample with its input,
 * target and prediction, and beside them each channel of the hidden state over time. Each channel of each row has its
 * own scale for the whole animation, which a strip below it shows.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, defect, unlessProblems } from '../base/error.js';
import type { Theme } from './colours.js';
import { encodeGif, withFewColours } from './gif.js';
import { classEntries, legend } from './legend.js';
import {
  atLeast,
  column,
  type Look,
  onPaper,
  plainLook,
  pointsWide,
  row,
  say,
  sayLines,
  sayWithin,
  space,
} from './look.js';
import { imagePanel } from './panels.js';
import { blank, type Raster } from './raster.js';
import { asksNothing, type WaveSample, waveSampleProblems } from './sample.js';
import { timeText } from './scale.js';
import { firstBroken, sampleRow } from './wave-row.js';

export interface WavesPicture {
  /** One row for each sample; all have the same number of steps and channels. */
  readonly samples: readonly WaveSample[];
  /** Names of the classes by label, the background first. */
  readonly classes: readonly string[];
  readonly title?: string;
  /** Channels to show, counted from 0 here and from 1 in the picture; the first four by default. */
  readonly channels?: readonly number[];
  /**
   * The displacement of full colour for all channels; by default each channel of each row has its own, around its own
   * offset.
   */
  readonly scale?: number;
  /** Time per step; if given, the time is shown beside the step. */
  readonly dt?: number;
  /** The most frames (default 50), spread evenly from the first step to the last. */
  readonly mostFrames?: number;
  /** Milliseconds per frame (default 80). */
  readonly delay?: number;
  readonly theme?: Theme;
}

/** The width of the picture if the title is wider than the panels. */
const narrowest = 260;
const lastFrameStands = 1200;

/** The time of each frame, in milliseconds. */
export const delayOf =
  (frames: number, delay = 80) =>
  (index: number): number =>
    index === frames - 1 ? lastFrameStands : delay;
/** The colours for photographs; the rest of a GIF's 256 colours is for waves, classes and text. */
const imageColours = 120;

const problems = (picture: WavesPicture): readonly string[] => {
  const { samples, classes, channels = [], scale = 1, mostFrames = 1 } = picture;
  return [
    ...(scale > 0 && Number.isFinite(scale) ? [] : [`scale: ${scale} is not a number above 0`]),
    ...(Number.isInteger(mostFrames) && mostFrames >= 1
      ? []
      : [`mostFrames: ${mostFrames} is not a whole number of at least 1`]),
    ...(samples.length === 0 ? ['samples: none given'] : []),
    ...samples.flatMap((s, i) => waveSampleProblems(`samples[${i}]`, s, classes.length)),
    ...samples.flatMap((s, i) =>
      s.steps === samples[0].steps && s.waveChannels === samples[0].waveChannels
        ? []
        : [`samples[${i}]: its waves have another number of steps or channels than those of samples[0]`],
    ),
    ...(picture.channels?.length === 0 ? ['channels: none given'] : []),
    ...channels.flatMap((c) =>
      samples.every((s) => Number.isInteger(c) && c >= 0 && c < s.waveChannels)
        ? []
        : [`channels: there is no channel ${c} counted from 0; the waves have ${samples[0].waveChannels}`],
    ),
  ];
};

/** The 0-based steps that become frames: at most `most` of `steps`, evenly, with both ends. */
export const framesOf = (steps: number, most: number): readonly number[] => {
  const count = Math.max(1, Math.min(steps, most));
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? steps - 1 : Math.round((i * (steps - 1)) / (count - 1)),
  );
};

/** The frames as rasters, each made on demand; `steps` are the steps that they show, counted from 0. */
export interface WaveFrames {
  readonly steps: readonly number[];
  readonly frame: (index: number) => Raster;
}

/** The present step, in words and as a bar; `wide` in points. */
const clock = (look: Look, step: number, steps: number, dt: number | undefined, wide: number): Raster => {
  const words = `step ${step + 1}${dt === undefined ? '' : `, t = ${timeText((step + 1) * dt, dt)}`}`;
  // A fixed width, so that the bar does not jump when the number gets longer.
  const label = atLeast(look, dt === undefined ? 58 : 116, 0, say(look, 'strong', words));
  const end = say(look, 'caption', `${steps}`);
  const room = Math.max(12, wide - pointsWide(look, label) - pointsWide(look, end) - 6);
  const done = Math.round((room * (step + 1)) / steps);
  const bar = row(look, blank(done, 3, look.theme.ink), blank(room - done, 3, look.theme.line));
  return row(look, label, column(look, space(look, 0, 7), bar), space(look, 6, 0), end);
};

/** The note on a sample and its waves. */
export const notesOf = (sample: WaveSample): string => {
  const step = firstBroken(sample);
  return [
    ...(sample.note === undefined ? [] : [sample.note]),
    ...(step === null ? [] : [`not finite from step ${step} on (black)`]),
  ].join(', ');
};

const rowName = (look: Look, sample: WaveSample, wide: number): Raster => {
  const { name } = sample;
  const notes = notesOf(sample);
  return name === undefined && notes === ''
    ? space(look, 0, 0)
    : column(
        look,
        space(look, 0, 8),
        row(
          look,
          sayWithin(look, 'strong', name ?? '', wide / 2 - 10),
          space(look, 10, 0),
          sayWithin(look, 'caption', notes, wide / 2 - 10),
        ),
      );
};

/** The channels that are drawn by default. */
export const defaultChannels = ({ waveChannels }: WaveSample): readonly number[] =>
  Array.from({ length: Math.min(4, waveChannels) }, (_, c) => c);

/** The frames of a valid picture; still parts are drawn once. */
const drawFrames = (picture: WavesPicture): WaveFrames => {
  const { samples, classes, title, dt } = picture;
  const look: Look = { ...plainLook, theme: picture.theme ?? plainLook.theme };
  const { steps: stepCount } = samples[0];
  const steps = framesOf(stepCount, picture.mostFrames ?? 50);
  const images = withFewColours(imageColours, samples.map(imagePanel));
  const rows = samples.map((sample, i) =>
    sampleRow(look, sample, images[i], {
      channels: picture.channels ?? defaultChannels(samples[0]),
      steps,
      scale: picture.scale ?? null,
      classes: classes.length,
      predicted: samples.some(({ prediction }) => prediction !== undefined),
    }),
  );
  const wide = Math.max(narrowest, ...rows.map((draw) => pointsWide(look, draw(0))));
  const names = samples.map((sample) => rowName(look, sample, wide));
  const titleLine =
    title === undefined
      ? space(look, 0, 0)
      : column(look, sayLines(look, 'title', title, wide), space(look, 0, 6));
  const keys = samples.every(asksNothing)
    ? space(look, 0, 0)
    : legend(
        look,
        'classes',
        classEntries(
          classes,
          samples.map(({ target }) => target),
        ),
        wide,
      );
  const frame = (index: number): Raster => {
    const lines = rows.map((draw, i) => column(look, names[i], draw(index), space(look, 0, 4)));
    const time = clock(look, steps[index], stepCount, dt, wide);
    return onPaper(look, column(look, titleLine, time, ...lines, space(look, 0, 8), keys));
  };
  return { steps, frame };
};

/** The picture, if it can be drawn. **Errors** DecodeError with every problem. */
export const checkedWaves = <A extends WavesPicture>(picture: A): Checked<A> => {
  const found = problems(picture);
  return unlessProblems('waves picture', found, picture);
};

/**
 * The frames of the animation, e.g. to make a still of one step.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const waveFrames = (picture: WavesPicture): Checked<WaveFrames> =>
  E.flatMap(checkedWaves(picture), (p) => E.tryCatch(() => drawFrames(p), defect));

/**
 * The animation as the bytes of a GIF that repeats for ever, the last step shown a little longer.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 * @example
 * wavesGif({
 *   classes: ['background', 'I', 'O'],
 *   samples: [{ height: 32, width: 32, channels: 3, image, target, prediction,
 *               waves, steps: 50, waveChannels: 2, name: 'test image 17' }],
 * })   // Right(Uint8Array)
 */
export const wavesGif = (picture: WavesPicture): Checked<Uint8Array> =>
  E.flatMap(checkedWaves(picture), (p) =>
    E.tryCatch(() => {
      const { steps, frame } = drawFrames(p);
      return encodeGif({ frames: steps.length, frame, delay: delayOf(steps.length, p.delay) });
    }, defect),
  );
