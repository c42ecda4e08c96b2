/** Parts of figures of panels: sizes, pictures as base64, keys of colours. */

import { errorColours } from './colours.js';
import { classEntries } from './legend.js';
import type { Key, Panel, Side } from './page/panel-figure.js';
import { zoomFor } from './panels.js';
import { encodePng } from './png.js';
import type { Raster } from './raster.js';

export const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** The approximate sizes of panels in CSS pixels: on a laptop and on a phone. */
export interface PanelSizes {
  readonly wide: number;
  readonly narrow: number;
}

/** The width available for one panel. */
const room: PanelSizes = { wide: 900, narrow: 320 };

const sideOf = (height: number, width: number, size: number, most: number): Side => {
  const zoom = zoomFor(height, width, size);
  const shrunk = Math.min(1, most / (width * zoom));
  return {
    width: Math.max(1, Math.round(width * zoom * shrunk)),
    height: Math.max(1, Math.round(height * zoom * shrunk)),
  };
};

/** The sides of a panel of cells: each cell has a whole number of pixels if there is room. */
export const sidesOf = (
  height: number,
  width: number,
  { wide, narrow }: PanelSizes,
): Pick<Panel<unknown>, 'wide' | 'narrow'> => ({
  wide: sideOf(height, width, wide, room.wide),
  narrow: sideOf(height, width, narrow, room.narrow),
});

/** A still panel; the picture has one pixel for each cell. */
export const still = (name: string, raster: Raster, sizes: PanelSizes): Panel<string> => ({
  name,
  shows: base64(encodePng(raster)),
  ...sidesOf(raster.height, raster.width, sizes),
});

/** The key of the classes, from `classEntries`. */
export const classKey = (classes: readonly string[], targets: readonly ArrayLike<number>[]): Key => ({
  subject: 'classes',
  entries: classEntries(classes, targets).map(({ name, colour }) => ({
    name,
    colour: typeof colour === 'function' ? null : colour,
  })),
});

/** The key of correct and wrong pixels. */
export const errorKey: Key = {
  subject: 'errors',
  entries: [
    { name: 'right', colour: errorColours.right },
    { name: 'missed', colour: errorColours.missed },
    { name: 'invented', colour: errorColours.invented },
    { name: 'wrong class', colour: errorColours.confused },
  ],
};
