/**
 * The colours of every picture: errors, waves, and the paper. Colours of classes are in src/data/classes. Error colours
 * were found by the same search as those of classes, and spec/report/colours.spec.ts measures both.
 */

import { interpolateRdBu } from 'd3-scale-chromatic';

export { classColour, classColours, voidColourAt, voidColours } from '../data/classes/colours.js';

/** Red, green, blue, each 0..255. */
export type Rgb = readonly [number, number, number];

/** `#rrggbb` to a colour. */
export const rgb = (hex: string): Rgb => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

/** A colour as `#rrggbb`. */
export const hex = ([r, g, b]: Rgb): string =>
  `#${[r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('')}`;

/** From a (share 0) to b (share 1), channel by channel. */
export const mix = (a: Rgb, b: Rgb, share: number): Rgb => [
  Math.round(a[0] + (b[0] - a[0]) * share),
  Math.round(a[1] + (b[1] - a[1]) * share),
  Math.round(a[2] + (b[2] - a[2]) * share),
];

/** Paper and ink. */
export interface Theme {
  readonly name: 'light' | 'dark';
  readonly paper: Rgb;
  readonly ink: Rgb;
  /** For secondary text: captions, axis labels. */
  readonly muted: Rgb;
  /** For hairlines: frames, grid. */
  readonly line: Rgb;
}

export const light: Theme = {
  name: 'light',
  paper: rgb('#ffffff'),
  ink: rgb('#1b1e26'),
  muted: rgb('#596172'),
  line: rgb('#d5d9e2'),
};

export const dark: Theme = {
  name: 'dark',
  paper: rgb('#191b21'),
  ink: rgb('#eceef3'),
  muted: rgb('#a3abba'),
  line: rgb('#3d4350'),
};

/** How a predicted pixel differs from its target. */
export const errorColours = {
  /** Background, predicted as background. */
  background: rgb('#26282e'),
  /** Foreground, predicted as the right class. */
  right: rgb('#6d727d'),
  /** Foreground, predicted as background. */
  missed: rgb('#8fd3ff'),
  /** Background, predicted as a class. */
  invented: rgb('#ffe83b'),
  /** Foreground, predicted as another class. */
  confused: rgb('#e0531a'),
} as const;

/** Steps of the diverging map: odd, so that zero has a colour; few, since each costs bytes in a GIF. */
export const divergingLevels = 49;

const divergingTable: readonly Rgb[] = Array.from({ length: divergingLevels }, (_, i) => {
  // ColorBrewer's RdBu runs from red to blue; here positive displacement is red.
  const parts = interpolateRdBu(1 - i / (divergingLevels - 1)).match(/\d+/g) ?? [];
  return [Number(parts[0]), Number(parts[1]), Number(parts[2])];
});

const notANumber = rgb('#000000');

/**
 * The wave colour of a value in -1..1: blue below zero, near white at zero, red above; values beyond the ends have
 * the colour of the end, and NaN is black.
 *
 * @example
 * diverging(1)   // dark red, [103, 0, 31]
 */
export const diverging = (value: number): Rgb => {
  if (Number.isNaN(value)) return notANumber;
  const inside = Math.min(1, Math.max(-1, value));
  return divergingTable[Math.round(((inside + 1) / 2) * (divergingLevels - 1))];
};
