/** What charts of answers have in common: their settings, and a title over lines. */

import type { Chart } from '../chart.js';
import type { Theme } from '../colours.js';
import type { Room } from '../figures/layout.js';
import { textAt } from '../figures/parts.js';

/** The settings of a drawing. */
export interface Look {
  readonly theme?: Theme;
  readonly room?: Room;
}

/** Room for a title and a line below it. */
export const heading = 52;

/** Layers of a chart. */
export type Layers = Extract<Chart['spec'], { layer: unknown }>['layer'];

/** A title and lines below it, from the left edge of the chart. */
export const titled = (
  x: number,
  y: number,
  title: string,
  lines: readonly string[],
  theme: Theme,
): Layers => [
  textAt(x, y, title, theme.ink, { bold: true, size: 13 }),
  ...lines.map((line, i) => textAt(x, y + 18 + 16 * i, line, theme.muted)),
];
