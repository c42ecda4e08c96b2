/** Rasters as PNG files. */

import { PNG } from 'pngjs';
import type { Raster } from './raster.js';

/** The bytes of an 8-bit RGB PNG. The same raster always gives the same bytes. */
export const encodePng = ({ width, height, rgb }: Raster): Uint8Array => {
  const png = new PNG({ width, height });
  for (let i = 0, j = 0; i < rgb.length; i += 3, j += 4) {
    png.data[j] = rgb[i];
    png.data[j + 1] = rgb[i + 1];
    png.data[j + 2] = rgb[i + 2];
    png.data[j + 3] = 255;
  }
  return new Uint8Array(PNG.sync.write(png, { colorType: 2, inputHasAlpha: true }));
};
