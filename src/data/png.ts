/** PNG files: pictures written from RGB rasters, images and class masks read. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { PNG, type PNGWithMetadata } from 'pngjs';
import { type DrumheadError, decodeError } from '../base/error.js';
import type { Raster } from './contact-sheet.js';

/** A picture read from a PNG: one channel where the file is grey, else red, green and blue; transparency is left out. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** (height, width, channels), 0 to 255. */
  readonly values: Uint8Array;
}

/** The bytes of a PNG that `decodePng` reads back to this picture, and `decodeMaskPng` where it is grey. */
export const encodePicture = ({ width, height, channels, values }: Picture): Uint8Array => {
  const png = new PNG({ width, height });
  png.data = Buffer.from(values);
  const kind = channels === 1 ? 0 : 2;
  return PNG.sync.write(png, { inputColorType: kind, inputHasAlpha: false, colorType: kind });
};

/** The bytes of an RGB PNG. */
export const encodePng = ({ width, height, pixels }: Raster): Uint8Array =>
  encodePicture({ width, height, channels: 3, values: pixels });

const read = (
  bytes: Uint8Array,
  source: string,
  options: { readonly skipRescale?: boolean; readonly checkCRC?: boolean } = {},
): E.Either<DrumheadError, PNGWithMetadata> =>
  E.tryCatch(
    () => PNG.sync.read(Buffer.from(bytes), options),
    (cause) => decodeError(source, `not a readable PNG: ${cause instanceof Error ? cause.message : cause}`),
  );

/** The picture in the bytes of a PNG, whatever its depth. */
export const decodePng = (bytes: Uint8Array, source: string): E.Either<DrumheadError, Picture> =>
  pipe(
    read(bytes, source),
    E.map(({ width, height, color, data }) => ({
      ...{ width, height, channels: color ? 3 : 1 },
      values: data.filter((_, i) => i % 4 < (color ? 3 : 1)),
    })),
  );

const headerBytes = 8;
const colourTypeAt = 25;
const isPalette = (bytes: Uint8Array): boolean => bytes[colourTypeAt] === 3;

/** The same file said to be grey, so that its pixels are read as the palette's indices, not its colours. */
const asIndices = (bytes: Uint8Array): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, headerBytes)];
  for (let at = headerBytes; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (['IHDR', 'IDAT', 'IEND'].includes(kind)) kept.push(bytes.subarray(at, at + 12 + view.getUint32(at)));
  }
  const grey = Buffer.concat(kept);
  grey[colourTypeAt] = 0;
  return grey;
};

/**
 * The class labels in the bytes of a PNG: the grey value of each pixel as it is stored, or its index in the palette.
 *
 * @returns (height, width) labels; a DecodeError where the file is a picture in colours, or a label is beyond 255
 */
export const decodeMaskPng = (bytes: Uint8Array, source: string): E.Either<DrumheadError, Picture> =>
  pipe(
    read(bytes, source),
    // The second reading changes the header, whose own checksum the first has seen to be right.
    E.chain(() =>
      read(isPalette(bytes) ? asIndices(bytes) : bytes, source, { skipRescale: true, checkCRC: false }),
    ),
    E.chain(({ width, height, data }) => {
      const labels = new Uint8Array(width * height);
      for (let p = 0; p < labels.length; p++) {
        const value = data[4 * p];
        if (value !== data[4 * p + 1] || value !== data[4 * p + 2]) {
          const place = `row ${Math.floor(p / width)}, column ${p % width}`;
          return E.left(
            decodeError(
              source,
              `a mask in colours (${place}); save labels as grey values or palette indices`,
            ),
          );
        }
        if (value > 255) return E.left(decodeError(source, `the label ${value}; labels go from 0 to 255`));
        labels[p] = value;
      }
      return E.right({ width, height, channels: 1, values: labels });
    }),
  );
