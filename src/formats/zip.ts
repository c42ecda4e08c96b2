/**
 * The members of a zip archive, as .npz files are. yauzl reads the directory, zip64 too, and unpacks; stored members
 * are read in place. No file stays open: yauzl reads through `Ranges`.
 */

import { Readable } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { type Checked, decodeError } from '../base/error.js';
import { limits, sizeText, tooManyArrays } from '../base/limits.js';
import type { Ranges } from '../files/ranges.js';

/** A member of an archive. */
export interface ZipMember {
  readonly name: string;
  /** Whether its bytes are stored; else they are deflated. */
  readonly stored: boolean;
  /** Where its bytes begin in the file. */
  readonly at: number;
  /** How many bytes it has unpacked. */
  readonly size: number;
  /** Its bytes, unpacked piece by piece. **Errors** Rejects if they are damaged, or more or fewer than `size`. */
  readonly unpacked: () => AsyncIterable<Uint8Array>;
}

const piece = 2 ** 20;

async function* pieces(file: Ranges, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += piece) yield await file.read(at, Math.min(piece, to - at));
}

/** A file as yauzl reads it. */
class RangesReader extends RandomAccessReader {
  constructor(private readonly file: Ranges) {
    super();
  }

  override _readStreamForRange(from: number, to: number): Readable {
    return Readable.from(pieces(this.file, from, to), { objectMode: false });
  }

  override read(
    into: Buffer,
    offset: number,
    length: number,
    at: number,
    done: (cause: Error | null, bytesRead?: number) => void,
  ): void {
    const asked =
      at + length > this.file.size ? Promise.resolve(new Uint8Array()) : this.file.read(at, length);
    asked.then(
      (bytes) => {
        into.set(bytes, offset);
        done(null, bytes.length);
      },
      (cause: unknown) => done(cause instanceof Error ? cause : new Error(String(cause))),
    );
  }
}

/**
 * The problem with the archive; an error of the file system is thrown again, since it says nothing about the archive.
 */
const sentenceOf = (cause: unknown): string => {
  if (cause instanceof Error && 'syscall' in cause) throw cause;
  return cause instanceof Error ? cause.message : String(cause);
};

/** What an archive is expected to be. */
export interface ZipKind {
  /** The name of the kind, for the message about a file of another kind. */
  readonly what: string;
  /** What to do if it is damaged. */
  readonly again: string;
  /** The problem of too many members; null if they are within the limit. */
  readonly tooMany: (count: number) => string | null;
  /** Whether to read a member; others are skipped. */
  readonly wanted: (name: string) => boolean;
}

/** Archives of NumPy arrays. */
const npz: ZipKind = {
  what: 'an archive of NumPy (.npz)',
  again: 'save it again with np.savez',
  tooMany: (count) => (count > limits.arrays ? tooManyArrays(count) : null),
  wanted: () => true,
};

async function* unpacked(
  archive: ZipFile,
  entry: Entry,
  name: string,
  again: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* await archive.openReadStreamPromise(entry);
  } catch (cause) {
    throw new Error(`${name} does not unpack (${sentenceOf(cause)}); ${again}`);
  }
}

/** Why a member cannot be read; null if it can. */
const problemOf = (entry: Entry, name: string): string | null => {
  if (entry.isEncrypted()) return `${name} is encrypted, which is not read here`;
  if (entry.canDecodeFileData()) return null;
  return `${name} is packed by method ${entry.compressionMethod}; np.savez and np.savez_compressed write what is read`;
};

/**
 * The members of an archive, in the order of its directory.
 *
 * **Errors** DecodeError if it is not a zip, is damaged, encrypted, or compressed by another method than deflate.
 */
export const zipMembers = async (
  file: Ranges,
  source: string,
  { what, again, tooMany, wanted }: ZipKind = npz,
): Promise<Checked<readonly ZipMember[]>> => {
  const refuse = (problem: string) => E.left(decodeError(source, problem));
  // Names are left as bytes: they name arrays, never files to write, so yauzl need not refuse any.
  const opened = await fromRandomAccessReaderPromise(new RangesReader(file), file.size, {
    autoClose: false,
    decodeStrings: false,
  }).catch((cause: unknown) => sentenceOf(cause));
  if (typeof opened === 'string') return refuse(`it is not ${what}, or is cut short (${opened})`);
  const excess = tooMany(opened.entryCount);
  if (excess !== null) return refuse(excess);
  const members: ZipMember[] = [];
  let directory = 0;
  try {
    for await (const entry of opened.eachEntry()) {
      directory += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
      if (directory > limits.zipDirectory)
        return refuse(`its directory has more than ${sizeText(limits.zipDirectory)}, which is the limit`);
      const name = new TextDecoder().decode(entry.fileNameRaw);
      if (!wanted(name)) continue;
      const problem = problemOf(entry, name);
      if (problem !== null) return refuse(problem);
      const { fileDataStart } = await opened.readLocalFileHeaderPromise(entry, { minimal: true });
      members.push({
        name,
        stored: entry.compressionMethod === 0,
        at: fileDataStart,
        size: entry.uncompressedSize,
        unpacked: () => unpacked(opened, entry, name, again),
      });
    }
  } catch (cause) {
    return refuse(`its directory is damaged or cut short (${sentenceOf(cause)}); ${again}`);
  }
  return E.right(members);
};
