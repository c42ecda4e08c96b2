/**
 * Mazes: walls and corridors one square wide, with one path between any two rooms; the answer is the path from start
 * to end.
 *
 * Source: Schwarzschild et al. 2021 (arXiv 2108.06011): mazes of 9 squares a side to train on and up to 59 (and 201) to
 * test on, start red, end green, the path as a mask. A maze of s squares a side has (s + 1) / 2 rooms a side. The hard
 * set of Wang et al. 2025 (arXiv 2506.21734) has 30x30 and paths over 110: `squares: 59, least: 221` asks for the same
 * of 30 rooms a side.
 */

import * as t from 'io-ts';
import { record, where, whole, withDefault } from '../../base/codec.js';
import { stream } from '../../base/random.js';
import { describeCounts, type SplitName, type TaskShape } from '../dataset.js';
import { countsOf } from './counts.js';
import type { Recipe, Sample } from './generate.js';
import { type Cell, grown, pixelOf, pixelsOf, wayBetween } from './growth.js';

/**
 * - `squares`: squares a side, odd; the picture has one more of wall on every side.
 * - `least`: the smallest number of squares on the path from start to end; a maze with a shorter path is drawn again.
 * - `train`, `validation`, `test`: numbers of mazes; `seed`: which ones.
 */
export type MazesTask = t.TypeOf<typeof mazesTask>;

export const mazesTask = where(
  record('mazes', {
    name: t.literal('mazes'),
    squares: withDefault(whole(3, 201), 9),
    least: withDefault(whole(2, 10_000), 3),
    ...countsOf(10_000, 500, 1_000),
  }),
  ({ squares, least }) => {
    if (squares % 2 === 0) return 'squares is odd: rooms stand at every second square';
    return least > (squares * squares) / 5
      ? `least is at most a fifth of all squares, ${Math.floor((squares * squares) / 5)}: longer ways are too rare to be drawn`
      : null;
  },
);

export const mazeClasses: readonly string[] = ['off', 'way'];

const pixelsAside = ({ squares }: MazesTask): number => squares + 2;

const red = [255, 0, 0];
const green = [0, 255, 0];

/** One maze; it depends on (seed, split, index) and the settings that shape it, nothing else. */
export const drawMaze = (task: MazesTask, split: SplitName, index: number): Sample => {
  const random = stream(task.seed, 'mazes', split, index);
  const side = (task.squares + 1) / 2;
  const [pixels, rooms] = [pixelsAside(task), side * side];
  for (;;) {
    const [tree] = grown(random, side, [random.integer(rooms)], rooms, 0.9);
    const corridors = new Set(pixelsOf(tree, side));
    // A maze has few long paths; a random start with an end far from it finds them sooner than two random rooms.
    for (let attempt = 0; attempt < 8; attempt++) {
      const [start, end]: readonly Cell[] = random
        .shuffle([...Array(rooms).keys()])
        .slice(0, 2)
        .map((room) => pixelOf(room, side));
      const way = wayBetween((place) => corridors.has(place), start, end, pixels);
      if (way.length < task.least) continue;
      const image = new Uint8Array(3 * pixels * pixels);
      for (const place of corridors) image.fill(255, 3 * place, 3 * place + 3);
      image.set(red, 3 * start);
      image.set(green, 3 * end);
      const mask = new Uint8Array(pixels * pixels);
      for (const place of way) mask[place] = 1;
      return { image, mask, difficulty: way.length };
    }
  }
};

export const mazesShape = (task: MazesTask): TaskShape => ({
  height: pixelsAside(task),
  width: pixelsAside(task),
  channels: 3,
  classes: mazeClasses.length,
});

/** The task as a rule for every image; its difficulty is the length of the path in squares. */
export const mazes = (task: MazesTask): Recipe => ({
  version: 1,
  graded: true,
  ...mazesShape(task),
  classes: mazeClasses,
  counts: task,
  sample: (split, index) => drawMaze(task, split, index),
});

export const describeMazes = (task: MazesTask): string =>
  `the way through a maze of ${task.squares} squares a side${task.least > 3 ? `, ${task.least} squares long at least` : ''}; ` +
  `${describeCounts(task)}, seed ${task.seed}`;
