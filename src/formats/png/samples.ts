/**
 * The samples of a PNG as stored: inflated, unfiltered, deinterlaced, and otherwise unchanged.
 *
 * Transparency, gamma, colour profiles, significant bits and backgrounds affect how a picture is shown. They do not
 * change samples here, since a sample may be a label. Format: https://www.w3.org/TR/png-3/
 *
 * No library does this: pngjs 7 changes samples under tRNS; fast-png 8.0.0 reads interlaced pictures of 1, 2 and 4 bits
 * wrong (6 of the 30 forms of `png-stored.spec.ts`), refuses a picture for a damaged colour profile that it does not
 * need, and unpacks whatever the data hold, a gigabyte for one pixel. sharp converts instead of reading.
 */

import { inflateSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { colourTypes, type PngFile, type PngHeader } from './chunks.js';

const channelsOf = ({ colourType }: PngHeader): number =>
  ({
    [colourTypes.colours]: 3,
    [colourTypes.greyAlpha]: 2,
    [colourTypes.coloursAlpha]: 4,
  })[colourType] ?? 1;

/** The pixels of an interlacing pass: first column and row, and the distances to the next. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const adam7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

const sizeOf = ({ width, height }: PngHeader, { x, y, dx, dy }: Pass): readonly [number, number] => [
  Math.max(0, Math.ceil((width - x) / dx)),
  Math.max(0, Math.ceil((height - y) / dy)),
];

/** The Paeth predictor: the one of left, above and corner that is nearest to left + above - corner. */
const paeth = (left: number, above: number, corner: number): number => {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
};

const predicted = (filter: number, left: number, above: number, corner: number): number => {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, corner);
    default:
      return 0;
  }
};

/** Undoes the filter of a row, in place. */
const unfilter = (filter: number, row: Uint8Array, before: Uint8Array, step: number): void => {
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < step ? 0 : row[i - step];
    const corner = i < step ? 0 : before[i - step];
    row[i] += predicted(filter, left, before[i], corner);
  }
};

/** Sample i of a row of bytes. */
const sampleAt = (row: Uint8Array, depth: number, i: number): number => {
  if (depth === 8) return row[i];
  if (depth === 16) return row[2 * i] * 256 + row[2 * i + 1];
  const bit = i * depth;
  return (row[bit >> 3] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
};

const inflated = (data: Uint8Array, bytes: number): E.Either<string, Uint8Array> =>
  pipe(
    E.tryCatch(
      () => inflateSync(data, { maxOutputLength: bytes + 65536 }),
      () => 'its samples cannot be unpacked; the file is damaged',
    ),
    E.filterOrElse(
      (raw) => raw.length >= bytes,
      () => 'it holds fewer samples than its header says; the file is cut short',
    ),
  );

/** Stored samples: (height, width, channels), each from 0 to 2^depth - 1. */
export interface Samples extends PngHeader {
  readonly channels: number;
  readonly values: Uint8Array | Uint16Array;
}

/** **Errors** what is wrong, to be put after 'not a readable PNG'. */
export const samplesOf = ({ header, data }: PngFile): E.Either<string, Samples> => {
  const { width, height, depth } = header;
  const channels = channelsOf(header);
  const passes = header.interlaced ? adam7 : [{ x: 0, y: 0, dx: 1, dy: 1 }];
  const rowBytes = (across: number): number => Math.ceil((across * channels * depth) / 8);
  const needed = passes
    .map((pass) => sizeOf(header, pass))
    .reduce((sum, [across, down]) => sum + (across === 0 ? 0 : down * (1 + rowBytes(across))), 0);
  return pipe(
    inflated(data, needed),
    E.flatMap((raw): E.Either<string, Samples> => {
      const count = width * height * channels;
      const values = depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
      let at = 0;
      for (const pass of passes) {
        const [across, down] = sizeOf(header, pass);
        const length = rowBytes(across);
        let before: Uint8Array = new Uint8Array(length);
        for (let y = 0; y < (across === 0 ? 0 : down); y++) {
          const filter = raw[at];
          if (filter > 4) return E.left('a row has an unknown filter; the file is damaged');
          const row = raw.subarray(at + 1, at + 1 + length);
          unfilter(filter, row, before, Math.max(1, (channels * depth) >> 3));
          if (depth === 8 && !header.interlaced) values.set(row, y * width * channels);
          else
            for (let x = 0; x < across; x++) {
              const to = ((pass.y + y * pass.dy) * width + pass.x + x * pass.dx) * channels;
              for (let c = 0; c < channels; c++) values[to + c] = sampleAt(row, depth, x * channels + c);
            }
          before = row;
          at += 1 + length;
        }
      }
      return E.right({ ...header, channels, values });
    }),
  );
};
