/** TIFF files: the first picture of a file, read by the optional package tiff (pure JavaScript). */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import { isPng } from './chunks.js';
import { kindOf } from './picture-kind.js';
import type { FoundPicture, LeftOut, StoredMask } from './png.js';

/** The part of a page that is used. */
const page = t.type({
  width: t.number,
  height: t.number,
  samplesPerPixel: t.number,
  bitsPerSample: t.number,
  sampleFormat: t.number,
  /** How its numbers are colours: 0 and 1 grey, 2 red, green and blue, 3 a palette. */
  type: t.number,
});

/** The package, whose types are not imported, so that drumhead compiles without it. */
interface Tiff {
  readonly decode: (
    bytes: Uint8Array,
    options: { pages?: number[]; ignoreImageData?: boolean },
  ) => readonly unknown[];
}

const packageName = 'tiff';

const load = (source: string): Effect<Tiff> =>
  TE.tryCatch(
    async (): Promise<Tiff> => await import(packageName),
    () =>
      decodeError(
        source,
        `it is a TIFF, which needs the optional package ${packageName}, and that is not installed here; run \`npm install ${packageName}@7.1.3\` in the folder of drumhead, or save it as PNG`,
      ),
  );

/** Whether a file begins as a TIFF does, in either byte order. */
export const isTiff = ([a, b, c, d]: Uint8Array): boolean =>
  (a === 0x49 && b === 0x49 && c === 42 && d === 0) || (a === 0x4d && b === 0x4d && c === 0 && d === 42);

/** Whether a file is to be read as a TIFF: it begins as one, or it is named as one and does not begin as a PNG. */
export const isReadAsTiff = (bytes: Uint8Array, path: string): boolean =>
  isTiff(bytes) || (/\.tiff?$/i.test(path) && !isPng(bytes));

/** What is wrong with a file that does not begin as a TIFF. */
const otherStart = (bytes: Uint8Array): string => {
  if (bytes.length === 0) return 'the file is empty';
  const kind = kindOf(bytes);
  return kind === null
    ? 'it does not begin as one; save it again, as TIFF or PNG'
    : `it is ${kind}, whatever its name says; save it as TIFF or PNG`;
};

/** The samples of the first page, pixel after pixel. */
interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly depth: 1 | 8 | 16;
  readonly values: Uint8Array | Uint16Array;
  readonly palette: readonly (readonly number[])[] | null;
  readonly pages: number;
}

const paletteCodec = t.readonlyArray(t.readonlyArray(t.number));

const samplesOf = (tiff: Tiff, bytes: Uint8Array): E.Either<string, Samples> => {
  // Reads only the sizes first, so that nothing is allocated before the header is checked.
  const pages = tiff.decode(bytes, { ignoreImageData: true });
  const [first] = pages;
  if (!page.is(first)) return E.left('it has no picture');
  const { width, height, samplesPerPixel: channels, bitsPerSample: depth, sampleFormat, type } = first;
  if (width * height > limits.pixels || width * height < 1)
    return E.left(`it has ${grouped(width * height)} pixels, and ${grouped(limits.pixels)} is the limit`);
  if (sampleFormat !== 1 || (depth !== 1 && depth !== 8 && depth !== 16))
    return E.left(
      `its samples have ${depth} bits${sampleFormat === 3 ? ' of floating point' : ''}; save 8 or 16 bits of whole numbers, or its values as .npy`,
    );
  const [read] = tiff.decode(bytes, { pages: [0] });
  const data: unknown = t.type({ data: t.unknown }).is(read) ? read.data : null;
  if (
    !(data instanceof Uint8Array || data instanceof Uint16Array) ||
    data.length !== width * height * channels
  )
    return E.left('its samples are not as many as its sizes say');
  const colours: unknown = type === 3 && t.type({ palette: t.unknown }).is(read) ? read.palette : null;
  return E.right({
    width,
    height,
    channels,
    depth,
    values: data,
    palette: paletteCodec.is(colours) ? colours : null,
    pages: pages.length,
  });
};

const readTiff = (bytes: Uint8Array, source: string): Effect<Samples> =>
  pipe(
    isTiff(bytes) ? load(source) : TE.left(decodeError(source, `not a readable TIFF: ${otherStart(bytes)}`)),
    TE.flatMapEither((tiff) =>
      pipe(
        E.tryCatch(
          () => samplesOf(tiff, bytes),
          (cause) => (cause instanceof Error ? cause.message : String(cause)),
        ),
        E.flatten,
        E.mapLeft((problem) => decodeError(source, `not a readable TIFF: ${problem}`)),
      ),
    ),
  );

const leftOutOf = ({ channels, pages }: Samples): readonly LeftOut[] => [
  ...(channels === 2 || channels === 4 ? ['transparency' as const] : []),
  ...(pages > 1 ? ['further pictures' as const] : []),
];

const byteOf = (value: number, depth: number): number =>
  depth === 8 ? value : Math.round((value * 255) / (2 ** depth - 1));

/** The picture in the bytes of a TIFF, as `findPicture` reads a PNG. **Errors** DecodeError. */
export const tiffPicture = (bytes: Uint8Array, source: string): Effect<FoundPicture> =>
  pipe(
    readTiff(bytes, source),
    TE.map((samples): FoundPicture => {
      const { width, height, channels: stored, depth, values, palette } = samples;
      const channels = palette !== null || stored >= 3 ? 3 : 1;
      const bytes = new Uint8Array(width * height * channels);
      for (let p = 0; p < width * height; p++)
        for (let c = 0; c < channels; c++)
          // Colours of a palette have 16 bits.
          bytes[p * channels + c] =
            palette === null
              ? byteOf(values[p * stored + c], depth)
              : byteOf(palette[values[p * stored]]?.[c] ?? 0, 16);
      const lost = depth === 16 && values.some((value) => value % 257 !== 0);
      return {
        picture: { width, height, channels, values: bytes },
        leftOut: [...leftOutOf(samples), ...(lost ? ['the last 8 of 16 bits' as const] : [])],
      };
    }),
  );

const asMask = (samples: Samples, source: string): Checked<StoredMask> => {
  const { width, height, channels, values } = samples;
  if (channels > 2)
    return E.left(
      decodeError(
        source,
        'it is a picture in colours; a mask has one grey value, or one number of a palette, for each pixel',
      ),
    );
  const first = channels === 1 ? values : values.filter((_, i) => i % channels === 0);
  return E.right({ width, height, values: first, leftOut: leftOutOf(samples) });
};

/** The values of a mask as they are stored in a TIFF, as `findMask` reads a PNG. **Errors** DecodeError. */
export const tiffMask = (bytes: Uint8Array, source: string): Effect<StoredMask> =>
  pipe(
    readTiff(bytes, source),
    TE.flatMapEither((samples) => asMask(samples, source)),
  );
