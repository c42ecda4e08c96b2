/** IDX files, the format MNIST comes in: magic, sizes (big-endian), bytes. Gzipped or not. */

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect } from '../base/error.js';
import { limits, sizeText } from '../base/limits.js';
import { readBytes } from '../files/files.js';

/** Unsigned bytes in C order. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const hex = (word: number): string => `0x${word.toString(16).padStart(8, '0')}`;

/**
 * The array in the bytes of an IDX file, not gzipped.
 *
 * @param rank how many axes it must have: 3 for images, 1 for labels
 * @returns a DecodeError if the magic number or the length is wrong
 * @see http://yann.lecun.com/exdb/mnist (the format)
 */
export const decodeIdx = (bytes: Uint8Array, rank: number, source: string): Checked<IdxArray> => {
  const offset = 4 + 4 * rank;
  const magic = 0x0800 + rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magic) {
    const problem = `not an IDX file of bytes with ${rank} axes: magic ${hex(view.getUint32(0))}, wanted ${hex(magic)}`;
    return E.left(decodeError(source, problem));
  }
  if (bytes.length < offset) {
    return E.left(decodeError(source, `truncated: ${bytes.length} bytes, the header alone has ${offset}`));
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const wanted = offset + shape.reduce((a, b) => a * b, 1);
  if (bytes.length !== wanted) {
    const problem = `wrong length: sizes ${shape.join(' x ')} need ${wanted} bytes, the file has ${bytes.length}`;
    return E.left(decodeError(source, problem));
  }
  return E.right({ shape, data: bytes.subarray(offset) });
};

const isGzipped = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const unpackingProblem = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    ? `it unpacks to more than ${sizeText(limits.unpacked)}, the limit; take a file with fewer images`
    : `damaged gzip: ${cause instanceof Error ? cause.message : cause}`;

const unzipped = (bytes: Uint8Array, source: string): Effect<Uint8Array> =>
  isGzipped(bytes)
    ? TE.tryCatch(
        () =>
          promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip)(bytes, {
            maxOutputLength: limits.unpacked,
          }),
        (cause) => decodeError(source, unpackingProblem(cause)),
      )
    : TE.right(bytes);

/** Reads an IDX file, gzipped or not; the ending of its name does not matter. */
export const readIdx = (path: string, rank: number): Effect<IdxArray> =>
  pipe(
    readBytes(path, 'array'),
    TE.flatMap((bytes) => unzipped(bytes, path)),
    TE.flatMapEither((bytes) => decodeIdx(bytes, rank, path)),
  );
