/** Reading and writing files, with errors as values. */

import { randomUUID } from 'node:crypto';
import { lstat, open, opendir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../base/error.js';
import { type FileKind, grouped, limits } from '../base/limits.js';
import { checkReplaceable, makeFolder } from './make-folder.js';
import { pathFault } from './path-fault.js';
import { checkFile, wholeFile } from './whole-file.js';

/**
 * The whole file. Fails with a FileError; a path that is not a file (a pipe, a device) and a file above the limit of
 * its kind are refused before reading.
 */
export const readBytes = (path: string, kind: FileKind = 'json'): Effect<Uint8Array> =>
  TE.tryCatch(
    () => wholeFile(path, kind),
    (cause) => pathFault(path, cause),
  );

/** Checks that a file may be read, for code that opens it by itself. Fails with a FileError. */
export const mayBeRead = (path: string, kind: FileKind): Effect<void> =>
  TE.tryCatch(
    () => checkFile(path, kind),
    (cause) => pathFault(path, cause),
  );

const ignoring =
  (code: string) =>
  (cause: unknown): undefined => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === code)) throw cause;
    return undefined;
  };

/** The whole file; null if there is no such file. Fails with a FileError for any other reason. */
export const readBytesIfPresent = (path: string, kind: FileKind = 'json'): Effect<Uint8Array | null> =>
  TE.tryCatch(
    async () => (await wholeFile(path, kind).catch(ignoring('ENOENT'))) ?? null,
    (cause) => pathFault(path, cause),
  );

/** Whether anything exists at this path. Fails with a FileError if that cannot be determined. */
export const isPresent = (path: string): Effect<boolean> =>
  TE.tryCatch(
    async () => (await lstat(path).catch(ignoring('ENOENT'))) !== undefined,
    (cause) => pathFault(path, cause),
  );

/** Reads a path; null if there is nothing. Fails with a FileError, or as `read`. */
export const ifPresent = <A>(path: string, read: Effect<A>): Effect<A | null> =>
  TE.flatMap(isPresent(path), (there): Effect<A | null> => (there ? read : TE.right(null)));

const namesIn = async (path: string): Promise<string[]> => {
  const names: string[] = [];
  for await (const { name } of await opendir(path, { bufferSize: 1024 })) {
    names.push(name);
    if (names.length > limits.filesInFolder)
      throw new Error(
        `it holds more than ${grouped(limits.filesInFolder)} files, the limit; make several folders of it, or arrays (.npy)`,
      );
  }
  return names;
};

/** The names in a folder, sorted, so that results do not depend on the order of the file system. */
export const listFolder = (path: string): Effect<readonly string[]> =>
  TE.tryCatch(
    async () => (await namesIn(path)).sort(),
    (cause) => pathFault(path, cause),
  );

/**
 * Writes and flushes to disk. Otherwise the rename could reach the disk before the contents, and a power cut would
 * leave half a file.
 */
const writeThrough = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

/**
 * Writes a temporary file beside the target and renames it. A reader sees the old file or the new one, never a part,
 * even with other writers or after a power cut. Missing folders are made.
 * A device, a pipe, a socket or a link at the path is not replaced.
 */
export const writeBytes = (path: string, bytes: Uint8Array): Effect<string> =>
  TE.tryCatch(
    async () => {
      const temporary = `${path}.${randomUUID()}.tmp`;
      await makeFolder(dirname(path));
      await checkReplaceable(path);
      try {
        await writeThrough(temporary, bytes);
        // Checked again, since writing takes time.
        await checkReplaceable(path);
        await rename(temporary, path);
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => {});
        throw cause;
      }
      return path;
    },
    (cause) => pathFault(path, cause),
  );
