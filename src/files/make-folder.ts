/** Folders that come to be: made one by one, and asked for before the work whose results they are to hold. */

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Effect, fileError } from '../base/error.js';

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';

/** An error with a code of the file system, whose sentence `fileError` knows. */
const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** In /proc and its like nothing can be made, and what the kernel says of it is that the file is not there. */
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
    // Another process may have made it in between; a file is no folder.
    if (codeOf(cause) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw worded(cause);
  }
};

/**
 * Makes a folder and those on the way. It rejects with what the disk says.
 *
 * One by one, and not by Node's recursive mkdir: in folders that cannot hold anything, such as /proc, that one tries
 * without end.
 */
export const makeFolder = async (path: string): Promise<void> => {
  const whole = resolve(path);
  const parent = dirname(whole);
  if (parent !== whole && !(await isThere(parent))) await makeFolder(parent);
  await makeOne(whole);
};

/** The path itself, or the folder nearest above it that is there. */
const nearestThere = async (path: string): Promise<string> => {
  const parent = dirname(path);
  return parent === path || (await isThere(path)) ? path : nearestThere(parent);
};

/** Minutes without a change after which a file that is written in a moment counts as left by a process that was killed. */
const leftAfter = 10;

/** The names of files that are there for a moment only: those that try whether a folder can be written to. */
const trial = /^\.drumhead-[0-9a-f-]{36}\.tmp$/;

/** What `writeBytes` writes beside a file of this name until it is whole. */
const besideOf =
  (name: string) =>
  (other: string): boolean =>
    other.startsWith(`${name}.`) && /^\.[0-9a-f-]{36}\.tmp$/.test(other.slice(name.length));

/** Removes what killed processes left in a folder, of the names that are asked about; what cannot be removed stays. */
const clearLeft = async (folder: string, now: number, isOne: (name: string) => boolean): Promise<void> => {
  for (const name of (await readdir(folder).catch(() => [])).filter(isOne)) {
    const file = join(folder, name);
    const found = await lstat(file).catch(() => null);
    if (found?.isFile() && now - found.mtimeMs > 60_000 * leftAfter) await rm(file).catch(() => {});
  }
};

/** Tries whether a folder can be written to, and tells the time by the clock of its file system. */
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
 * Whether a folder can be made and written to, told by trying where it would lie; nothing stays. Asked before the work
 * whose results it is to hold.
 *
 * **Errors** FileError with the path that was asked about.
 */
export const mayHoldFiles = (folder: string): Effect<void> =>
  TE.tryCatch(
    async () => {
      const there = await nearestThere(resolve(folder));
      if (there === resolve(folder) && !(await stat(there)).isDirectory())
        throw new Error('it is a file, not a folder; choose another one');
      await tryWriting(there);
    },
    (cause) => fileError(folder, cause),
  );

/**
 * Whether a file can be written at this path, as `mayHoldFiles`; one that is there may be replaced. What a killed
 * process left half written beside it goes.
 *
 * **Errors** FileError, also where a folder stands there.
 */
export const mayBeFile = (file: string): Effect<void> =>
  TE.tryCatch(
    async () => {
      const there = await stat(file).catch(() => null);
      if (there?.isDirectory()) throw refusal('EISDIR');
      const folder = await nearestThere(dirname(resolve(file)));
      const now = await tryWriting(folder);
      if (folder === dirname(resolve(file))) await clearLeft(folder, now, besideOf(basename(file)));
    },
    (cause) => fileError(file, cause),
  );
