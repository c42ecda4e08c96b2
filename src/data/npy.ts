/**
 * NumPy's `.npy` files: one array, its type and its shape, in C order and little-endian.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (versions 1 to 3 are read, version 1
 * is written, version 2 where the header is too long for it). What is written equals NumPy's own bytes.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError } from '../base/error.js';
import { readBytes, writeBytes } from './files.js';
import { decodeHeader, encodeHeader, type NpyDtype, sizeOf } from './npy-header.js';

export { type NpyDtype, npyDtypes } from './npy-header.js';

interface Elements<D extends NpyDtype, A> {
  readonly dtype: D;
  /** One size an axis; empty for a single number. */
  readonly shape: readonly number[];
  /** All elements, the last axis fastest. */
  readonly data: A;
}

/**
 * An array as it lies in a file. 64-bit integers are held as numbers (every one exact: beyond 2^53 they are refused);
 * booleans as 0 and 1.
 */
export type NpyArray =
  | Elements<'float32', Float32Array>
  | Elements<'float64', Float64Array>
  | Elements<'uint8', Uint8Array>
  | Elements<'int32', Int32Array>
  | Elements<'int64', Float64Array>
  | Elements<'bool', Uint8Array>;

const int64sFrom = (buffer: ArrayBuffer, source: string): E.Either<DrumheadError, Float64Array> => {
  const values = Float64Array.from(new BigInt64Array(buffer), Number);
  const beyond = values.findIndex((value) => !Number.isSafeInteger(value));
  return beyond < 0
    ? E.right(values)
    : E.left(
        decodeError(source, `element ${beyond} is about ${values[beyond]}, beyond the exact integers (2^53)`),
      );
};

/**
 * The array in the bytes of a `.npy` file.
 *
 * @param source what the bytes are, for the error: usually the file's path
 * @returns a DecodeError, one sentence, where the file is foreign, truncated, too long, in Fortran order, big-endian
 *   or of a type we do not read
 * @example
 * pipe(decodeNpy(bytes, 'train_masks.npy'), E.map((array) => array.shape)) // right([512, 32, 32])
 */
export const decodeNpy = (bytes: Uint8Array, source: string): E.Either<DrumheadError, NpyArray> =>
  pipe(
    decodeHeader(bytes, source),
    E.chain(({ dtype, shape, offset }): E.Either<DrumheadError, NpyArray> => {
      // A copy of its own: elements must lie on a multiple of their size, and nobody else may hold the memory.
      const buffer = new Uint8Array(bytes.subarray(offset)).buffer;
      switch (dtype) {
        case 'float32':
          return E.right({ dtype, shape, data: new Float32Array(buffer) });
        case 'float64':
          return E.right({ dtype, shape, data: new Float64Array(buffer) });
        case 'uint8':
          return E.right({ dtype, shape, data: new Uint8Array(buffer) });
        case 'int32':
          return E.right({ dtype, shape, data: new Int32Array(buffer) });
        case 'bool':
          return E.right({ dtype, shape, data: new Uint8Array(buffer) });
        case 'int64':
          return pipe(
            int64sFrom(buffer, source),
            E.map((data) => ({ dtype, shape, data })),
          );
      }
    }),
  );

const elementBytes = (array: NpyArray): E.Either<string, Uint8Array> => {
  if (array.dtype === 'int64') {
    const bad = array.data.findIndex((value) => !Number.isSafeInteger(value));
    if (bad >= 0) return E.left(`element ${bad} is ${array.data[bad]}, not an exact integer`);
    return E.right(new Uint8Array(BigInt64Array.from(array.data, BigInt).buffer));
  }
  if (array.dtype === 'bool') {
    const bad = array.data.findIndex((value) => value > 1);
    if (bad >= 0) return E.left(`element ${bad} is ${array.data[bad]}, a bool is 0 or 1`);
  }
  return E.right(new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength));
};

/**
 * The bytes of a `.npy` file, equal to what NumPy writes.
 *
 * @returns a DecodeError where the data does not fill the shape, or an element does not fit its type
 * @example
 * encodeNpy({ dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(0, 1, 2, 3) }) // right(132 bytes)
 */
export const encodeNpy = (array: NpyArray): E.Either<DrumheadError, Uint8Array> => {
  const { dtype, shape, data } = array;
  const refuse = (problem: string) => E.left(decodeError('array', problem));
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || sizeOf(shape) !== data.length) {
    return refuse(`shape (${shape.join(', ')}) does not hold the ${data.length} elements given`);
  }
  const elements = elementBytes(array);
  if (E.isLeft(elements)) return refuse(elements.left);
  const header = encodeHeader(dtype, shape);
  const bytes = new Uint8Array(header.length + elements.right.length);
  bytes.set(header);
  bytes.set(elements.right, header.length);
  return E.right(bytes);
};

/**
 * Accepts an array of one of the named types only, and narrows its type.
 *
 * @example
 * pipe(decodeNpy(bytes, path), E.chain(ofDtype(path, 'float32'))) // Either<…, { data: Float32Array, … }>
 */
export const ofDtype =
  <D extends NpyDtype>(source: string, ...dtypes: readonly D[]) =>
  (array: NpyArray): E.Either<DrumheadError, Extract<NpyArray, { dtype: D }>> => {
    const wanted = (a: NpyArray): a is Extract<NpyArray, { dtype: D }> => dtypes.some((d) => d === a.dtype);
    return wanted(array)
      ? E.right(array)
      : E.left(decodeError(source, `its elements are ${array.dtype}, wanted ${dtypes.join(' or ')}`));
  };

/** Reads a `.npy` file; fails with a FileError or a DecodeError. */
export const readNpy = (path: string): TE.TaskEither<DrumheadError, NpyArray> =>
  pipe(
    readBytes(path),
    TE.chainEitherK((bytes) => decodeNpy(bytes, path)),
  );

/** Writes a `.npy` file, whole or not at all, and gives its path back. */
export const writeNpy = (path: string, array: NpyArray): TE.TaskEither<DrumheadError, string> =>
  pipe(
    TE.fromEither(encodeNpy(array)),
    TE.chain((bytes) => writeBytes(path, bytes)),
  );
