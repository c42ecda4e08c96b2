/** A person's file as the input of a program: a PNG, or an array from NumPy. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect, fileError } from '../../base/error.js';
import { grouped, limits } from '../../base/limits.js';
import { type Shape, sameShape, showShape, volume } from '../../dsl/index.js';
import { mayBeRead, readBytes } from '../../files/files.js';
import { rangesOfFile } from '../../files/ranges.js';
import { decodeHeader, headerBytes } from '../../formats/npy/header.js';
import { type NpyArray, readNpy } from '../../formats/npy/npy.js';
import { findPicture, type Picture } from '../../formats/png/png.js';

/** Values of one input: some samples, one after the other. */
export interface Input {
  readonly count: number;
  readonly values: Float32Array;
  /** The parts of its file that are not read, one sentence each. */
  readonly notes: readonly string[];
}

type Read = Checked<Input>;

const sizes = (shape: Shape): string =>
  shape.length === 3 ? `${shape[0]}x${shape[1]} of ${shape[2]} channels` : showShape(shape);

/**
 * Repeats grey for a program on colours, and takes the grey of colours that are all grey for a program on
 * grey.
 */
const inChannels = ({ values, channels }: Picture, wanted: number, source: string): Checked<Float32Array> => {
  const shares = Float32Array.from(values, (value) => value / 255);
  if (channels === wanted) return E.right(shares);
  if (channels === 1)
    return E.right(
      Float32Array.from({ length: shares.length * wanted }, (_, i) => shares[Math.floor(i / wanted)]),
    );
  const grey = values.every((value, i) => value === values[i - (i % 3)]);
  return wanted === 1 && grey
    ? E.right(shares.filter((_, i) => i % 3 === 0))
    : E.left(
        decodeError(
          source,
          `it is in colours, the program takes ${wanted} channel${wanted === 1 ? '' : 's'}; save it ${wanted === 1 ? 'in grey' : 'as an array (.npy) of them'}`,
        ),
      );
};

const fromPng = (bytes: Uint8Array, shape: Shape, source: string): Read => {
  const [height, width, channels] = shape;
  return pipe(
    shape.length === 3
      ? findPicture(bytes, source)
      : E.left(decodeError(source, `a picture is no ${showShape(shape)}; give an .npy file`)),
    E.filterOrElse(
      ({ picture }) => picture.height === height && picture.width === width,
      ({ picture }): DrumheadError =>
        decodeError(
          source,
          `it is ${picture.height}x${picture.width}, the program takes ${sizes(shape)}; --resize ${picture.height}x${picture.width} runs a program or a run folder at the picture's size`,
        ),
    ),
    E.flatMap(({ picture, leftOut }) =>
      pipe(
        inChannels(picture, channels, source),
        E.map((values) => ({
          count: 1,
          values,
          notes: leftOut.map((what) => `left out: ${what} of ${source}`),
        })),
      ),
    ),
  );
};

/**
 * The number of samples in an array: one, or the size of its first axis. A grey picture may lack its last
 * axis.
 */
const countIn = (array: Shape, shape: Shape): number | null => {
  const shorter = shape.length === 3 && shape[2] === 1 ? [shape, shape.slice(0, 2)] : [shape];
  if (shorter.some((one) => sameShape(array, one))) return 1;
  return shorter.some((one) => sameShape(array.slice(1), one)) ? array[0] : null;
};

/** The number of samples in an array of this shape, if one command takes so many; each makes `each` numbers in all. */
const samplesIn = (found: Shape, shape: Shape, each: number, source: string): Checked<number> => {
  const count = countIn(found, shape);
  if (count === 0) return E.left(decodeError(source, 'it holds no samples'));
  if (count === null)
    return E.left(
      decodeError(
        source,
        `it is ${showShape(found)}, the program takes ${showShape(shape)} or [n,${shape.join(',')}]`,
      ),
    );
  if (count * volume(shape) > limits.programValues)
    return E.left(
      decodeError(
        source,
        `it holds ${grouped(count * volume(shape))} numbers, and ${grouped(limits.programValues)} is the limit for one command; give fewer samples at once`,
      ),
    );
  return count * each > limits.programValues ? E.left(tooMany(count, count * each)) : E.right(count);
};

/** The error of samples that make too many numbers. */
export const tooMany = (count: number, numbers: number): DrumheadError =>
  decodeError(
    '--input',
    `${grouped(count)} samples make ${grouped(numbers)} numbers with their answers, and ${grouped(limits.programValues)} is the limit for one command; give fewer at once`,
  );

/** Checks the number of samples by the header, before a gigabyte is read. */
const mayBeTaken = (path: string, shape: Shape, each: number): Effect<number> =>
  pipe(
    mayBeRead(path, 'array'),
    TE.flatMap(() =>
      TE.tryCatch(
        async () => {
          const { size, read } = await rangesOfFile(path);
          return { size, bytes: await read(0, Math.min(size, headerBytes)) };
        },
        (cause): DrumheadError => fileError(path, cause),
      ),
    ),
    TE.flatMapEither(({ size, bytes }) => decodeHeader(bytes, path, size)),
    TE.flatMapEither((header) => samplesIn(header.shape, shape, each, path)),
  );

const fromNpy = ({ dtype, data }: NpyArray, count: number, shape: Shape, source: string): Read => {
  // Bytes are pictures, as in a folder of pairs: 0 to 255 become 0 to 1.
  const unit = dtype === 'uint8' && shape.length === 3 ? 255 : 1;
  const values = Float32Array.from({ length: count * volume(shape) }, (_, i) => Number(data[i]) / unit);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  return bad < 0
    ? E.right({ count, values, notes: [] })
    : E.left(decodeError(source, `element ${bad} is ${values[bad]}, not a finite number`));
};

/**
 * Models take images from 0 to 1, in every task. Values beyond are on another scale, and the answer would be
 * nonsense.
 */
const asImage =
  (name: string, source: string) =>
  (input: Input): Read => {
    if (name !== 'image') return E.right(input);
    let [least, most] = [0, 0];
    for (const value of input.values) [least, most] = [Math.min(least, value), Math.max(most, value)];
    return least >= 0 && most <= 1
      ? E.right(input)
      : E.left(
          decodeError(
            source,
            `its values go from ${least} to ${most}, an image goes from 0 to 1; ${
              most > 1 && least >= 0 && most <= 255
                ? 'divide them by 255, or save them as uint8'
                : 'scale them as the training images were'
            }`,
          ),
        );
  };

/**
 * Reads a file for an input of this shape. Nothing is scaled or cut: a picture must have the program's size.
 *
 * @param each the numbers that one sample makes, all inputs and answers together
 *
 * **Errors** FileError; DecodeError for another size, and for what is neither a PNG nor an .npy file.
 */
export const readInput = (path: string, shape: Shape, each = 0): Effect<Input> =>
  path.toLowerCase().endsWith('.npy')
    ? pipe(
        mayBeTaken(path, shape, each),
        TE.flatMap((count) =>
          pipe(
            readNpy(path),
            TE.flatMapEither((array) => fromNpy(array, count, shape, path)),
          ),
        ),
      )
    : pipe(
        readBytes(path, 'picture'),
        TE.flatMapEither((bytes) => fromPng(bytes, shape, path)),
      );

/** The inputs of a program, all with as many samples. */
export interface Inputs {
  readonly count: number;
  readonly values: Readonly<Record<string, Float32Array>>;
  /** The parts of the files that are not read, one sentence each. */
  readonly notes: readonly string[];
}

/** The file of each input: `NAME=FILE`, or a file alone if there is one input. */
const assigned = (
  given: readonly string[],
  names: readonly string[],
): Checked<Readonly<Record<string, string>>> => {
  const pairs = given.map((text) => {
    const cut = text.indexOf('=');
    const name = text.slice(0, Math.max(0, cut));
    return names.includes(name) ? ([name, text.slice(cut + 1)] as const) : ([names[0] ?? '', text] as const);
  });
  const found = Object.fromEntries(pairs);
  const missing = names.filter((name) => !Object.hasOwn(found, name));
  const problem =
    names.length === 0 && given.length > 0
      ? 'the program takes no inputs; leave --input out'
      : given.length > Object.keys(found).length
        ? `${given.length} files for the ${names.length} inputs ${names.join(', ')}; write NAME=FILE`
        : missing.length > 0
          ? `no file for ${missing.join(', ')}; write NAME=FILE`
          : undefined;
  return problem === undefined ? E.right(found) : E.left(decodeError('--input', problem));
};

/**
 * Reads the inputs of a program.
 *
 * @param given `NAME=FILE`, or a file alone if there is one input
 * @param answers the numbers that a program answers for one sample
 *
 * **Errors** as `readInput`; DecodeError if an input has no file, if files hold different numbers of samples,
 * or if an image has values outside of 0 to 1.
 */
export const readInputs = (
  given: readonly string[],
  shapes: Readonly<Record<string, Shape>>,
  answers: number,
): Effect<Inputs> =>
  pipe(
    TE.fromEither(assigned(given, Object.keys(shapes))),
    TE.flatMap((paths) =>
      pipe(
        Object.entries(paths),
        TE.traverseSeqArray(([name, path]) =>
          pipe(
            readInput(
              path,
              shapes[name],
              Object.values(shapes).reduce((sum, one) => sum + volume(one), answers),
            ),
            TE.flatMapEither(asImage(name, path)),
            TE.map((input) => ({ name, ...input })),
          ),
        ),
      ),
    ),
    TE.flatMapEither((inputs) => {
      const counts = [...new Set(inputs.map(({ count }) => count))];
      return counts.length > 1
        ? E.left(decodeError('--input', `the files hold different numbers of samples: ${counts.join(', ')}`))
        : E.right({
            count: counts[0] ?? 1,
            values: Object.fromEntries(inputs.map(({ name, values }) => [name, values])),
            notes: inputs.flatMap(({ notes }) => notes),
          });
    }),
  );
