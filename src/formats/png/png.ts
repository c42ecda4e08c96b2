/** PNG files: pictures written from RGB rasters, images and class masks read. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { PNG } from 'pngjs';
import { type Checked, decodeError } from '../../base/error.js';
import { chunksOf, colourTypes, type PngFile } from './chunks.js';
import { type Samples, samplesOf } from './samples.js';

/** A picture: (height, width, 3) bytes, row by row. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A picture read from a PNG: one channel if the file is grey, else red, green and blue; transparency is left out. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** (height, width, channels), 0 to 255. */
  readonly values: Uint8Array;
}

/** The bytes of a PNG that `decodePng` reads back as this picture; so does `decodeMaskPng` if it is grey. */
export const encodePicture = ({ width, height, channels, values }: Picture): Uint8Array => {
  const png = new PNG({ width, height });
  png.data = Buffer.from(values);
  const kind = channels === 1 ? 0 : 2;
  return PNG.sync.write(png, { inputColorType: kind, inputHasAlpha: false, colorType: kind });
};

/** The bytes of an RGB PNG. */
export const encodePng = ({ width, height, pixels }: Raster): Uint8Array =>
  encodePicture({ width, height, channels: 3, values: pixels });

/** Parts of a file that are not read. */
export type LeftOut = 'transparency' | 'further pictures' | 'the last 8 of 16 bits';

/** A picture, and the parts of its file that were left out. */
export interface FoundPicture {
  readonly picture: Picture;
  readonly leftOut: readonly LeftOut[];
}

/** The values of a mask as stored; they may exceed 255. */
export interface StoredMask {
  readonly height: number;
  readonly width: number;
  /** (height, width): grey values, or indices of the palette. */
  readonly values: Uint8Array | Uint16Array;
  readonly leftOut: readonly LeftOut[];
}

interface Read {
  readonly file: PngFile;
  readonly samples: Samples;
}

const read = (bytes: Uint8Array, source: string): Checked<Read> =>
  pipe(
    chunksOf(bytes),
    E.bindTo('file'),
    E.bind('samples', ({ file }) => samplesOf(file)),
    E.mapLeft((problem) => decodeError(source, `not a readable PNG: ${problem}`)),
  );

/** Whether the last sample of a pixel is its opacity. */
const hasAlpha = ({ colourType }: Samples): boolean =>
  colourType === colourTypes.greyAlpha || colourType === colourTypes.coloursAlpha;

const isOpaque = ({ values, channels, depth }: Samples): boolean =>
  values.every((value, i) => i % channels !== channels - 1 || value === 2 ** depth - 1);

const leftOutOf = ({ file, samples }: Read): readonly LeftOut[] => [
  ...(file.kinds.has('tRNS') || (hasAlpha(samples) && !isOpaque(samples)) ? ['transparency' as const] : []),
  ...(file.kinds.has('acTL') ? ['further pictures' as const] : []),
];

/**
 * The first samples of each pixel, of any depth, as 0 to 255, rounded. A loop, since `filter` would box each value on
 * the heap.
 */
const toBytes = ({ depth, values, channels }: Samples, wanted: 1 | 3): Uint8Array => {
  const most = 2 ** depth - 1;
  const out = new Uint8Array((values.length / channels) * wanted);
  for (let from = 0, to = 0; from < values.length; from += channels)
    for (let c = 0; c < wanted; c++) {
      const value = values[from + c];
      out[to++] = depth === 8 ? value : Math.round((value * 255) / most);
    }
  return out;
};

/** The first sample of each pixel as it is stored. */
const firsts = ({ values, channels }: Samples): Samples['values'] => {
  const count = values.length / channels;
  const out = values instanceof Uint16Array ? new Uint16Array(count) : new Uint8Array(count);
  for (let p = 0; p < count; p++) out[p] = values[p * channels];
  return out;
};

/** The colours of palette indices, or the first index without a colour. */
const coloursOf = (indices: Samples['values'], palette: Uint8Array): E.Either<string, Uint8Array> => {
  const beyond = indices.find((index) => 3 * index >= palette.length);
  if (beyond !== undefined)
    return E.left(`it uses colour ${beyond} of its palette, which has ${palette.length / 3}`);
  const out = new Uint8Array(indices.length * 3);
  for (let i = 0; i < out.length; i++) out[i] = palette[3 * indices[Math.floor(i / 3)] + (i % 3)];
  return E.right(out);
};

/**
 * The picture in the bytes of a PNG of any depth, and notes on omitted parts. Samples are read as they are stored: no
 * gamma, colour profile or transparency changes them.
 *
 * **Errors** DecodeError if the file is damaged or not a PNG.
 */
export const findPicture = (bytes: Uint8Array, source: string): Checked<FoundPicture> =>
  pipe(
    read(bytes, source),
    E.flatMap((found): Checked<FoundPicture> => {
      const { width, height, channels: stored, depth, colourType, values } = found.samples;
      const leftOut = [
        ...leftOutOf(found),
        ...(depth === 16 && values.some((v) => v % 257 !== 0) ? ['the last 8 of 16 bits' as const] : []),
      ];
      if (colourType === colourTypes.palette)
        return pipe(
          coloursOf(values, found.file.palette),
          E.mapLeft((problem) => decodeError(source, `not a readable PNG: ${problem}`)),
          E.map((colours) => ({ picture: { height, width, channels: 3, values: colours }, leftOut })),
        );
      const channels = stored < 3 ? 1 : 3;
      return E.right({
        picture: { height, width, channels, values: toBytes(found.samples, channels) },
        leftOut,
      });
    }),
  );

/** The picture in the bytes of a PNG, as `findPicture`. */
export const decodePng = (bytes: Uint8Array, source: string): Checked<Picture> =>
  pipe(
    findPicture(bytes, source),
    E.map(({ picture }) => picture),
  );

/**
 * The values of a mask as they are stored in the bytes of a PNG: the grey value of each pixel, or its index in the
 * palette. Palette and transparency do not change them.
 *
 * **Errors** DecodeError if the file is a picture in colours, damaged, or not a PNG.
 */
export const findMask = (bytes: Uint8Array, source: string): Checked<StoredMask> =>
  pipe(
    read(bytes, source),
    E.flatMap((found): Checked<StoredMask> => {
      const { width, height, channels, values } = found.samples;
      const stored = { height, width, leftOut: leftOutOf(found) };
      if (channels === 1) return E.right({ ...stored, values });
      const first = firsts(found.samples);
      if (channels === 2) return E.right({ ...stored, values: first });
      for (let p = 0; p < first.length; p++) {
        const value = first[p];
        if (value === values[p * channels + 1] && value === values[p * channels + 2]) continue;
        const position = `row ${Math.floor(p / width)}, column ${p % width}`;
        return E.left(
          decodeError(
            source,
            `a mask in colours (${position}); save labels as grey values or palette indices`,
          ),
        );
      }
      return E.right({ ...stored, values: first });
    }),
  );

/**
 * The class labels in the bytes of a PNG: the values of `findMask`.
 *
 * @returns (height, width) labels; a DecodeError if the file is a picture in colours, or a label exceeds 255
 */
export const decodeMaskPng = (bytes: Uint8Array, source: string): Checked<Picture> =>
  pipe(
    findMask(bytes, source),
    E.flatMap(({ height, width, values }): Checked<Picture> => {
      const beyond = values.find((value) => value > 255);
      return beyond === undefined
        ? E.right({ height, width, channels: 1, values: Uint8Array.from(values) })
        : E.left(decodeError(source, `the label ${beyond}; labels go from 0 to 255`));
    }),
  );
