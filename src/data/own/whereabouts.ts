/** Where a person's files lie, in one spelling: `./plain`, `plain/`, a link to it and its whole path are one folder. */

import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Task } from '../task.js';

/**
 * The path of a folder without links, dots and slashes at its end. Of what is not there, the part that is there.
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

/** A task whose files are told by their whole path, so that one folder has one name whoever wrote it. */
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
