/** The panels: the image, a map of labels, the errors of the prediction, one channel of the wave. */

import { hasClass, noClass } from '../base/no-class.js';
import { labelColourAt, voidColourAt } from '../data/classes/colours.js';
import { diverging, errorColours, type Rgb, type Theme } from './colours.js';
import { type Raster, tabulate } from './raster.js';
import { type Sample, type WaveSample, waveSizeOf } from './sample.js';
import type { ValueScale } from './scale.js';

const byte = (value: number): number => Math.round(Math.min(255, Math.max(0, value || 0)));

/** The model's input image, one pixel per cell. */
export const imagePanel = ({ image, width, height, channels }: Sample): Raster =>
  tabulate(width, height, (x, y) => {
    const at = (y * width + x) * channels;
    if (channels === 1) return [byte(image[at]), byte(image[at]), byte(image[at])];
    return channels === 2
      ? [0, byte(image[at]), byte(image[at + 1])]
      : [byte(image[at]), byte(image[at + 1]), byte(image[at + 2])];
  });

/** The name of an image's panel; it says so if the image has more channels than the three that are drawn. */
export const inputName = ({ channels }: Sample): string =>
  channels > 3 ? `input, 3 of ${channels} channels` : 'input';

/** Labels `[height, width]` in their class colours; pixels without a class are hatched. */
export const labelPanel = (
  labels: ArrayLike<number>,
  height: number,
  width: number,
  classes = Number.POSITIVE_INFINITY,
): Raster => tabulate(width, height, (x, y) => labelColourAt(labels[y * width + x], classes, x, y));

/** The prediction in class colours; hatched at ignored pixels, since predictions do not count there. */
export const predictionPanel = (
  prediction: ArrayLike<number>,
  target: ArrayLike<number>,
  height: number,
  width: number,
  classes = Number.POSITIVE_INFINITY,
): Raster =>
  tabulate(width, height, (x, y) => {
    const at = y * width + x;
    return labelColourAt(hasClass(target[at]) ? prediction[at] : noClass, classes, x, y);
  });

/** The kind of error at one pixel. */
export const errorKind = (target: number, predicted: number): keyof typeof errorColours => {
  if (target === predicted) return target === 0 ? 'background' : 'right';
  if (predicted === 0) return 'missed';
  return target === 0 ? 'invented' : 'confused';
};

/** The errors of the prediction; pixels without a class have none. */
export const errorPanel = (
  target: ArrayLike<number>,
  prediction: ArrayLike<number>,
  height: number,
  width: number,
  classes = Number.POSITIVE_INFINITY,
): Raster =>
  tabulate(width, height, (x, y): Rgb => {
    const at = y * width + x;
    if (!hasClass(target[at]) || target[at] >= classes) return voidColourAt(x, y);
    return errorColours[errorKind(target[at], prediction[at])];
  });

/**
 * One channel of the hidden state at one step, in wave colours.
 *
 * @param step 0-based; step 0 is the first observed state.
 * @param channel 0-based.
 * @param scale the white value, and the distance from it to full colour, on both sides.
 */
export const wavePanel = (
  sample: WaveSample,
  step: number,
  channel: number,
  { centre, end }: ValueScale,
): Raster => {
  const { waves, waveChannels } = sample;
  const { height, width } = waveSizeOf(sample);
  return tabulate(width, height, (x, y) => {
    const at = ((step * height + y) * width + x) * waveChannels + channel;
    return diverging((waves[at] - centre) / end);
  });
};

/**
 * A row of sites over time up to the present step, in wave colours: sites from left to right, time downwards.
 *
 * @param steps the 0-based steps, one row for each; only the first `seen` are drawn
 * @param size sides of the picture, in pixels
 */
export const historyPanel = (
  sample: WaveSample,
  steps: readonly number[],
  seen: number,
  channel: number,
  { centre, end }: ValueScale,
  size: { readonly height: number; readonly width: number },
  theme: Theme,
): Raster => {
  const { waves, waveChannels } = sample;
  const { width } = waveSizeOf(sample);
  return tabulate(size.width, size.height, (x, y) => {
    const row = Math.floor((y * steps.length) / size.height);
    if (row >= seen) return theme.paper;
    const site = Math.floor((x * width) / size.width);
    return diverging((waves[(steps[row] * width + site) * waveChannels + channel] - centre) / end);
  });
};

/** How often a cell is repeated so that the panel is about 128 pixels. */
export const zoomFor = (height: number, width: number, size: number): number =>
  Math.max(1, Math.floor(size / Math.max(height, width)));
