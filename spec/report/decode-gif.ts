/** GIF files read back by a decoder that is not ours, each frame laid over the one before. */

import { GifReader } from 'omggif';
import type { Raster } from '../../src/report/raster.js';

export interface DecodedGif {
  readonly width: number;
  readonly height: number;
  /** 0 is for ever. */
  readonly loops: number | null;
  /** Hundredths of a second. */
  readonly delays: readonly number[];
  readonly frames: readonly Raster[];
}

const withoutAlpha = (rgba: Uint8Array): Uint8Array => {
  const rgb = new Uint8Array((3 * rgba.length) / 4);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3)
    for (let c = 0; c < 3; c++) rgb[to + c] = rgba[from + c];
  return rgb;
};

export const decodeGif = (bytes: Uint8Array): DecodedGif => {
  const gif = new GifReader(Buffer.from(bytes));
  const { width, height } = gif;
  const canvas = new Uint8Array(4 * width * height);
  const indices = Array.from({ length: gif.numFrames() }, (_, i) => i);
  const frames = indices.map((i) => {
    // Transparent pixels are left as they are on the canvas.
    gif.decodeAndBlitFrameRGBA(i, canvas);
    return { width, height, rgb: withoutAlpha(canvas) };
  });
  return {
    width,
    height,
    loops: gif.loopCount(),
    delays: indices.map((i) => gif.frameInfo(i).delay),
    frames,
  };
};
