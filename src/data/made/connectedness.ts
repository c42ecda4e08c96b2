/**
 * Connectedness: two figures of thin strokes, wound into each other, and two marks. Are both marks on one figure?
 *
 * Source: Minsky & Papert 1969; the figures are drumhead's own: two trees that grow at random on a square of cells, at
 * the same time. Half of the images of each split have both marks on one figure, and marks are drawn at the same
 * distances in both cases, so that neither their places nor the amount of ink tells the answer.
 */

import * as t from 'io-ts';
import { record, whole, withDefault } from '../../base/codec.js';
import { type Random, stream } from '../../base/random.js';
import { describeCounts, type SplitName, type TaskShape } from '../dataset.js';
import { countsOf } from './counts.js';
import type { Recipe, Sample } from './generate.js';
import { type Cell, distances, grown, pixelOf, pixelsOf } from './growth.js';

/**
 * - `cells`: cells a side; the picture has 2 cells + 1 pixels a side.
 * - `train`, `validation`, `test`: numbers of images; `seed`: which ones.
 */
export type ConnectednessTask = t.TypeOf<typeof connectednessTask>;

export const connectednessTask = record('connectedness', {
  name: t.literal('connectedness'),
  cells: withDefault(whole(4, 128), 16),
  ...countsOf(5_000, 500, 1_000),
});

export const connectednessClasses: readonly string[] = ['background', 'apart', 'connected'];

/** The distance of two cells: the larger of the differences in rows and in columns. */
const apart = (a: Cell, b: Cell, cells: number): number =>
  Math.max(Math.abs(Math.floor(a / cells) - Math.floor(b / cells)), Math.abs((a % cells) - (b % cells)));

const any = <A>(random: Random, list: readonly A[]): A => list[random.integer(list.length)];

/** One image; it depends on (seed, split, index) and the settings that shape it, nothing else. */
export const drawConnectedness = (
  { cells, seed }: Pick<ConnectednessTask, 'cells' | 'seed'>,
  split: SplitName,
  index: number,
): Sample => {
  const random = stream(seed, 'connectedness', split, index);
  const connected = random.integer(2);
  const side = 2 * cells + 1;
  // The distance is drawn first, then figures until they have it, so that both kinds of images have the same distances.
  const wanted = 2 + random.integer(Math.floor(cells / 2));
  for (;;) {
    const first = random.integer(cells * cells);
    const second = random.integer(cells * cells);
    if (first === second) continue;
    const trees = grown(random, cells, [first, second], Math.round(0.75 * cells * cells), 0.85);
    const one = any(random, [...trees[0].keys()]);
    const others = [...trees[1 - connected].keys()].filter((cell) => apart(one, cell, cells) === wanted);
    if (others.length === 0) continue;
    const marks = [one, any(random, others)].map((cell) => pixelOf(cell, cells));
    const image = new Uint8Array(3 * side * side);
    const mask = new Uint8Array(side * side);
    const figures = trees.map((tree) => new Set(pixelsOf(tree, cells)));
    for (const figure of figures)
      for (const place of figure) {
        image.fill(255, 3 * place, 3 * place + 3);
        mask[place] = 1 + connected;
      }
    for (const mark of marks) image.set([255, 0, 0], 3 * mark);
    const steps = distances((place) => figures[0].has(place), [marks[0]], side);
    const difficulty = connected === 1 ? steps[marks[1]] : steps.reduce((most, n) => Math.max(most, n), 0);
    return { image, mask, difficulty };
  }
};

export const connectednessShape = ({ cells }: ConnectednessTask): TaskShape => ({
  height: 2 * cells + 1,
  width: 2 * cells + 1,
  channels: 3,
  classes: connectednessClasses.length,
});

/**
 * The task as a rule for every image: all strokes have the class of the answer, which is therefore also the class of
 * the image. Its difficulty is the length of the path between the marks along the figure or, without one, the longest
 * path on the first mark's figure.
 */
export const connectedness = (task: ConnectednessTask): Recipe => ({
  version: 1,
  graded: true,
  ...connectednessShape(task),
  classes: connectednessClasses,
  counts: task,
  sample: (split, index) => drawConnectedness(task, split, index),
});

export const describeConnectedness = (task: ConnectednessTask): string =>
  `whether two marks are on one of two figures among ${task.cells}x${task.cells} cells; ${describeCounts(task)}, seed ${task.seed}`;
