/** Parts that the charts share, as Vega-Lite layers placed by hand. */

import type { Rgb } from '../colours.js';
import { hex } from '../colours.js';

/** Text at a place in points. */
export const textAt = (
  x: number,
  y: number,
  text: string,
  colour: Rgb,
  style: {
    readonly align?: 'left' | 'center' | 'right';
    readonly bold?: boolean;
    readonly size?: number;
    /** Degrees, clockwise. */
    readonly angle?: number;
  } = {},
) => ({
  data: { values: [{ text }] },
  mark: {
    type: 'text' as const,
    align: style.align ?? ('left' as const),
    color: hex(colour),
    fontSize: style.size ?? 12,
    ...(style.angle === undefined ? {} : { angle: style.angle }),
    ...(style.bold === true ? { fontWeight: 600 as const } : {}),
  },
  encoding: { x: { value: x }, y: { value: y }, text: { field: 'text' } },
});

/** A thin line between two places in points: from a mark to its name. */
export const lineBetween = (x: number, y: number, x2: number, y2: number, colour: Rgb) => ({
  data: { values: [{}] },
  mark: { type: 'rule' as const, color: hex(colour), strokeWidth: 0.6, opacity: 0.55 },
  encoding: { x: { value: x }, y: { value: y }, x2: { value: x2 }, y2: { value: y2 } },
});

/** A sign at a place in points, for keys. */
export const signAt = (
  x: number,
  y: number,
  colour: Rgb,
  sign: { readonly shape: 'circle' | 'diamond' | 'square'; readonly filled: boolean; readonly size?: number },
) => ({
  data: { values: [{}] },
  mark: {
    type: 'point' as const,
    shape: sign.shape,
    filled: sign.filled,
    opacity: 1,
    size: sign.size ?? 60,
    strokeWidth: 2,
    color: hex(colour),
  },
  encoding: { x: { value: x }, y: { value: y } },
});
