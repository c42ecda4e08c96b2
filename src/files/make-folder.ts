/** Making folders, and checking before long work that its results can be written. */

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Effect } from '../base/error.js';
import { pathFault } from './path-fault.js';
import { otherThanFile } from './whole-file.js';

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';

/** An error with a code of the file system, which `fileError` turns into a sentence. */
const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** In /proc and similar folders nothing can be made, but the kernel reports that the file does not exist. */
const worded = (cause: unknown): unknown =>
  codeOf(cause) === 'ENOENT' ? new Error('nothing can be made there; choose another folder') : cause;

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (cause) => {
      if (codeOf(cause) === 'ENOENT') return false;
      throw cause;
    },
  );

const makeOne = async (path: string): Promise<void> => {
  try {
    await mkdir(path);
  } catch (cause) {
    // Another process may have made it in the meantime; a file there is an error.
    if (codeOf(cause) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw worded(cause);
  }
};

/**
 * Makes a folder and its missing parents. Rejects with the error of the file system.
 *
 * Node's recursive mkdir is not used: in folders such as /proc it loops forever.
 */
export const makeFolder = async (path: string): Promise<void> => {
  const whole = resolve(path);
  const parent = dirname(whole);
  if (parent !== whole && !(await isThere(parent))) await makeFolder(parent);
  await makeOne(whole);
};

/** Rejects if a path is taken by something other than a regular file, such as a device: a rename would replace it. */
export const checkReplaceable = async (path: string): Promise<void> => {
  const found = await lstat(path).catch((cause) => {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    return null;
  });
  if (found === null) return;
  if (found.isDirectory()) throw refusal('EISDIR');
  const other = otherThanFile(found);
  if (other !== null)
    throw new Error(
      `${other} is there, which drumhead does not write to and does not replace; name another file`,
    );
};

/** The path itself, or its nearest ancestor that exists. */
const nearestThere = async (path: string): Promise<string> => {
  const parent = dirname(path);
  return parent === path || (await isThere(path)) ? path : nearestThere(parent);
};

/** The number of minutes without a change after which a short-lived file counts as left by a killed process. */
const leftAfter = 10;

/** Names of the short-lived files that test whether a folder can be written to. */
const trial = /^\.drumhead-[0-9a-f-]{36}\.tmp$/;

/** Names of the temporary files of `writeBytes` for a file of this name. */
const besideOf =
  (name: string) =>
  (other: string): boolean =>
    other.startsWith(`${name}.`) && /^\.[0-9a-f-]{36}\.tmp$/.test(other.slice(name.length));

/** Removes files of the given names that killed processes left in a folder; a file that cannot be removed stays. */
const clearLeft = async (folder: string, now: number, isOne: (name: string) => boolean): Promise<void> => {
  for (const name of (await readdir(folder).catch(() => [])).filter(isOne)) {
    const file = join(folder, name);
    const found = await lstat(file).catch(() => null);
    if (found?.isFile() && now - found.mtimeMs > 60_000 * leftAfter) await rm(file).catch(() => {});
  }
};

/** Tests whether a folder can be written to, and returns the time by the clock of its file system. */
const tryWriting = async (folder: string): Promise<number> => {
  if (!(await stat(folder)).isDirectory()) throw refusal('ENOTDIR');
  const file = join(folder, `.drumhead-${randomUUID()}.tmp`);
  try {
    await (await open(file, 'wx')).close();
  } catch (cause) {
    throw worded(cause);
  }
  const { mtimeMs } = await stat(file);
  await rm(file, { force: true });
  await clearLeft(folder, mtimeMs, (name) => trial.test(name));
  return mtimeMs;
};

/**
 * Checks, before long work, that a folder can be made and written to. It tries to write in the folder or its nearest
 * existing ancestor and leaves nothing behind.
 *
 * **Errors** FileError with the given path.
 */
export const mayHoldFiles = (folder: string): Effect<void> =>
  TE.tryCatch(
    async () => {
      const there = await nearestThere(resolve(folder));
      const found = await stat(there);
      if (there === resolve(folder) && !found.isDirectory())
        throw new Error(`it is ${otherThanFile(found) ?? 'a file'}, not a folder; choose another one`);
      await tryWriting(there);
    },
    (cause) => pathFault(folder, cause),
  );

/**
 * Checks that a file can be written at this path, as `mayHoldFiles` does for folders; an existing file may be replaced.
 * Temporary files that killed processes left beside it are removed.
 *
 * **Errors** FileError, also if the path is a folder, a link, a pipe or a device.
 */
export const mayBeFile = (file: string): Effect<void> =>
  TE.tryCatch(
    async () => {
      await checkReplaceable(file);
      const folder = await nearestThere(dirname(resolve(file)));
      const now = await tryWriting(folder);
      if (folder === dirname(resolve(file))) await clearLeft(folder, now, besideOf(basename(file)));
    },
    (cause) => pathFault(file, cause),
  );
