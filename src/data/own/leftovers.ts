/**
 * Removal of files from the cache. A file is written under a temporary name and then renamed, so a killed process may
 * leave a temporary file. Unpacked files can be unpacked again, so those that nobody uses are removed.
 */

import { lstat, readdir, rm, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * A temporary file that did not change for this many milliseconds is left over; a slow function may write nothing for
 * hours.
 */
const leftAfter = 24 * 3600_000;

const ending = /\.[0-9a-f-]{36}\.tmp$/;

/** When a file, or anything in a folder, was changed last. */
const changed = async (path: string): Promise<number> => {
  const within = await readdir(path, { recursive: true }).catch((): string[] => []);
  const all = await Promise.all([path, ...within.map((name) => join(path, name))].map((one) => lstat(one)));
  return Math.max(...all.map(({ mtimeMs }) => mtimeMs));
};

/** Removes leftover temporary files beside a path in the cache; files that cannot be removed stay. */
export const clearLeftovers = async (place: string): Promise<void> => {
  const folder = dirname(place);
  const kind = basename(place).split('-')[0];
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (!name.startsWith(kind) || !ending.test(name)) continue;
    const left = join(folder, name);
    if (Date.now() - (await changed(left).catch(() => Date.now())) > leftAfter)
      await rm(left, { recursive: true, force: true }).catch(() => {});
  }
};

/** After this many milliseconds without use, unpacked files are removed. */
const unusedAfter = 30 * 24 * 3600_000;

/**
 * Marks a file of the cache as used now, by its time of access. Its time of writing stays: readers recognise the file by it. It is
 * set in whole seconds, which every file system keeps exactly.
 */
export const markUsed = async (path: string, written: number): Promise<void> => {
  if (written % 1000 === 0) await utimes(path, Date.now() / 1000, written / 1000).catch(() => {});
};

/** Removes files in a folder of the cache that were not used for long; files that cannot be removed stay. */
export const clearUnused = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    if (found?.isFile() !== true) continue;
    const age = Date.now() - Math.max(found.atimeMs, found.mtimeMs);
    if (age > (ending.test(name) ? leftAfter : unusedAfter)) await rm(path, { force: true }).catch(() => {});
  }
};
