/**
 * The location of the user's files in a unique spelling: `./plain`, `plain/`, a link to it and its full path are one
 * folder.
 */

import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Task } from '../task.js';

/**
 * The path of a folder without links, dots and trailing slashes. If it does not exist, its existing part is resolved.
 *
 * @example
 * await wholePath('data/./plain/')   // '/data/plain', asked in '/'
 */
export const wholePath = async (path: string): Promise<string> => {
  const whole = resolve(path);
  const found = await realpath(whole).catch(() => null);
  if (found !== null) return found;
  const above = dirname(whole);
  return above === whole ? whole : join(await wholePath(above), basename(whole));
};

/** A task with the full path of its folder, so that each folder has one spelling. */
export const settled = async <T extends Task>(task: T): Promise<T> => {
  switch (task.name) {
    case 'npy':
    case 'png':
      return { ...task, folder: await wholePath(task.folder) };
    case 'mnist':
    case 'multi-mnist':
      return task.mnistDir === null ? task : { ...task, mnistDir: await wholePath(task.mnistDir) };
    default:
      return task;
  }
};
