/** Samples of tasks: generated, or of the digits that the page has. */

import type { SplitName } from '../../../src/data/dataset.js';
import { connectednessTask, drawConnectedness } from '../../../src/data/made/connectedness.js';
import type { Sample } from '../../../src/data/made/generate.js';
import { drawInsideOutside, insideOutsideTask } from '../../../src/data/made/inside-outside.js';
import { drawMaze, mazesTask } from '../../../src/data/made/mazes.js';
import { mnistTask } from '../../../src/data/made/mnist.js';
import { multiMnistTask } from '../../../src/data/made/multi-mnist.js';
import { drawPathfinder, pathfinderTask } from '../../../src/data/made/pathfinder.js';
import { drawPolygons, polygonsTask } from '../../../src/data/made/polygons.js';
import { drawShapes, shapesTask } from '../../../src/data/made/shapes.js';
import { drawTetrominoes, tetrominoesTask } from '../../../src/data/made/tetrominoes.js';

/** The sample of this number; no model was trained on the split `test`. */
export const sampleOf = async (
  settings: Readonly<Record<string, unknown>>,
  index: number,
  split: SplitName = 'test',
): Promise<Sample> => {
  const tetrominoes = tetrominoesTask.decode(settings);
  if (tetrominoes._tag === 'Right') return drawTetrominoes(tetrominoes.right, split, index);
  const polygons = polygonsTask.decode(settings);
  if (polygons._tag === 'Right') return drawPolygons(polygons.right, split, index);
  const mazes = mazesTask.decode(settings);
  if (mazes._tag === 'Right') return drawMaze(mazes.right, split, index);
  const insideOutside = insideOutsideTask.decode(settings);
  if (insideOutside._tag === 'Right') return drawInsideOutside(insideOutside.right, split, index);
  const connectedness = connectednessTask.decode(settings);
  if (connectedness._tag === 'Right') return drawConnectedness(connectedness.right, split, index);
  const pathfinder = pathfinderTask.decode(settings);
  if (pathfinder._tag === 'Right') return drawPathfinder(pathfinder.right, split, index);
  const shapes = shapesTask.decode(settings);
  if (shapes._tag === 'Right') return drawShapes(shapes.right, split, index);
  // Digits are a file, which loads only for a task of digits.
  const mnist = mnistTask.decode(settings);
  if (mnist._tag === 'Right') return (await import('./digits.js')).mnistSample(mnist.right, index);
  const multiMnist = multiMnistTask.decode(settings);
  if (multiMnist._tag === 'Right')
    return (await import('./digits.js')).multiMnistSample(multiMnist.right, index);
  throw new Error(`no generator makes the task ${String(settings.name)}`);
};
