/** Cyclic colours: for phases, and for complex numbers by phase and magnitude. */

import { interpolateRainbow } from 'd3-scale-chromatic';
import { mix, type Rgb, rgb } from './colours.js';

/** Steps of the cyclic map: few, because each costs bytes in a GIF. */
export const cyclicLevels = 36;

const table: readonly Rgb[] = Array.from({ length: cyclicLevels }, (_, i) => {
  const parts = interpolateRainbow(i / cyclicLevels).match(/\d+/g) ?? [];
  return [Number(parts[0]), Number(parts[1]), Number(parts[2])];
});

const night = rgb('#14161c');

/** An angle in radians to the number of its colour. */
const levelOf = (angle: number): number => {
  const turn = angle / (2 * Math.PI);
  return Math.round((turn - Math.floor(turn)) * cyclicLevels) % cyclicLevels;
};

/**
 * The colour of an angle in radians; a full turn brings the same colour back. NaN is black.
 *
 * @example
 * cyclic(0)   // the same as cyclic(2 * Math.PI)
 */
export const cyclic = (angle: number): Rgb => (Number.isFinite(angle) ? table[levelOf(angle)] : [0, 0, 0]);

/** The number of steps from dark to full colour. */
const shades = 5;

/** The colour of a complex number: its phase gives the hue, its magnitude the brightness (0 to 1; larger ones as 1). */
export const complexColour = (re: number, im: number): Rgb => {
  if (!Number.isFinite(re) || !Number.isFinite(im)) return [0, 0, 0];
  const share = Math.round(Math.min(1, Math.hypot(re, im)) * shades) / shades;
  return share === 1 ? cyclic(Math.atan2(im, re)) : mix(night, cyclic(Math.atan2(im, re)), share);
};
