/** The names of a task's classes, if the task alone determines them. */

import { connectednessClasses } from './made/connectedness.js';
import { copyClasses } from './made/copy.js';
import { insideOutsideClasses } from './made/inside-outside.js';
import { mazeClasses } from './made/mazes.js';
import { digitClasses } from './made/mnist.js';
import { pathfinderClasses } from './made/pathfinder.js';
import { polygonsClasses } from './made/polygons.js';
import { sequentialMnistForms } from './made/sequential-mnist.js';
import { shapesClasses } from './made/shapes.js';
import { tetrominoesClasses } from './made/tetrominoes.js';
import { labellingOf } from './own/labelling.js';
import type { Task } from './task.js';

/** The names of the classes if exactly one array has classes; otherwise none. */
export const namedClasses = (classes: Readonly<Record<string, readonly string[]>>): readonly string[] => {
  const [only, second] = Object.values(classes);
  return only === undefined || second !== undefined ? [] : only;
};

/**
 * Names in the order of the labels, with the background first for images; null if only the files of a folder have
 * them.
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
    case 'mazes':
      return mazeClasses;
    case 'pathfinder':
      return pathfinderClasses(task);
    case 'inside-outside':
      return insideOutsideClasses;
    case 'connectedness':
      return connectednessClasses;
    case 'shapes':
      return shapesClasses(task);
    case 'sequential-mnist':
      return sequentialMnistForms(task).label.classes ?? [];
    case 'copy':
      return copyClasses(task);
    case 'adding':
    case 'wave-forecast':
      return [];
    case 'arrays':
    case 'generated':
      return namedClasses(task.classes);
    case 'image-folders':
      return task.classes.length > 0 ? task.classes : null;
    case 'series':
      return null;
    case 'npy':
    case 'png':
      return labellingOf(task.labels, null).names ?? (task.classes.length > 0 ? task.classes : null);
  }
};
