/** One panel each: the image, a map of labels, what the prediction got wrong, one channel of the wave. */

import { classColour, diverging, errorColours, type Rgb } from './colours.js';
import { type Raster, tabulate } from './raster.js';
import type { Sample, WaveSample } from './sample.js';

const byte = (value: number): number => Math.round(Math.min(255, Math.max(0, value || 0)));

/** The still image as it is given to the model, one pixel a cell. */
export const imagePanel = ({ image, width, height, channels }: Sample): Raster =>
  tabulate(width, height, (x, y) => {
    const at = (y * width + x) * channels;
    return channels === 1
      ? [byte(image[at]), byte(image[at]), byte(image[at])]
      : [byte(image[at]), byte(image[at + 1]), byte(image[at + 2])];
  });

/** Labels `[height, width]` in their class colours. */
export const labelPanel = (labels: ArrayLike<number>, height: number, width: number): Raster =>
  tabulate(width, height, (x, y) => classColour(labels[y * width + x]));

/** The kind of error at one pixel. */
export const errorKind = (target: number, predicted: number): keyof typeof errorColours => {
  if (target === predicted) return target === 0 ? 'background' : 'right';
  if (predicted === 0) return 'missed';
  return target === 0 ? 'invented' : 'confused';
};

/** Where and how the prediction differs from the target. */
export const errorPanel = (
  target: ArrayLike<number>,
  prediction: ArrayLike<number>,
  height: number,
  width: number,
): Raster =>
  tabulate(width, height, (x, y): Rgb => {
    const at = y * width + x;
    return errorColours[errorKind(target[at], prediction[at])];
  });

/**
 * One channel of the hidden state at one step, in wave colours.
 *
 * @param step 0-based; step 0 is the first observed state.
 * @param channel 0-based.
 * @param scale the displacement that takes the full colour, on both sides of zero.
 */
export const wavePanel = (sample: WaveSample, step: number, channel: number, scale: number): Raster => {
  const { waves, height, width, waveChannels } = sample;
  return tabulate(width, height, (x, y) => {
    const at = ((step * height + y) * width + x) * waveChannels + channel;
    return diverging(waves[at] / scale);
  });
};

/** How often a cell is repeated so that the panel is about 128 pixels. */
export const zoomFor = (height: number, width: number, size: number): number =>
  Math.max(1, Math.floor(size / Math.max(height, width)));
