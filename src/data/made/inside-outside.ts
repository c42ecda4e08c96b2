/**
 * Inside or outside of a closed curve, for every pixel. A receptive field smaller than the figure does not suffice.
 *
 * Source: Minsky & Papert 1969; the curves are drumhead's own. A tree grows at random on a square of cells; its outline
 * is one closed curve that does not touch itself, a pixel wide, with corridors a pixel wide on both sides.
 */

import * as t from 'io-ts';
import { record, whole, withDefault } from '../../base/codec.js';
import { stream } from '../../base/random.js';
import { describeCounts, type SplitName, type TaskShape } from '../dataset.js';
import { countsOf } from './counts.js';
import type { Recipe, Sample } from './generate.js';
import { distances, grown, type Tree } from './growth.js';

/**
 * - `cells`: cells a side; the picture has 4 cells + 3 pixels a side.
 * - `train`, `validation`, `test`: numbers of images; `seed`: which ones.
 */
export type InsideOutsideTask = t.TypeOf<typeof insideOutsideTask>;

export const insideOutsideTask = record('inside-outside', {
  name: t.literal('inside-outside'),
  cells: withDefault(whole(2, 64), 8),
  ...countsOf(5_000, 500, 1_000),
});

export const insideOutsideClasses: readonly string[] = ['outside', 'inside', 'curve'];

const pixelsAside = (cells: number): number => 4 * cells + 3;

/** Whether two neighbouring cells are joined in a tree. */
const joined = (tree: Tree, a: number, b: number): boolean =>
  (tree.has(a) && tree.get(a) === b) || (tree.has(b) && tree.get(b) === a);

/** The pixels that a tree covers, 3 for each cell and 1 between joined ones; its outline is their rim. */
const covered = (tree: Tree, cells: number): Uint8Array => {
  const side = pixelsAside(cells);
  const inside = new Uint8Array(side * side);
  const fill = (row: number, column: number, height: number, width: number): void => {
    for (let i = row; i < row + height; i++) inside.fill(1, i * side + column, i * side + column + width);
  };
  for (const cell of tree.keys()) {
    const [row, column] = [2 + 4 * Math.floor(cell / cells), 2 + 4 * (cell % cells)];
    fill(row, column, 3, 3);
    if (joined(tree, cell, cell + 1) && (cell + 1) % cells !== 0) fill(row, column + 3, 3, 1);
    if (joined(tree, cell, cell + cells)) fill(row + 3, column, 1, 3);
  }
  return inside;
};

/** One image; it depends on (seed, split, index) and the settings that shape it, nothing else. */
export const drawInsideOutside = (
  { cells, seed }: Pick<InsideOutsideTask, 'cells' | 'seed'>,
  split: SplitName,
  index: number,
): Sample => {
  const random = stream(seed, 'inside-outside', split, index);
  const size = Math.max(2, Math.round(cells * cells * (0.3 + 0.4 * random.uniform())));
  const [tree] = grown(random, cells, [random.integer(cells * cells)], size, 0.7);
  const inside = covered(tree, cells);
  const side = pixelsAside(cells);
  const [image, mask] = [new Uint8Array(side * side), new Uint8Array(side * side)];
  const outside: number[] = [];
  for (let place = 0; place < side * side; place++) {
    const [row, column] = [Math.floor(place / side), place % side];
    const around = [-side - 1, -side, -side + 1, -1, 1, side - 1, side, side + 1];
    const isRim = inside[place] === 1 && around.some((by) => inside[place + by] === 0);
    if (isRim) image[place] = 255;
    mask[place] = isRim ? 2 : inside[place];
    if (row === 0 || column === 0 || row === side - 1 || column === side - 1) outside.push(place);
  }
  const steps = distances((place) => mask[place] === 0, outside, side);
  return { image, mask, difficulty: steps.reduce((most, count) => Math.max(most, count), 0) };
};

export const insideOutsideShape = ({ cells }: InsideOutsideTask): TaskShape => ({
  height: pixelsAside(cells),
  width: pixelsAside(cells),
  channels: 1,
  classes: insideOutsideClasses.length,
});

/**
 * The task as a rule for every image; its difficulty is the length of the longest shortest path from the border to a
 * pixel outside.
 */
export const insideOutside = (task: InsideOutsideTask): Recipe => ({
  version: 1,
  graded: true,
  ...insideOutsideShape(task),
  classes: insideOutsideClasses,
  counts: task,
  sample: (split, index) => drawInsideOutside(task, split, index),
});

export const describeInsideOutside = (task: InsideOutsideTask): string =>
  `inside and outside of a closed curve among ${task.cells}x${task.cells} cells; ${describeCounts(task)}, seed ${task.seed}`;
