/** Bytes that are unpacked once: small ones into memory, large ones into a file of the cache that is read by ranges. */

import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { hashOf } from '../../../base/canonical.js';
import { type Checked, decodeError, fileError } from '../../../base/error.js';
import { limits, sizeText } from '../../../base/limits.js';
import { type Ranges, rangesInMemory, rangesOfFile } from '../../../files/ranges.js';
import { roomIn } from '../../../files/room.js';
import { clearUnused, markUsed } from '../leftovers.js';

/** Up to this many bytes are held in memory. */
const few = 16 * 2 ** 20;

/** Checks that pieces have this many bytes in total. **Errors** Rejects if they have more or fewer. */
async function* inAll(size: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const piece of pieces) {
    left -= piece.length;
    if (left < 0) break;
    yield piece;
  }
  if (left !== 0)
    throw new Error(`it has ${left < 0 ? 'more' : 'fewer'} values than it says; write it again`);
}

const inMemory = async (size: number, pieces: AsyncIterable<Uint8Array>): Promise<Ranges> => {
  const all = new Uint8Array(size);
  let at = 0;
  for await (const piece of inAll(size, pieces)) {
    all.set(piece, at);
    at += piece.length;
  }
  return rangesInMemory(all);
};

/** Written under a temporary name and renamed, so that an existing file is always complete. */
const inFile = async (path: string, size: number, pieces: AsyncIterable<Uint8Array>): Promise<void> => {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      for await (const piece of inAll(size, pieces)) await file.writeFile(piece);
    } finally {
      await file.close();
    }
    await markUsed(temporary, Math.floor(Date.now() / 1000) * 1000);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cause;
  }
};

/**
 * Refuses a file whose arrays unpack to more than the limit, before any of it is unpacked: real data rarely compress to
 * less than a hundredth.
 *
 * **Errors** DecodeError if they do.
 *
 * @param bytes of the file
 * @param sizes bytes of each array, unpacked
 */
export const mayBeKept = (path: string, bytes: number, sizes: readonly number[]): Checked<void> => {
  const all = sizes.reduce((a, b) => a + b, 0);
  const limit = Math.min(limits.keptUnpacked, Math.max(limits.unpacked, limits.unpackedTimes * bytes));
  return all <= limit
    ? E.right(undefined)
    : E.left(
        decodeError(
          path,
          `unpacked its arrays have ${sizeText(all)}, and ${sizeText(limit)} is the limit for a file of ${sizeText(bytes)}; save them as .npy or safetensors, which are read where they lie`,
        ),
      );
};

/**
 * Bytes that are expensive to make, made once and cached.
 *
 * @param what the source, for sentences
 * @param size the number of bytes
 * @param stamp a text that changes whenever the source does
 * @param cache the folder of the cache; null: they are held in memory, up to the limit `unpacked`
 *
 * **Errors** DecodeError if the source is invalid or needs a cache; FileError if the cache cannot be written.
 */
export const kept = async (
  what: string,
  size: number,
  stamp: string,
  cache: string | null,
  pieces: () => AsyncIterable<Uint8Array>,
): Promise<Checked<Ranges>> => {
  try {
    const held = size <= few || cache === null;
    if (held && size > limits.unpacked)
      return E.left(
        decodeError(
          what,
          `unpacked it has ${sizeText(size)}, and ${sizeText(limits.unpacked)} is the limit in memory; save it as .npy, .npz without compression, or safetensors`,
        ),
      );
    if (held) return E.right({ ...(await inMemory(size, pieces())), stamp: `${stamp} ${what}` });
    const path = join(cache, 'unpacked', hashOf([what, stamp, size]).slice(0, 32));
    const there = await stat(path).catch(() => null);
    if (there?.size === size) await markUsed(path, there.mtimeMs);
    else {
      const folder = dirname(path);
      await mkdir(folder, { recursive: true });
      await clearUnused(folder);
      const room = await roomIn(folder);
      if (size > room)
        return E.left(
          decodeError(
            what,
            `unpacked it has ${sizeText(size)}, and ${folder}, where it is kept, has room for ${sizeText(room)}; make room, or name another folder of runs`,
          ),
        );
      await inFile(path, size, pieces());
    }
    return E.right({ ...(await rangesOfFile(path)), stamp: `${stamp} ${what}` });
  } catch (cause) {
    const isOfSystem =
      cause instanceof Error &&
      'code' in cause &&
      typeof cause.code === 'string' &&
      cause.code.startsWith('E');
    return E.left(
      isOfSystem
        ? fileError(cache ?? what, cause)
        : decodeError(what, cause instanceof Error ? cause.message : String(cause)),
    );
  }
};
