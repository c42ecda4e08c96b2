/** Colours of phases and speeds that are also distinguishable without colour vision. */

import { mix, type Rgb, rgb, type Theme } from '../colours.js';

const quarters = ['#f2f2ee', '#3f7fc4', '#20222a', '#d9822b'].map(rgb);

/**
 * The colour of a phase: white at 0, blue at a quarter turn, black at half a turn, orange at three quarters. Lightness
 * distinguishes 0 from pi; blue and orange are a pair of hues that everybody can distinguish.
 */
export const phaseColour = (angle: number): Rgb => {
  if (!Number.isFinite(angle)) return [128, 128, 128];
  const turns = angle / (2 * Math.PI);
  const at = 4 * (turns - Math.floor(turns));
  const from = Math.floor(at) % 4;
  return mix(quarters[from], quarters[(from + 1) % 4], at - Math.floor(at));
};

/**
 * A share 0 .. 1 from paper to ink through one hue, so that more is further from the paper in the light and the dark
 * theme.
 */
export const rampColour = (theme: Theme, share: number): Rgb => {
  const hue = rgb(theme.name === 'light' ? '#2f6fb0' : '#4f9be0');
  const inside = Math.min(1, Math.max(0, share));
  return inside < 0.5 ? mix(theme.paper, hue, 2 * inside) : mix(hue, theme.ink, 2 * inside - 1);
};

/** The colour of a missing value: between paper and ink, without a hue. */
export const nowhere = (theme: Theme): Rgb => mix(theme.paper, theme.line, 0.6);
