/** A sheet of images, each beside its mask, as one raster of RGB bytes. */

import type { Raster } from '../formats/png/png.js';
import { type Colour, labelColourAt } from './classes/colours.js';
import { maskOf, type Split } from './dataset.js';

export interface SheetOptions {
  /** Indices of the images; default all. */
  readonly indices?: readonly number[];
  /** Pairs in a row; default 8. */
  readonly columns?: number;
  /** The side of one image pixel in pixels of the sheet; by default an image gets about 96. */
  readonly scale?: number;
}

const gap = 4;
const paper = 255;

/**
 * Image and mask side by side, pair after pair, on white.
 *
 * Classes have the same colours as in all other pictures; ignored pixels are hatched. Images of one channel are drawn
 * grey, those of two with the second as blue, those of more than three with the first three.
 *
 * @example
 * encodePng(contactSheet(dataset.test, { indices: [0, 1, 2, 3], columns: 2 }))
 */
export const contactSheet = (split: Split, options: SheetOptions = {}): Raster => {
  const indices = options.indices ?? Array.from({ length: split.count }, (_, i) => i);
  const columns = Math.max(1, Math.min(options.columns ?? 8, indices.length));
  const scale = options.scale ?? Math.max(1, Math.round(96 / split.width));
  const pairWidth = 2 * split.width * scale + 1;
  const pairHeight = split.height * scale;
  const width = gap + columns * (pairWidth + gap);
  const height = gap + Math.ceil(indices.length / columns) * (pairHeight + gap);
  const pixels = new Uint8Array(width * height * 3).fill(paper);

  const draw = (
    top: number,
    left: number,
    colourAt: (pixel: number, x: number, y: number) => Colour,
  ): void => {
    for (let y = 0; y < pairHeight; y++) {
      for (let x = 0; x < split.width * scale; x++) {
        const pixel = Math.floor(y / scale) * split.width + Math.floor(x / scale);
        pixels.set(colourAt(pixel, x, y), ((top + y) * width + left + x) * 3);
      }
    }
  };
  for (const [at, i] of indices.entries()) {
    const top = gap + Math.floor(at / columns) * (pairHeight + gap);
    const left = gap + (at % columns) * (pairWidth + gap);
    const first = i * split.height * split.width;
    draw(top, left, (pixel) => pixelColour(split, first + pixel));
    const mask = maskOf(split, i);
    // The hatch is two pixels wide on the sheet, so that it is visible.
    draw(top, left + split.width * scale + 1, (pixel, x, y) =>
      labelColourAt(mask[pixel], Number.POSITIVE_INFINITY, x >> 1, y >> 1),
    );
  }
  return { width, height, pixels };
};

const pixelColour = ({ images, channels }: Split, pixel: number): Colour => {
  const at = pixel * channels;
  if (channels === 1) return [images[at], images[at], images[at]];
  return channels === 2 ? [0, images[at], images[at + 1]] : [images[at], images[at + 1], images[at + 2]];
};
