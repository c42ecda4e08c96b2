/** Settings of a task on a folder of data that do nothing, since the folder decides them. */

import { join } from 'node:path';
import type { Task } from '../../data/task.js';
import { kindOf } from '../../files/kind-of.js';

const isThere = async (...parts: readonly string[]): Promise<boolean> =>
  (await kindOf(join(...parts))) !== null;

/** The splits that a folder has already, so that no share of other images is taken for them. */
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
  const drawn = [
    held.validation ? 0 : task.validationShare,
    'testShare' in task && !held.test ? task.testShare : 0,
  ];
  return [
    ...(held.validation ? ['task.validationShare does nothing here: the folder has validation images'] : []),
    ...(held.test ? ['task.testShare does nothing here: the folder has test images'] : []),
    ...(drawn.every((share) => share === 0)
      ? ['task.seed does nothing here: no images are drawn from others']
      : []),
  ].filter((note) => written(note.split(' ')[0]));
};
