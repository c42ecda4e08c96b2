/** From the values in masks to labels of classes. */

import * as E from 'fp-ts/lib/Either.js';
import { ignoredByte, type Labelling } from './labelling.js';

/** The values of one mask file. */
export interface MaskFile {
  readonly path: string;
  /** Pixels of a row, if the file is a single picture. */
  readonly width?: number;
  readonly values: Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;
}

/** A value without a label. */
interface Stranger {
  readonly pixels: number;
  readonly path: string;
  readonly position: string;
}

/** A problem of one file. */
export interface FileProblem {
  readonly path: string;
  readonly problem: string;
}

const most = 4;

/** Above this many values without a label, the file is a picture and not a mask, and counting stops. */
const tooMany = 300;

const positionOf = ({ width }: MaskFile, at: number): string =>
  width === undefined ? `element ${at}` : `row ${Math.floor(at / width)}, column ${at % width}`;

const problemOf = (
  { labels, ignore }: Labelling,
  value: number,
  { pixels, path, position }: Stranger,
): FileProblem => {
  const where = `${position} is ${value}${pixels === 1 ? '' : ` (and ${(pixels - 1).toLocaleString('en-US')} more)`}`;
  const why = !Number.isInteger(value)
    ? 'labels are whole numbers'
    : labels !== null
      ? 'it is in neither labels nor ignore'
      : ignore.size > 0 && value === ignoredByte
        ? 'beside ignored values labels go from 0 to 254; say with labels which value is which class'
        : 'class labels go from 0 to 255; say with labels which value is which class';
  return { path, problem: `${where}; ${why}` };
};

const problemsOf = (labelling: Labelling, strangers: ReadonlyMap<number, Stranger>): readonly FileProblem[] =>
  [...strangers]
    .sort(([a], [b]) => a - b)
    .slice(0, most)
    .map(([value, stranger]) => problemOf(labelling, value, stranger));

/**
 * The labels of the pixels of all these masks, concatenated; `ignoredByte` for an ignored pixel.
 *
 * **Errors** the first few values without a label.
 */
export const labelsOfValues = (
  masks: readonly MaskFile[],
  labelling: Labelling,
): E.Either<readonly FileProblem[], Uint8Array> => {
  const { labels, ignore } = labelling;
  const strangers = new Map<number, Stranger>();
  const largest = ignore.size > 0 ? ignoredByte - 1 : 255;
  const labelOf = (value: number): number | null => {
    if (ignore.has(value)) return ignoredByte;
    if (labels !== null) return labels.get(value) ?? null;
    return Number.isInteger(value) && value >= 0 && value <= largest ? value : null;
  };
  // Masks contain few different values, so each is looked up once.
  const known = new Map<number, number | null>();
  const out = new Uint8Array(masks.reduce((sum, { values }) => sum + values.length, 0));
  let to = 0;
  for (const mask of masks)
    for (let at = 0; at < mask.values.length; at++, to++) {
      const value = mask.values[at];
      if (!known.has(value)) known.set(value, labelOf(value));
      const label = known.get(value) ?? null;
      if (label !== null) {
        out[to] = label;
        continue;
      }
      const before = strangers.get(value);
      strangers.set(value, {
        path: before?.path ?? mask.path,
        position: before?.position ?? positionOf(mask, at),
        pixels: (before?.pixels ?? 0) + 1,
      });
      if (strangers.size > tooMany) return E.left(problemsOf(labelling, strangers));
    }
  return strangers.size === 0 ? E.right(out) : E.left(problemsOf(labelling, strangers));
};
