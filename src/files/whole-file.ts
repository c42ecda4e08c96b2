/** A file as bytes, within the limit of its kind; only regular files are opened. */

import type { Stats } from 'node:fs';
import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { type FileKind, fileLimits, sizeText } from '../base/limits.js';

/** The kind of a path that is not a regular file. A pipe or a device may yield endless bytes, or none and no end. */
export const otherThanFile = (found: Stats): string | null => {
  if (found.isFile() || found.isDirectory()) return null;
  if (found.isSymbolicLink()) return 'a link';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return found.isCharacterDevice() || found.isBlockDevice() ? 'a device' : 'something else';
};

const advice: Readonly<Record<FileKind, string>> = {
  json: 'split it into several files, or leave out what is not needed',
  yaml: 'write it as JSON, or as several files',
  code: 'keep its data in files of their own',
  picture: 'make it smaller, or cut it into several',
  table: 'cut it into several, or save the numbers as arrays (.npy), which are read by position',
  array: 'store fewer samples in it, or smaller numbers such as uint8',
};

/** Throws if this is not a regular file or exceeds the limit of its kind. */
const check = (found: Stats, kind: FileKind): void => {
  const other = otherThanFile(found);
  if (other !== null) throw new Error(`it is ${other}, not a file; save what it gives to a file first`);
  const limit = fileLimits[kind];
  if (found.isFile() && found.size > limit)
    throw new Error(
      `it is ${sizeText(found.size)} large, and ${sizeText(limit)} is the limit for ${kindText[kind]}; ${advice[kind]}`,
    );
};

const kindText: Readonly<Record<FileKind, string>> = {
  json: 'JSON',
  yaml: 'YAML',
  code: 'code',
  picture: 'a picture',
  table: 'a table as text',
  array: 'arrays and weights',
};

/** The bytes of the file, at most the size that was checked, even if the file grows meanwhile. */
const bytesOf = async (file: FileHandle, size: number): Promise<Uint8Array> => {
  const bytes = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
};

/** The whole file. Rejects with the error of the file system, or if a limit is exceeded. */
export const wholeFile = async (path: string, kind: FileKind): Promise<Uint8Array> => {
  // Checked before opening, since opening a pipe waits for a writer.
  check(await stat(path), kind);
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    check(found, kind);
    return found.isFile() ? await bytesOf(file, found.size) : await file.readFile();
  } finally {
    await file.close();
  }
};

/** Rejects if the file at this path may not be read; for code that opens it by itself. */
export const checkFile = async (path: string, kind: FileKind): Promise<void> => {
  const found = await stat(path);
  if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  check(found, kind);
};
