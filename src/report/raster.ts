/**
 * Pictures made of pixels, and the small algebra that puts them together.
 *
 * A raster is a value: every combinator returns a new one. Laws (checked in spec/report/raster.spec.ts): `beside`
 * adds widths and takes the greatest height, `above` the other way round; both are associative when aligned at the
 * start; `scaleUp(a)` after `scaleUp(b)` is `scaleUp(a * b)`; `crop` undoes `pad`.
 */

import type { Rgb } from './colours.js';

/** Pixels in rows from the top left, three bytes each: `rgb.length = 3 * width * height`. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** The alignment of a smaller raster across the direction of joining. */
export type Align = 'start' | 'centre' | 'end';

/** Pixels to add on each side. */
export interface Margins {
  readonly left?: number;
  readonly right?: number;
  readonly top?: number;
  readonly bottom?: number;
}

/** A raster of one colour; either side may be 0, which makes a gap for `beside` and `above`. */
export const blank = (width: number, height: number, fill: Rgb): Raster => {
  const rgb = new Uint8Array(3 * width * height);
  rgb.set(fill.slice(0, rgb.length));
  // Filled by copies of doubling length, since an animation makes thousands of these.
  for (let done = 3; done < rgb.length; done *= 2) rgb.copyWithin(done, 0, done);
  return { width, height, rgb };
};

/** The raster whose pixel at column x, row y has the given colour. */
export const tabulate = (width: number, height: number, colourAt: (x: number, y: number) => Rgb): Raster => {
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgb.set(colourAt(x, y), 3 * (y * width + x));
  }
  return { width, height, rgb };
};

/** The colour at column x, row y. */
export const pixel = (raster: Raster, x: number, y: number): Rgb => {
  const at = 3 * (y * raster.width + x);
  return [raster.rgb[at], raster.rgb[at + 1], raster.rgb[at + 2]];
};

/** Copies the rows of `source` into a buffer that is `width` pixels wide; the caller made sure that they fit. */
const copyInto = (target: Uint8Array, width: number, source: Raster, x: number, y: number): void => {
  const row = 3 * source.width;
  for (let v = 0; v < source.height; v++) {
    target.set(source.rgb.subarray(v * row, (v + 1) * row), 3 * ((y + v) * width + x));
  }
};

/** Every pixel becomes a square of `factor` by `factor`: nearest neighbour, so that a cell stays a cell. */
export const scaleUp =
  (factor: number) =>
  (raster: Raster): Raster => {
    if (factor === 1) return raster;
    const width = raster.width * factor;
    const rgb = new Uint8Array(3 * width * raster.height * factor);
    for (let y = 0; y < raster.height; y++) {
      const first = 3 * width * y * factor;
      for (let x = 0; x < width; x++) {
        const from = 3 * (y * raster.width + Math.floor(x / factor));
        rgb[first + 3 * x] = raster.rgb[from];
        rgb[first + 3 * x + 1] = raster.rgb[from + 1];
        rgb[first + 3 * x + 2] = raster.rgb[from + 2];
      }
      for (let copy = 1; copy < factor; copy++) {
        rgb.copyWithin(first + 3 * width * copy, first, first + 3 * width);
      }
    }
    return { width, height: raster.height * factor, rgb };
  };

const offset = (align: Align, room: number): number =>
  align === 'start' ? 0 : align === 'end' ? room : Math.floor(room / 2);

/** Rasters from left to right; lower ones are padded. */
export const beside =
  (fill: Rgb, align: Align = 'start') =>
  (...rasters: readonly Raster[]): Raster => {
    const width = rasters.reduce((sum, r) => sum + r.width, 0);
    const height = rasters.reduce((most, r) => Math.max(most, r.height), 0);
    const out = blank(width, height, fill);
    let x = 0;
    for (const r of rasters) {
      copyInto(out.rgb, width, r, x, offset(align, height - r.height));
      x += r.width;
    }
    return out;
  };

/** Rasters from top to bottom; narrower ones are padded. */
export const above =
  (fill: Rgb, align: Align = 'start') =>
  (...rasters: readonly Raster[]): Raster => {
    const width = rasters.reduce((most, r) => Math.max(most, r.width), 0);
    const height = rasters.reduce((sum, r) => sum + r.height, 0);
    const out = blank(width, height, fill);
    let y = 0;
    for (const r of rasters) {
      copyInto(out.rgb, width, r, offset(align, width - r.width), y);
      y += r.height;
    }
    return out;
  };

/** Adds margins of one colour. */
export const pad =
  (fill: Rgb, { left = 0, right = 0, top = 0, bottom = 0 }: Margins) =>
  (raster: Raster): Raster => {
    const out = blank(raster.width + left + right, raster.height + top + bottom, fill);
    copyInto(out.rgb, out.width, raster, left, top);
    return out;
  };

/** The raster within a frame of equal thickness. */
export const border = (colour: Rgb, thickness: number): ((raster: Raster) => Raster) =>
  pad(colour, { left: thickness, right: thickness, top: thickness, bottom: thickness });

/** The part that starts at column x, row y, clipped to the raster. */
export const crop =
  (x: number, y: number, width: number, height: number) =>
  (raster: Raster): Raster => {
    const x0 = Math.min(Math.max(x, 0), raster.width);
    const y0 = Math.min(Math.max(y, 0), raster.height);
    const w = Math.max(0, Math.min(x + width, raster.width) - x0);
    const h = Math.max(0, Math.min(y + height, raster.height) - y0);
    const rgb = new Uint8Array(3 * w * h);
    for (let v = 0; v < h; v++) {
      const from = 3 * ((y0 + v) * raster.width + x0);
      rgb.set(raster.rgb.subarray(from, from + 3 * w), 3 * v * w);
    }
    return { width: w, height: h, rgb };
  };

/** Draws `top` over `base` with its corner at column x, row y; parts outside `base` are cut off. */
export const overlay =
  (top: Raster, x: number, y: number) =>
  (base: Raster): Raster => {
    const [left, upper] = [Math.max(x, 0), Math.max(y, 0)];
    const seen = crop(left - x, upper - y, base.width - left, base.height - upper)(top);
    const rgb = base.rgb.slice();
    if (seen.width > 0 && seen.height > 0) copyInto(rgb, base.width, seen, left, upper);
    return { width: base.width, height: base.height, rgb };
  };
