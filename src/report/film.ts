/**
 * Films: all moving panels of a figure in one animation. Its pieces are arranged on lines, with the clock on the last.
 */

import { type Rgb, rgb } from './colours.js';
import { encodeGif } from './gif.js';
import type { Cut, Film, Panel } from './page/panel-figure.js';
import { base64 } from './panel-parts.js';
import { above, beside, pixel, type Raster, tabulate } from './raster.js';

/** Colours of the clock, for light and dark paper. */
export const time: { readonly gone: Rgb; readonly toCome: Rgb } = {
  gone: rgb('#4f8fd0'),
  toCome: rgb('#a9afba'),
};

const clockCells = 100;

/**
 * A piece with its outermost cells repeated around it, so that a browser that cuts at fractions of a pixel shows no
 * neighbour.
 */
const edged = (raster: Raster): Raster => {
  const inside = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at - 1));
  return tabulate(raster.width + 2, raster.height + 2, (x, y) =>
    pixel(raster, inside(x, raster.width), inside(y, raster.height)),
  );
};

/** A moving panel; sizes are in cells. */
export interface Moving {
  readonly name: string;
  readonly range?: string;
  readonly width: number;
  readonly height: number;
  readonly sides: Pick<Panel<unknown>, 'wide' | 'narrow'>;
  readonly draw: (frame: number) => Raster;
}

/** The layout of the film: the panels of a sample on one line, the clock on the last. */
const laidOut = (
  lines: readonly (readonly Pick<Moving, 'width' | 'height'>[])[],
): readonly (readonly Cut[])[] => {
  let y = 0;
  return lines.map((line) => {
    let x = 0;
    const cuts = line.map(({ width, height }) => {
      const cut: Cut = { x: x + 1, y: y + 1, width, height };
      x += width + 2;
      return cut;
    });
    y += Math.max(0, ...line.map(({ height }) => height + 2));
    return cuts;
  });
};

const clockOf = (frames: number): Pick<Moving, 'width' | 'height' | 'draw'> => ({
  width: clockCells,
  height: 1,
  draw: (frame) =>
    tabulate(clockCells, 1, (x) => (x < (clockCells * (frame + 1)) / frames ? time.gone : time.toCome)),
});

/** The times of its frames, and the labels of its clock. */
export interface Timing {
  readonly frames: number;
  readonly delay: (index: number) => number;
  readonly from: string;
  readonly to: string;
}

/** The film of these lines of moving panels, and where each panel is in it. */
export const filmOf = (
  moving: readonly (readonly Moving[])[],
  { frames, delay, from, to }: Timing,
): { readonly film: Film; readonly panels: readonly (readonly Panel<Cut>[])[] } => {
  const lines = [...moving, [clockOf(frames)]];
  const cuts = laidOut(lines);
  // This colour fills the ends of lines and is never shown.
  const [join, stack] = [beside(time.toCome), above(time.toCome)];
  const frame = (index: number): Raster =>
    stack(...lines.map((line) => join(...line.map((one) => edged(one.draw(index))))));
  const { width, height } = frame(0);
  return {
    film: {
      gif: base64(encodeGif({ frames, frame, delay })),
      width,
      height,
      clock: { ...cuts[moving.length][0], from, to },
    },
    panels: moving.map((line, i) =>
      line.map(({ name, range, sides }, at) => ({
        name,
        ...(range === undefined ? {} : { range }),
        shows: cuts[i][at],
        ...sides,
      })),
    ),
  };
};
