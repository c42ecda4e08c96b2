/**
 * The hidden waves of a few samples as an animation, as in the publication: one row a sample with its input, target
 * and prediction, and beside them each channel of the hidden state moving through time. The colour scale is
 * symmetric about zero and fixed over the whole animation; each row has its own, shown by its colour bar.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type DrumheadError, decodeError, defect } from '../base/error.js';
import { classColour, type Theme } from './colours.js';
import { encodeGif, withFewColours } from './gif.js';
import { colourBar, legend } from './legend.js';
import {
  atLeast,
  column,
  framed,
  type Look,
  onPaper,
  plainLook,
  pointsWide,
  row,
  say,
  sayWithin,
  separated,
  space,
} from './look.js';
import { imagePanel, labelPanel, wavePanel, zoomFor } from './panels.js';
import { beside, blank, type Raster, scaleUp } from './raster.js';
import { type WaveSample, waveSampleProblems } from './sample.js';
import { symmetricScale } from './scale.js';

export interface WavesPicture {
  /** One row each; all with the same number of steps and channels. */
  readonly samples: readonly WaveSample[];
  /** Names of the classes by label, the background first. */
  readonly classes: readonly string[];
  readonly title?: string;
  /** 0-based channels to show; the first four by default. */
  readonly channels?: readonly number[];
  /** Displacement of full colour, for all rows; by default each row's 99.5 % quantile of its magnitudes. */
  readonly scale?: number;
  /** Time per step, when the time itself shall be shown beside the step. */
  readonly dt?: number;
  /** At most so many frames (default 50), spread evenly from the first step to the last. */
  readonly mostFrames?: number;
  /** Milliseconds a frame (default 80). */
  readonly delay?: number;
  readonly theme?: Theme;
}

const panelSize = 128;
const gap = 8;
const lastFrameStands = 1200;
/** The rest of a GIF's 256 colours is for waves, classes and text. */
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
        : [`channels: there is no channel ${c}`],
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

/** The frames as rasters, each made when it is asked for; `steps` are the 0-based steps that they show. */
export interface WaveFrames {
  readonly steps: readonly number[];
  readonly frame: (index: number) => Raster;
}

/** Which step it is, in words and as a bar; `wide` in points. */
const clock = (look: Look, step: number, steps: number, dt: number | undefined, wide: number): Raster => {
  const words = `step ${step + 1}${dt === undefined ? '' : `, t = ${((step + 1) * dt).toFixed(1)}`}`;
  // A fixed width, so that the bar does not jump when the number gets longer.
  const label = atLeast(look, dt === undefined ? 58 : 116, 0, say(look, 'strong', words));
  const end = say(look, 'caption', `${steps}`);
  const room = Math.max(12, wide - pointsWide(look, label) - pointsWide(look, end) - 6);
  const done = Math.round((room * (step + 1)) / steps);
  const bar = row(look, blank(done, 3, look.theme.ink), blank(room - done, 3, look.theme.line));
  return row(look, label, column(look, space(look, 0, 7), bar), space(look, 6, 0), end);
};

/** What belongs to one sample and does not change over time. */
interface SampleRow {
  readonly sample: WaveSample;
  readonly scale: number;
  readonly panel: (raster: Raster) => Raster;
  readonly stills: Raster;
  readonly bar: Raster;
}

const sampleRow = (look: Look, sample: WaveSample, image: Raster, scale: number): SampleRow => {
  const { height, width, target, prediction } = sample;
  const zoom = zoomFor(height, width, panelSize);
  const panel = (raster: Raster): Raster => framed(look, scaleUp(zoom)(raster));
  const stills = [
    panel(image),
    panel(labelPanel(target, height, width)),
    ...(prediction === undefined ? [] : [panel(labelPanel(prediction, height, width))]),
  ];
  return {
    sample,
    scale,
    panel,
    stills: row(look, ...separated(space(look, gap, 0), stills)),
    bar: colourBar(look, scale, height * zoom + 2),
  };
};

const rowName = (look: Look, { name, note }: WaveSample, wide: number): Raster =>
  name === undefined && note === undefined
    ? space(look, 0, 0)
    : column(
        look,
        space(look, 0, 8),
        row(
          look,
          sayWithin(look, 'strong', name ?? '', wide / 2 - 10),
          space(look, 10, 0),
          sayWithin(look, 'caption', note ?? '', wide / 2 - 10),
        ),
      );

const defaultChannels = ({ waveChannels }: WaveSample): readonly number[] =>
  Array.from({ length: Math.min(4, waveChannels) }, (_, c) => c);

/** The frames of a picture that was checked: all that stands still is drawn once. */
const drawFrames = (picture: WavesPicture): WaveFrames => {
  const { samples, classes, title, dt } = picture;
  const look: Look = { ...plainLook, theme: picture.theme ?? plainLook.theme };
  const channels = picture.channels ?? defaultChannels(samples[0]);
  const { steps: stepCount, waveChannels } = samples[0];
  const images = withFewColours(imageColours, samples.map(imagePanel));
  const rows = samples.map((s, i) => sampleRow(look, s, images[i], picture.scale ?? symmetricScale(s.waves)));

  const cell = Math.max(...samples.map((s) => s.width * zoomFor(s.height, s.width, panelSize) + 2));
  const left = Math.max(...rows.map((r) => r.stills.width)) + 3 * gap;
  const right = channels.length * (cell + gap) - gap;
  const wide = left + right + gap + Math.max(...rows.map((r) => r.bar.width));

  const head = (words: string): Raster =>
    atLeast(look, cell + gap, 0, sayWithin(look, 'caption', words, cell));
  const predicted = samples.some((s) => s.prediction !== undefined);
  const stillHeads = row(look, ...['input', 'target', ...(predicted ? ['prediction'] : [])].map(head));
  const waveName = (c: number): string => {
    if (waveChannels === 1) return 'wave';
    return channels.length === waveChannels
      ? `wave, channel ${c + 1}`
      : `channel ${c + 1} of ${waveChannels}`;
  };
  const waveHeads = row(look, ...channels.map((c) => head(waveName(c))));
  const names = samples.map((s) => rowName(look, s, wide));
  const titleLine =
    title === undefined
      ? space(look, 0, 0)
      : column(look, sayWithin(look, 'title', title, wide), space(look, 0, 6));
  const keys = legend(
    look,
    'classes',
    classes.map((name, label) => ({ name, colour: classColour(label) })),
    wide,
  );

  const moving = ({ sample, scale, panel }: SampleRow, step: number): Raster =>
    row(
      look,
      ...separated(
        space(look, gap, 0),
        channels.map((c) => atLeast(look, cell, 0, panel(wavePanel(sample, step, c, scale)))),
      ),
    );
  const steps = framesOf(stepCount, picture.mostFrames ?? 50);
  const frame = (index: number): Raster => {
    const step = steps[index];
    const lines = rows.map((r, i) =>
      column(
        look,
        names[i],
        row(look, atLeast(look, left, 0, r.stills), moving(r, step), space(look, gap, 0), r.bar),
        space(look, 0, gap),
      ),
    );
    const heads = beside(look.theme.paper, 'end')(
      atLeast(look, left, 0, stillHeads),
      column(look, clock(look, step, stepCount, dt, right), space(look, 0, 3), waveHeads),
    );
    return onPaper(look, column(look, titleLine, heads, ...lines, space(look, 0, 4), keys));
  };
  return { steps, frame };
};

const checked = (picture: WavesPicture): E.Either<DrumheadError, WavesPicture> => {
  const found = problems(picture);
  return found.length === 0 ? E.right(picture) : E.left(decodeError('waves picture', ...found));
};

/**
 * The frames of the animation, e.g. to make a still of one step.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const waveFrames = (picture: WavesPicture): E.Either<DrumheadError, WaveFrames> =>
  E.flatMap(checked(picture), (p) => E.tryCatch(() => drawFrames(p), defect));

/**
 * The animation as the bytes of a GIF that repeats for ever, the last step standing a little longer.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 * @example
 * wavesGif({
 *   classes: ['background', 'I', 'O'],
 *   samples: [{ height: 32, width: 32, channels: 3, image, target, prediction,
 *               waves, steps: 50, waveChannels: 2, name: 'test image 17' }],
 * })   // Right(Uint8Array)
 */
export const wavesGif = (picture: WavesPicture): E.Either<DrumheadError, Uint8Array> =>
  E.flatMap(checked(picture), (p) =>
    E.tryCatch(() => {
      const { steps, frame } = drawFrames(p);
      const delay = (i: number): number => (i === steps.length - 1 ? lastFrameStands : (p.delay ?? 80));
      return encodeGif({ frames: steps.length, frame, delay });
    }, defect),
  );
