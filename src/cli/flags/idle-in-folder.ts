/** Settings of a task on a folder of data that do nothing, since the folder decides them. */

import { join } from 'node:path';
import { splitsIn } from '../../data/own/array-files.js';
import type { Task } from '../../data/task.js';
import { kindOf } from '../../files/kind-of.js';

const isThere = async (...parts: readonly string[]): Promise<boolean> =>
  (await kindOf(join(...parts))) !== null;

/** The splits that a folder has; no share of other images is held out for them. */
const apart = async (
  task: Task,
): Promise<{ readonly validation: boolean; readonly test: boolean } | null> => {
  switch (task.name) {
    case 'npy':
      return { validation: await isThere(task.folder, 'validation_images.npy'), test: true };
    case 'png': {
      const split = await isThere(task.folder, 'train');
      return { validation: split && (await isThere(task.folder, 'validation')), test: split };
    }
    case 'arrays':
    case 'image-folders': {
      // Folders of a picture's classes may have any name but those of the splits.
      const splits = await splitsIn(task.folder);
      const split = splits.includes('train');
      return { validation: split && splits.includes('validation'), test: split && splits.includes('test') };
    }
    default:
      return null;
  }
};

/** A sentence for each setting in the file that does nothing. */
export const idleInFolder = async (
  task: Task,
  written: (path: string) => boolean,
): Promise<readonly string[]> => {
  const held = await apart(task);
  if (held === null || !('validationShare' in task)) return [];
  const things = task.name === 'arrays' ? 'samples' : 'images';
  const drawn = [
    held.validation ? 0 : task.validationShare,
    'testShare' in task && !held.test ? task.testShare : 0,
  ];
  return [
    ...(held.validation
      ? [`task.validationShare does nothing here: the folder has validation ${things}`]
      : []),
    ...(held.test ? [`task.testShare does nothing here: the folder has test ${things}`] : []),
    ...(drawn.every((share) => share === 0)
      ? [`task.seed does nothing here: no ${things} are drawn from others`]
      : []),
  ].filter((note) => written(note.split(' ')[0]));
};
