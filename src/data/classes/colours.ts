/**
 * The colours of classes: one function for contact sheets, segmentations, legends and charts, so that a class looks the
 * same on every page.
 *
 * They were searched (simulated annealing around the Okabe-Ito palette) so that any two of them, the background
 * included, are at least 15 apart in CIEDE2000 for normal sight and for full protanopia, deuteranopia and tritanopia;
 * spec/report/colours.spec.ts measures it.
 */

import { power } from '../../base/power.js';

/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [number, number, number];

const colour = (hex: string): Colour => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

/** Background first, neutral, then ten classes; the first five are the furthest apart. */
export const classColours: readonly Colour[] = [
  '#26282e',
  '#456a9c',
  '#e79c00',
  '#74b7a0',
  '#a83109',
  '#ca9dff',
  '#ffed5c',
  '#c6eaff',
  '#9b7141',
  '#7d0cab',
  '#f9f5eb',
].map(colour);

/** Pixels without a class are hatched in these two greys, which no class has. */
export const voidColours: readonly [Colour, Colour] = [colour('#87827d'), colour('#c8c8cd')];

/** The hatch at column x, row y. */
export const voidColourAt = (x: number, y: number): Colour => voidColours[(x + y) % 2];

/** How many times the colours are reused, mixed with the background, before they repeat. */
const rounds = 3;

const mixed = (a: Colour, b: Colour, share: number): Colour => [
  Math.round(a[0] + (b[0] - a[0]) * share),
  Math.round(a[1] + (b[1] - a[1]) * share),
  Math.round(a[2] + (b[2] - a[2]) * share),
];

/**
 * The colour of a class, 0 being the background. From the eleventh class on the colours are mixed with the background;
 * from the thirty-first on they repeat, since stronger mixtures would look like the background. The distances above
 * hold for the first ten classes only.
 *
 * @example
 * classColour(0)   // [38, 40, 46]
 */
export const classColour = (label: number): Colour => {
  if (label < classColours.length) return classColours[label];
  const kinds = classColours.length - 1;
  const round = Math.floor((label - 1) / kinds) % rounds;
  return mixed(classColours[1 + ((label - 1) % kinds)], classColours[0], 1 - power(0.6, round));
};

/**
 * The colour of a pixel's label at column x, row y of a picture: that of its class, or the hatch if it has none.
 *
 * @param classes the number of classes; a label below 0 or beyond them is not a class (base/no-class)
 */
export const labelColourAt = (label: number, classes: number, x: number, y: number): Colour =>
  Number.isInteger(label) && label >= 0 && label < classes ? classColour(label) : voidColourAt(x, y);
