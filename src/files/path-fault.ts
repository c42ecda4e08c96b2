/** Errors of the file system with the part of the path that is at fault. */

import { type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DrumheadError, fileError } from '../base/error.js';
import { otherThanFile } from './whole-file.js';

const foundAt = (path: string): Stats | null => {
  try {
    return statSync(path);
  } catch {
    return null;
  }
};

/**
 * What stands at a path, or at the nearest part of it that exists, if it is not a folder; null if it is one.
 *
 * @example
 * notFolder('/dev/zero/runs')   // { path: '/dev/zero', what: 'a device' }
 */
export const notFolder = (path: string): { readonly path: string; readonly what: string } | null => {
  const found = foundAt(path);
  if (found === null) return dirname(resolve(path)) === resolve(path) ? null : notFolder(dirname(path));
  return found.isDirectory() ? null : { path, what: otherThanFile(found) ?? 'a file' };
};

/** The error that a path is something else than a folder, with what it is. */
export const notFolderError = ({ path, what }: NonNullable<ReturnType<typeof notFolder>>): DrumheadError =>
  fileError(path, new Error(`it is ${what}, not a folder`));

/** A failed operation on a path as a FileError. If part of the path is not a folder, the error names that part. */
export const pathFault = (path: string, cause: unknown): DrumheadError => {
  const stands =
    cause instanceof Error && 'code' in cause && cause.code === 'ENOTDIR' ? notFolder(path) : null;
  return stands === null ? fileError(path, cause) : notFolderError(stands);
};
