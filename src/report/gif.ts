/** Rasters over time as an animated GIF. */

import { gifenc } from './gifenc.js';
import type { Raster } from './raster.js';

export interface Animation {
  readonly frames: number;
  /** The frame with this index, from 0. All frames have one size. It is called once for each frame, in order. */
  readonly frame: (index: number) => Raster;
  /** The time of a frame in milliseconds; GIF counts in hundredths of a second. */
  readonly delay: (index: number) => number;
}

/** One of 256 colours stays free: it means "as in the frame before". */
const mostColours = 255;
const unchanged = mostColours;

const packed = (rgb: Uint8Array, at: number): number => (rgb[at] << 16) | (rgb[at + 1] << 8) | rgb[at + 2];
const unpacked = (colour: number): readonly number[] => [
  (colour >> 16) & 255,
  (colour >> 8) & 255,
  colour & 255,
];

/** A colour table that takes up new colours until it is full, and then returns the nearest one. */
const growingPalette = () => {
  const colours: (readonly number[])[] = [];
  const known = new Map<number, number>();
  const indexOf = (colour: number): number => {
    const found = known.get(colour);
    if (found !== undefined) return found;
    const parts = unpacked(colour);
    const index =
      colours.length < mostColours ? colours.push(parts) - 1 : gifenc.nearestColorIndex(colours, parts);
    known.set(colour, index);
    return index;
  };
  const table = (): (readonly number[])[] =>
    Array.from({ length: mostColours + 1 }, (_, i) => colours[i] ?? [0, 0, 0]);
  return { indexOf, table };
};

/** The pixels that changed since the frame before; the others become transparent and compress to almost nothing. */
const difference = (now: Uint8Array, before: Uint8Array | undefined): Uint8Array =>
  before === undefined ? now : now.map((index, i) => (index === before[i] ? unchanged : index));

/**
 * The bytes of a GIF that repeats for ever. Exact as long as all frames together have at most 255 colours; further
 * colours are shown as the nearest of the first 255.
 */
export const encodeGif = ({ frames, frame, delay }: Animation): Uint8Array => {
  const palette = growingPalette();
  const first = frame(0);
  const { width, height } = first;
  const indexed = Array.from({ length: frames }, (_, i) => {
    const { rgb } = i === 0 ? first : frame(i);
    const out = new Uint8Array(width * height);
    // Most pixels have the colour of the one before.
    let [last, index] = [-1, 0];
    for (let p = 0; p < out.length; p++) {
      const colour = packed(rgb, 3 * p);
      if (colour !== last) [last, index] = [colour, palette.indexOf(colour)];
      out[p] = index;
    }
    return out;
  });
  const table = palette.table();
  const gif = gifenc.GIFEncoder();
  indexed.forEach((pixels, i) => {
    gif.writeFrame(difference(pixels, indexed[i - 1]), width, height, {
      ...(i === 0 ? { palette: table, repeat: 0 } : { transparent: true, transparentIndex: unchanged }),
      delay: delay(i),
      dispose: 1,
    });
  });
  gif.finish();
  return gif.bytes();
};

/**
 * The same pictures with at most `most` colours in all, so that photographs leave room for the other colours of a GIF.
 * Pictures that have no more colours are returned unchanged.
 */
export const withFewColours = (most: number, rasters: readonly Raster[]): readonly Raster[] => {
  const seen = new Set<number>();
  for (const { rgb } of rasters) for (let i = 0; i < rgb.length; i += 3) seen.add(packed(rgb, i));
  if (seen.size <= most) return rasters;
  const colours = [...seen];
  const rgba = new Uint8Array(4 * colours.length);
  colours.forEach((colour, i) => {
    rgba.set([...unpacked(colour), 255], 4 * i);
  });
  const palette = gifenc.quantize(rgba, most);
  const near = new Map<number, readonly number[]>();
  return rasters.map(({ width, height, rgb }) => {
    const out = new Uint8Array(rgb.length);
    for (let i = 0; i < rgb.length; i += 3) {
      const key = packed(rgb, i);
      const colour = near.get(key) ?? palette[gifenc.nearestColorIndex(palette, unpacked(key))];
      near.set(key, colour);
      out.set(colour, i);
    }
    return { width, height, rgb: out };
  });
};
