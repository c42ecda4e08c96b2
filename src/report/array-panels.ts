/**
 * Arrays as pictures, one pixel for each cell: sequences as strips, fields and films as frames, classes in their
 * colours.
 */

import type { ArrayForm } from '../data/arrays.js';
import { labelColourAt } from '../data/classes/colours.js';
import { diverging, type Rgb } from './colours.js';
import { type Raster, tabulate } from './raster.js';
import { rangeText, symmetricScale } from './scale.js';

/** How the values of an array become colours. */
export type Colouring =
  | { readonly kind: 'classes'; readonly count: number }
  /** 0 to 1: grey, or red, green and blue. */
  | { readonly kind: 'shares' }
  /** Blue below 0, white at 0, red above; full colour at this distance from 0. */
  | { readonly kind: 'signed'; readonly end: number };

/** The most frames of a film that are shown. */
const mostFrames = 12;
/** The number of steps on a line; a longer sequence of one channel is wrapped like text. */
const longestLine = 120;
/** A second axis up to this size counts channels, a longer one sites. */
const mostChannels = 16;
/** The lines between the frames of a film. */
const between: Rgb = [128, 128, 128];

/** The colouring of an array, from the values of all samples that are shown. */
export const colouringOf = (
  { classes, integer }: Pick<ArrayForm, 'classes' | 'integer'>,
  values: ArrayLike<number>,
): Colouring => {
  if (classes !== undefined) return { kind: 'classes', count: classes.length };
  const all = Array.from(values);
  if (all.every((value) => value >= 0 && value <= 1) && (integer || all.some((value) => value > 0)))
    return { kind: 'shares' };
  return { kind: 'signed', end: symmetricScale(values, 1) };
};

/** The meaning of the colours, beside a panel; empty if it is obvious. */
export const rangeOf = (colouring: Colouring): string | null =>
  colouring.kind === 'signed' ? rangeText({ centre: 0, end: colouring.end }) : null;

const byte = (share: number): number => Math.round(255 * Math.min(1, Math.max(0, share)));

/** The colour of the value at `at`, whose cell has `channels` channels. */
const colourAt = (
  colouring: Colouring,
  values: ArrayLike<number>,
  at: number,
  channels: number,
  x: number,
  y: number,
): Rgb => {
  switch (colouring.kind) {
    case 'classes':
      return labelColourAt(values[at], colouring.count, x, y);
    case 'shares':
      return channels === 3
        ? [byte(values[at]), byte(values[at + 1]), byte(values[at + 2])]
        : [byte(values[at]), byte(values[at]), byte(values[at])];
    case 'signed':
      return diverging(values[at] / colouring.end);
  }
};

/** The number of steps of a sequence that are drawn on one line. */
export const lineOf = (steps: number, channels: number): number => {
  if (channels > 1 || steps <= longestLine) return steps;
  const side = Math.round(Math.sqrt(steps));
  return side * side === steps ? side : Math.min(longestLine, side * 2);
};

/** The height of a strip's lines in cells, so that it is not too thin. */
const thickness = (steps: number, lines: number): number => Math.max(1, Math.round(steps / (12 * lines)));

/** A sequence [T, C]: time from left to right, a line for each channel. */
const strip = (values: ArrayLike<number>, steps: number, channels: number, colouring: Colouring): Raster => {
  const line = lineOf(steps, channels);
  const lines = channels === 1 ? Math.ceil(steps / line) : channels;
  const thick = line < steps ? 1 : thickness(steps, lines);
  return tabulate(line, lines * thick, (x, y) => {
    const row = Math.floor(y / thick);
    const at = channels === 1 ? row * line + x : x * channels + row;
    return at < values.length ? colourAt(colouring, values, at, 1, x, row) : between;
  });
};

const field = (
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  colouring: Colouring,
  offset = 0,
): Raster =>
  tabulate(width, height, (x, y) =>
    colourAt(colouring, values, offset + (y * width + x) * channels, channels, x, y),
  );

/** Frames side by side, with a line between neighbours. */
const frames = (values: ArrayLike<number>, shape: readonly number[], colouring: Colouring): Raster => {
  const [height, width, channels] = shape.slice(-3);
  const size = height * width * channels;
  const count = Math.min(mostFrames, values.length / size);
  const each = Array.from({ length: count }, (_, k) =>
    field(values, [height, width, channels], colouring, k * size),
  );
  const at = (k: number): number => k * (width + 1);
  return tabulate(at(count) - 1, height, (x, y) => {
    const k = Math.floor(x / (width + 1));
    const column = x - at(k);
    if (column === width) return between;
    const pixel = 3 * (y * width + column);
    const { rgb } = each[k];
    return [rgb[pixel], rgb[pixel + 1], rgb[pixel + 2]];
  });
};

/** Whether an array is drawn as a strip of steps; classes of a plane are a field, however narrow. */
const isStrip = (shape: readonly number[], { kind }: Pick<Colouring, 'kind'>): boolean =>
  shape.length === 1 || (shape.length === 2 && kind !== 'classes' && shape[1] <= mostChannels);

/** One array of one sample as a picture; null for a single number, which is shown as text. */
export const arrayPanel = (
  values: ArrayLike<number>,
  shape: readonly number[],
  colouring: Colouring,
): Raster | null => {
  const [first = 0, second = 0, third = 0] = shape;
  switch (shape.length) {
    case 0:
      return null;
    case 1:
      return strip(values, first, 1, colouring);
    case 2:
      return isStrip(shape, colouring)
        ? strip(values, first, second, colouring)
        : field(values, [first, second, 1], colouring);
    case 3:
      return field(values, [first, second, third], colouring);
    default:
      return frames(values, shape, colouring);
  }
};

/** The name of an array beside its picture, with a note on omitted parts. */
export const panelName = (name: string, shape: readonly number[], colouring: Colouring): string => {
  const channels = shape.length > 2 ? shape[shape.length - 1] : 1;
  const shown = shape.slice(0, -3).reduce((a, b) => a * b, 1);
  const steps = shape[0] ?? 0;
  const line = shape.length === 1 || (shape.length === 2 && shape[1] === 1) ? lineOf(steps, 1) : steps;
  return [
    name,
    ...(line < steps && shape.length < 3 ? [`lines of ${line} steps`] : []),
    ...(channels > 1 && !(channels === 3 && colouring.kind === 'shares') ? [`channel 1 of ${channels}`] : []),
    ...(shape.length > 3 && shown > mostFrames ? [`${mostFrames} of ${shown} frames`] : []),
  ].join(', ');
};

/** A number, or the name of a class, as text. */
export const valueWords = (value: number, { classes }: Pick<ArrayForm, 'classes'>): string =>
  classes === undefined ? `${Number(value.toPrecision(4))}` : (classes[value] ?? 'no class');

/** The approximate size of an array's picture in CSS pixels; strips and films are wide. */
export const panelSizes = (
  shape: readonly number[],
  colouring: Pick<Colouring, 'kind'>,
): { readonly wide: number; readonly narrow: number } => {
  const long = isStrip(shape, colouring);
  if (shape.length > 3) {
    const count = Math.min(
      mostFrames,
      shape.slice(0, -3).reduce((a, b) => a * b, 1),
    );
    return { wide: Math.max(112, 76 * count), narrow: Math.max(74, 56 * count) };
  }
  const folded = long && lineOf(shape[0] ?? 0, shape[1] ?? 1) < (shape[0] ?? 0);
  return long && !folded ? { wide: 280, narrow: 220 } : { wide: 112, narrow: 74 };
};
