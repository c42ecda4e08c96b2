/**
 * NumPy's `.npy` files: one array, its type and its shape; written in C order and little-endian, read in any order.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (versions 1 to 3 are read, version 1
 * is written, version 2 where the header is too long for it). Written files equal those of NumPy byte for byte.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../../base/error.js';
import { readBytes, writeBytes } from '../../files/files.js';
import { elementsInto } from './elements.js';
import { decodeHeader, encodeHeader, type NpyDtype, type NpyHeader, sizeOf } from './header.js';

export type { NpyDtype } from './header.js';

interface Elements<D extends NpyDtype, A> {
  readonly dtype: D;
  /** One size for each axis; empty for a single number. */
  readonly shape: readonly number[];
  /** NumPy's name of the type in the file, if `dtype` is a wider one. */
  readonly stored?: string;
  /** All elements, the last axis fastest. */
  readonly data: A;
}

/**
 * An array of a file. 64-bit integers are held as numbers, all exact (beyond 2^53 they are refused); booleans as 0 and
 * 1.
 */
export type NpyArray =
  | Elements<'float32', Float32Array>
  | Elements<'float64', Float64Array>
  | Elements<'uint8', Uint8Array>
  | Elements<'int32', Int32Array>
  | Elements<'int64', Float64Array>
  | Elements<'bool', Uint8Array>;

const arrayOf = (bytes: Uint8Array, header: NpyHeader): E.Either<string, NpyArray> => {
  const { shape, stored } = header;
  const { dtype, name } = stored;
  const size = sizeOf(shape);
  const about = { shape, ...(name === dtype ? {} : { stored: name }) };
  switch (dtype) {
    case 'float32':
      return pipe(
        elementsInto(bytes, header, new Float32Array(size)),
        E.map((data) => ({ ...about, dtype, data })),
      );
    case 'float64':
    case 'int64':
      return pipe(
        elementsInto(bytes, header, new Float64Array(size)),
        E.map((data) => ({ ...about, dtype, data })),
      );
    case 'int32':
      return pipe(
        elementsInto(bytes, header, new Int32Array(size)),
        E.map((data) => ({ ...about, dtype, data })),
      );
    case 'uint8':
    case 'bool':
      return pipe(
        elementsInto(bytes, header, new Uint8Array(size)),
        E.map((data) => ({ ...about, dtype, data })),
      );
  }
};

/**
 * The array in the bytes of a `.npy` file, of any byte order, in C or Fortran order. Types without an array type here
 * are held in a wider one: float16 in float32; int8, int16 and uint16 in int32; uint32 and uint64 in int64.
 *
 * @param source the name of the source for errors, usually the file's path
 * @returns a DecodeError, one sentence, if the file is foreign, truncated, too long, or of a type that is not supported
 * @example
 * pipe(decodeNpy(bytes, 'train_masks.npy'), E.map((array) => array.shape)) // right([512, 32, 32])
 */
export const decodeNpy = (bytes: Uint8Array, source: string): Checked<NpyArray> =>
  pipe(
    decodeHeader(bytes, source),
    E.flatMap(
      (header): Checked<NpyArray> =>
        pipe(
          arrayOf(bytes, header),
          E.mapLeft((problem) => decodeError(source, problem)),
        ),
    ),
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
 * @returns a DecodeError if the data does not fill the shape, or an element does not fit its type
 * @example
 * encodeNpy({ dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(0, 1, 2, 3) }) // right(132 bytes)
 */
export const encodeNpy = (array: NpyArray): Checked<Uint8Array> => {
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
 * pipe(decodeNpy(bytes, path), E.flatMap(ofDtype(path, 'float32'))) // Either<…, { data: Float32Array, … }>
 */
export const ofDtype =
  <D extends NpyDtype>(source: string, ...dtypes: readonly D[]) =>
  (array: NpyArray): Checked<Extract<NpyArray, { dtype: D }>> => {
    const wanted = (a: NpyArray): a is Extract<NpyArray, { dtype: D }> => dtypes.some((d) => d === a.dtype);
    return wanted(array)
      ? E.right(array)
      : E.left(
          decodeError(
            source,
            `its elements are ${array.stored ?? array.dtype}, wanted ${dtypes.join(' or ')}`,
          ),
        );
  };

/** Reads a `.npy` file; fails with a FileError or a DecodeError. */
export const readNpy = (path: string): Effect<NpyArray> =>
  pipe(
    readBytes(path, 'array'),
    TE.flatMapEither((bytes) => decodeNpy(bytes, path)),
  );

/** Writes a `.npy` file, whole or not at all, and returns its path. */
export const writeNpy = (path: string, array: NpyArray): Effect<string> =>
  pipe(
    TE.fromEither(encodeNpy(array)),
    TE.flatMap((bytes) => writeBytes(path, bytes)),
  );
