/** The hidden waves of a few samples for a page: the panels of `wavesGif`, with HTML text. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, defect } from '../base/error.js';
import { light } from './colours.js';
import { filmOf, type Moving, time } from './film.js';
import type { Panel, PanelFigure } from './page/panel-figure.js';
import { classKey, sidesOf, still } from './panel-parts.js';
import { historyPanel, imagePanel, inputName, labelPanel, predictionPanel, wavePanel } from './panels.js';
import { asksNothing, type WaveSample, waveSizeOf } from './sample.js';
import { channelScale, rangeText, timeText, type ValueScale } from './scale.js';
import { channelName, isLine } from './wave-row.js';
import { checkedWaves, defaultChannels, delayOf, framesOf, notesOf, type WavesPicture } from './waves.js';

const sizes = { wide: 128, narrow: 104 };

/** The colour of steps that are still to come in a row of sites. */
const notYet = { ...light, paper: time.toCome };

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

const stepText = (step: number, dt: number | undefined): string =>
  `step ${step + 1}${dt === undefined ? '' : `, t = ${timeText((step + 1) * dt, dt)}`}`;

const stillsOf = (sample: WaveSample, classes: number): readonly Panel<string>[] => {
  const { height, width, target, prediction } = sample;
  return [
    still(inputName(sample), imagePanel(sample), sizes),
    ...(asksNothing(sample) ? [] : [still('target', labelPanel(target, height, width, classes), sizes)]),
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
  const { film, panels } = filmOf(moving, {
    frames: steps.length,
    delay: delayOf(steps.length, picture.delay),
    from: stepText(steps[0], dt),
    to: stepText(steps[steps.length - 1], dt),
  });
  return {
    type: 'panels',
    alt,
    film,
    groups: samples.map((sample, i) => ({
      name: sample.name ?? '',
      note: notesOf(sample),
      stills: stillsOf(sample, classes.length),
      moving: panels[i],
    })),
    keys: samples.every(asksNothing)
      ? []
      : [
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
export const wavesFigure = (picture: WavesPicture & { readonly alt: string }): Checked<PanelFigure> =>
  E.flatMap(checkedWaves(picture), (p) => E.tryCatch(() => draw(p), defect));
