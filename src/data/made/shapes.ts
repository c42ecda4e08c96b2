/**
 * 2Shapes and 3Shapes: outlines of squares and of triangles, upright or upside down, that may overlap. The answer
 * assigns pixels to objects, so scores compare groups of pixels and not the numbers of objects (`foregroundAri`).
 *
 * Source: Löwe et al. 2022 (arXiv 2204.02075): binary images of 32x32 or 40x40 with two or three shapes; pixels that
 * two shapes share are left out of the score. Reichert & Serre 2014 have the same shapes.
 */

import * as t from 'io-ts';
import { record, where, whole, withDefault } from '../../base/codec.js';
import { type Random, stream } from '../../base/random.js';
import { describeCounts, type SplitName, type TaskShape } from '../dataset.js';
import { countsOf } from './counts.js';
import type { Recipe, Sample } from './generate.js';

/**
 * - `size`: side of the image; `shape`: side of a square and height of a triangle; both in pixels.
 * - `objects`: the number of shapes in an image, each of any kind.
 * - `train`, `validation`, `test`: numbers of images; `seed`: which ones.
 */
export type ShapesTask = t.TypeOf<typeof shapesTask>;

export const shapesTask = where(
  record('shapes', {
    name: t.literal('shapes'),
    size: withDefault(whole(8, 512), 40),
    shape: withDefault(whole(4, 256), 13),
    objects: withDefault(whole(1, 8), 2),
    ...countsOf(50_000, 1_000, 10_000),
  }),
  ({ size, shape }) => (shape > size / 2 ? `shape: ${shape} pixels are more than half of ${size}` : null),
);

/** Objects are numbered from left to right; a pixel of several objects has the class `shared`. */
export const shapesClasses = ({ objects }: Pick<ShapesTask, 'objects'>): readonly string[] => [
  'background',
  ...Array.from({ length: objects }, (_, k) => `object ${k + 1}`),
  'shared',
];

type Offset = readonly [row: number, column: number];

/** The outline of a shape of this height, from its upper left corner. */
const outlines: readonly ((height: number) => readonly Offset[])[] = [
  (n) =>
    Array.from({ length: n }, (_, i) => i).flatMap((i): Offset[] => [
      [0, i],
      [n - 1, i],
      [i, 0],
      [i, n - 1],
    ]),
  (n) => triangle(n, (row) => row),
  (n) => triangle(n, (row) => n - 1 - row),
];

/** A triangle whose sides move apart by half a pixel per row, from the row in which they meet. */
const triangle = (n: number, from: (row: number) => number): readonly Offset[] => {
  const middle = (n - 1) / 2;
  return Array.from({ length: n }, (_, row) => row).flatMap((row): Offset[] => {
    const open = from(row) / 2;
    const ends: Offset[] = [
      [row, Math.round(middle - open)],
      [row, Math.round(middle + open)],
    ];
    return from(row) < n - 1 ? ends : Array.from({ length: n }, (_, column): Offset => [row, column]);
  });
};

interface Placed {
  readonly column: number;
  readonly pixels: ReadonlySet<number>;
}

const place = (random: Random, { size, shape }: Pick<ShapesTask, 'size' | 'shape'>): Placed => {
  const outline = outlines[random.integer(outlines.length)](shape);
  const [row, column] = [random.integer(size - shape + 1), random.integer(size - shape + 1)];
  return { column, pixels: new Set(outline.map(([i, j]) => (row + i) * size + column + j)) };
};

/** One image; it depends on (seed, split, index) and the settings that shape it, nothing else. */
export const drawShapes = (task: ShapesTask, split: SplitName, index: number): Sample => {
  const random = stream(task.seed, 'shapes', split, index);
  const placed = Array.from({ length: task.objects }, () => place(random, task)).sort(
    (a, b) => a.column - b.column,
  );
  const image = new Uint8Array(task.size * task.size);
  const mask = new Uint8Array(task.size * task.size);
  let shared = 0;
  for (const [k, { pixels }] of placed.entries())
    for (const pixel of pixels) {
      if (mask[pixel] !== 0 && mask[pixel] <= task.objects) shared++;
      mask[pixel] = mask[pixel] === 0 ? k + 1 : task.objects + 1;
      image[pixel] = 255;
    }
  return { image, mask, difficulty: shared };
};

export const shapesShape = (task: ShapesTask): TaskShape => ({
  height: task.size,
  width: task.size,
  channels: 1,
  classes: shapesClasses(task).length,
  ...(task.objects < 2 ? {} : { objects: task.objects }),
});

/** The task as a rule for every image; its difficulty is the number of pixels that objects share. */
export const shapes = (task: ShapesTask): Recipe => ({
  version: 1,
  graded: true,
  ...shapesShape(task),
  classes: shapesClasses(task),
  counts: task,
  sample: (split, index) => drawShapes(task, split, index),
});

export const describeShapes = (task: ShapesTask): string =>
  `outlines of ${task.objects} squares and triangles that may overlap; ${describeCounts(task)}, seed ${task.seed}`;
