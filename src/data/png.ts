/** PNG files: pictures written from RGB rasters. */

import { PNG } from 'pngjs';
import type { Raster } from './contact-sheet.js';

/** The bytes of an RGB PNG. */
export const encodePng = ({ width, height, pixels }: Raster): Uint8Array => {
  const png = new PNG({ width, height });
  png.data = Buffer.from(pixels);
  return PNG.sync.write(png, { inputColorType: 2, inputHasAlpha: false, colorType: 2 });
};
