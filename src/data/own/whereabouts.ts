/**
 * The path of the user's files in a unique spelling: `./plain`, `plain/`, a link to it and its full path are one
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

/** The path that a task of a person's files contains: a folder or a module; null if it has none. */
const pathOf = (task: Task): string | null => {
  if ('folder' in task) return task.folder;
  if ('file' in task) return task.file;
  return 'mnistDir' in task ? task.mnistDir : null;
};

const withPath = <T extends Task>(task: T, path: string): T => {
  if ('folder' in task) return { ...task, folder: path };
  return 'file' in task ? { ...task, file: path } : { ...task, mnistDir: path };
};

/** The task with its path resolved against this folder, unless it is absolute. */
export const anchoredAt = <T extends Task>(folder: string, task: T): T => {
  const path = pathOf(task);
  return path === null ? task : withPath(task, resolve(folder, path));
};

/** A task with the full path of its folder, so that each folder has one spelling. */
export const settled = async <T extends Task>(task: T): Promise<T> => {
  const path = pathOf(task);
  return path === null ? task : withPath(task, await wholePath(path));
};
