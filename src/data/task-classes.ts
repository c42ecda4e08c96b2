/** The names of a task's classes, as far as the task itself says them. */

import { digitClasses } from './made/mnist.js';
import { polygonsClasses } from './made/polygons.js';
import { tetrominoesClasses } from './made/tetrominoes.js';
import { labellingOf } from './own/labelling.js';
import type { Task } from './task.js';

/**
 * Names in the order of the labels, background first; null where only the files of a folder tell them.
 *
 * @example
 * pipe(taskNamed('tetrominoes'), E.map(taskClasses))   // right(['background', 'I', 'O', 'T', 'S/Z', 'J/L'])
 */
export const taskClasses = (task: Task): readonly string[] | null => {
  switch (task.name) {
    case 'tetrominoes':
      return tetrominoesClasses;
    case 'mnist':
    case 'multi-mnist':
      return digitClasses;
    case 'polygons':
      return polygonsClasses(task);
    case 'npy':
    case 'png':
      return labellingOf(task.labels, null).names ?? (task.classes.length > 0 ? task.classes : null);
  }
};
