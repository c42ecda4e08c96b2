/** The hidden waves of a few samples for a page: the panels of `wavesGif`, their words as the page's own text. */

import * as E from 'fp-ts/lib/Either.js';
import { type DrumheadError, defect } from '../base/error.js';
import { light, type Rgb, rgb } from './colours.js';
import { encodeGif } from './gif.js';
import type { Cut, Film, Panel, PanelFigure } from './page/panel-figure.js';
import { base64, classKey, sidesOf, still } from './panel-parts.js';
import { historyPanel, imagePanel, inputName, labelPanel, predictionPanel, wavePanel } from './panels.js';
import { above, beside, pixel, type Raster, tabulate } from './raster.js';
import { type WaveSample, waveSizeOf } from './sample.js';
import { channelScale, rangeText, timeText, type ValueScale } from './scale.js';
import { channelName, isLine } from './wave-row.js';
import { checkedWaves, defaultChannels, delayOf, framesOf, notesOf, type WavesPicture } from './waves.js';

const sizes = { wide: 128, narrow: 104 };

/** Of a film that is seen on light and on dark paper. */
const time: { readonly gone: Rgb; readonly toCome: Rgb } = { gone: rgb('#4f8fd0'), toCome: rgb('#a9afba') };
/** What has not come yet of a row of sites. */
const notYet = { ...light, paper: time.toCome };

const clockCells = 100;

/** Cells repeated all round, so that a piece that is cut out by fractions of a pixel shows nothing else. */
const edged = (raster: Raster): Raster => {
  const inside = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at - 1));
  return tabulate(raster.width + 2, raster.height + 2, (x, y) =>
    pixel(raster, inside(x, raster.width), inside(y, raster.height)),
  );
};

/** One thing that moves, in cells. */
interface Moving {
  readonly name: string;
  readonly range: string;
  readonly width: number;
  readonly height: number;
  readonly sides: Pick<Panel<unknown>, 'wide' | 'narrow'>;
  readonly draw: (frame: number) => Raster;
}

const movingOf = (
  sample: WaveSample,
  channel: number,
  steps: readonly number[],
  fixed: number | undefined,
): Moving => {
  const { height, width } = waveSizeOf(sample);
  const scale: ValueScale =
    fixed === undefined
      ? channelScale(sample.waves, channel, sample.waveChannels)
      : { centre: 0, end: fixed };
  const common = { name: channelName(channel, sample), range: rangeText(scale), width };
  if (!isLine(sample))
    return {
      ...common,
      height,
      sides: sidesOf(height, width, sizes),
      draw: (frame) => wavePanel(sample, steps[frame], channel, scale),
    };
  const cells = { height: steps.length, width };
  const { wide, narrow } = sidesOf(1, width, sizes);
  return {
    ...common,
    height: steps.length,
    sides: { wide: { ...wide, height: sizes.wide }, narrow: { ...narrow, height: sizes.narrow } },
    draw: (frame) => historyPanel(sample, steps, frame + 1, channel, scale, cells, notYet),
  };
};

/** Where each thing lies in the film, a sample's things in a line, the clock in the last. */
const laidOut = (
  lines: readonly (readonly Pick<Moving, 'width' | 'height'>[])[],
): readonly (readonly Cut[])[] => {
  let y = 0;
  return lines.map((line) => {
    let x = 0;
    const cuts = line.map(({ width, height }) => {
      const cut: Cut = { x: x + 1, y: y + 1, width, height };
      x += width + 2;
      return cut;
    });
    y += Math.max(0, ...line.map(({ height }) => height + 2));
    return cuts;
  });
};

const clockOf = (frames: number): Pick<Moving, 'width' | 'height' | 'draw'> => ({
  width: clockCells,
  height: 1,
  draw: (frame) =>
    tabulate(clockCells, 1, (x) => (x < (clockCells * (frame + 1)) / frames ? time.gone : time.toCome)),
});

const stepText = (step: number, dt: number | undefined): string =>
  `step ${step + 1}${dt === undefined ? '' : `, t = ${timeText((step + 1) * dt, dt)}`}`;

const stillsOf = (sample: WaveSample, classes: number): readonly Panel<string>[] => {
  const { height, width, target, prediction } = sample;
  return [
    still(inputName(sample), imagePanel(sample), sizes),
    still('target', labelPanel(target, height, width, classes), sizes),
    ...(prediction === undefined
      ? []
      : [still('prediction', predictionPanel(prediction, target, height, width, classes), sizes)]),
  ];
};

const draw = (picture: WavesPicture & { readonly alt: string }): PanelFigure => {
  const { samples, classes, dt, alt } = picture;
  const stepCount = samples[0].steps;
  const steps = framesOf(stepCount, picture.mostFrames ?? 50);
  const channels = picture.channels ?? defaultChannels(samples[0]);
  const moving = samples.map((sample) =>
    channels.map((channel) => movingOf(sample, channel, steps, picture.scale)),
  );
  const clock = clockOf(steps.length);
  const cuts = laidOut([...moving, [clock]]);
  // Only its colour fills up what a line leaves over, and nothing shows it.
  const [join, stack] = [beside(time.toCome), above(time.toCome)];
  const frame = (index: number): Raster =>
    stack(...[...moving, [clock]].map((line) => join(...line.map((one) => edged(one.draw(index))))));
  const { width, height } = frame(0);
  const gif = encodeGif({ frames: steps.length, frame, delay: delayOf(steps.length, picture.delay) });
  const film: Film = {
    gif: base64(gif),
    width,
    height,
    clock: {
      ...cuts[samples.length][0],
      from: stepText(steps[0], dt),
      to: stepText(steps[steps.length - 1], dt),
    },
  };
  return {
    type: 'panels',
    alt,
    film,
    groups: samples.map((sample, i) => ({
      name: sample.name ?? '',
      note: notesOf(sample),
      stills: stillsOf(sample, classes.length),
      moving: moving[i].map(({ name, range, sides }, c) => ({ name, range, shows: cuts[i][c], ...sides })),
    })),
    keys: [
      classKey(
        classes,
        samples.map(({ target }) => target),
      ),
    ],
  };
};

/**
 * The animation as a figure of a page.
 *
 * @returns DecodeError when sizes, lengths or labels do not agree, with every problem.
 */
export const wavesFigure = (
  picture: WavesPicture & { readonly alt: string },
): E.Either<DrumheadError, PanelFigure> =>
  E.flatMap(checkedWaves(picture), (p) => E.tryCatch(() => draw(p), defect));
