/** The rule that draws the images of a task, if nothing is read for it. */

import { connectedness } from './made/connectedness.js';
import type { Recipe } from './made/generate.js';
import { insideOutside } from './made/inside-outside.js';
import { mazes } from './made/mazes.js';
import { pathfinder } from './made/pathfinder.js';
import { polygons } from './made/polygons.js';
import { shapes } from './made/shapes.js';
import { tetrominoes } from './made/tetrominoes.js';
import type { Task } from './task.js';

const drawnNames = [
  'tetrominoes',
  'polygons',
  'mazes',
  'pathfinder',
  'inside-outside',
  'connectedness',
  'shapes',
] as const;

/** A task whose images are drawn by a rule, from its seed alone. */
export type DrawnTask = Extract<Task, { readonly name: (typeof drawnNames)[number] }>;

/** Whether the images of a task are drawn by a rule, from its seed alone. */
export const isDrawn = (task: Task): task is DrawnTask => drawnNames.some((name) => name === task.name);

/**
 * The rule for every image of a task.
 *
 * @example
 * drawnRecipe(task).sample('train', 0)   // { image, mask }: 0 to 255, and the class of each pixel
 */
export const drawnRecipe = (task: DrawnTask): Recipe => {
  switch (task.name) {
    case 'tetrominoes':
      return tetrominoes(task);
    case 'polygons':
      return polygons(task);
    case 'mazes':
      return mazes(task);
    case 'pathfinder':
      return pathfinder(task);
    case 'inside-outside':
      return insideOutside(task);
    case 'connectedness':
      return connectedness(task);
    case 'shapes':
      return shapes(task);
  }
};
