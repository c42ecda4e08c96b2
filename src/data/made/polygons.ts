/**
 * Polygons: filled regular polygons on a dark ground, white and without texture. The number of corners is only visible
 * from the whole polygon.
 *
 * Source: the polygons of Jacobs et al. (arXiv 2502.06034), whose grid, radii and six kinds are known.
 */

import * as t from 'io-ts';
import { choice, real, record, where, whole, withDefault } from '../../base/codec.js';
import { type Random, stream } from '../../base/random.js';
import { describeCounts, type SplitName, type TaskShape } from '../dataset.js';
import type { Recipe, Sample } from './generate.js';
import { arrange, firstFit } from './scatter.js';

const kinds = where(t.readonlyArray(whole(3, 24)), (sides) =>
  sides.length === 0 || new Set(sides).size < sides.length
    ? 'kinds are one or more different numbers of sides'
    : null,
);

/**
 * - `size`: side of the image; `minRadius` to `maxRadius`: circumradius, uniformly; all in pixels.
 * - `sides`: the kinds, as their numbers of sides; class labels follow this order.
 * - `minPolygons` to `maxPolygons` polygons an image, uniformly, each of any kind.
 * - `orientation`: 'random', or 'upright': each rests on one of its sides.
 * - `train`, `validation`, `test`: numbers of images; `seed`: which ones.
 */
export type PolygonsTask = t.TypeOf<typeof polygonsTask>;

export const polygonsTask = where(
  record('polygons', {
    name: t.literal('polygons'),
    size: withDefault(whole(5, 4096), 75),
    minRadius: withDefault(real(2, 2048), 13),
    maxRadius: withDefault(real(2, 2048), 18),
    sides: withDefault<readonly number[]>(kinds, [3, 4, 5, 6, 7, 8]),
    minPolygons: withDefault(whole(0, 100), 1),
    maxPolygons: withDefault(whole(1, 100), 2),
    orientation: withDefault(choice('random', 'upright'), 'random'),
    train: withDefault(whole(1, 1_000_000), 10_000),
    validation: withDefault(whole(0, 1_000_000), 1_000),
    test: withDefault(whole(1, 1_000_000), 1_000),
    seed: withDefault(whole(0, Number.MAX_SAFE_INTEGER), 0),
  }),
  ({ size, minRadius, maxRadius, minPolygons, maxPolygons }) => {
    if (2 * maxRadius > size) return `a polygon of radius ${maxRadius} does not fit into size ${size}`;
    if (minRadius > maxRadius) return `minRadius ${minRadius} is more than maxRadius ${maxRadius}`;
    return minPolygons > maxPolygons
      ? `minPolygons ${minPolygons} is more than maxPolygons ${maxPolygons}`
      : null;
  },
);

const names: Readonly<Record<number, string>> = {
  3: 'triangle',
  4: 'square',
  5: 'pentagon',
  6: 'hexagon',
  7: 'heptagon',
  8: 'octagon',
};

export const polygonsClasses = ({ sides }: PolygonsTask): readonly string[] => [
  'background',
  ...sides.map((n) => names[n] ?? `${n}-gon`),
];

/** A regular polygon without a position. */
interface Polygon {
  readonly label: number;
  readonly radius: number;
  /** Distance from the centre to a side. */
  readonly apothem: number;
  /** Normals of its sides: unit vectors, right and down. */
  readonly normals: readonly (readonly [number, number])[];
}

const choosePolygon = (random: Random, task: PolygonsTask): Polygon => {
  const kind = random.integer(task.sides.length);
  const sides = task.sides[kind];
  const radius = task.minRadius + random.uniform() * (task.maxRadius - task.minRadius);
  const turn = task.orientation === 'random' ? random.uniform() : 0;
  // The first side faces down before the rotation.
  const angles = Array.from({ length: sides }, (_, k) => Math.PI / 2 + (2 * Math.PI * (k + turn)) / sides);
  return {
    label: kind + 1,
    radius,
    apothem: radius * Math.cos(Math.PI / sides),
    normals: angles.map((angle) => [Math.cos(angle), Math.sin(angle)]),
  };
};

/**
 * The pixels whose centres are in the polygon, centred at this row and column; the polygon must be inside the image.
 */
const pixelsAt = (
  { radius, apothem, normals }: Polygon,
  row: number,
  column: number,
  size: number,
): readonly number[] => {
  const pixels: number[] = [];
  for (let i = Math.floor(row - radius); i < Math.min(size, Math.ceil(row + radius)); i++) {
    for (let j = Math.floor(column - radius); j < Math.min(size, Math.ceil(column + radius)); j++) {
      const [right, down] = [j + 0.5 - column, i + 0.5 - row];
      const squared = right * right + down * down;
      // Pixels inside the inner circle or outside the outer one need no test against the sides.
      const inside =
        squared <= apothem * apothem ||
        (squared <= radius * radius && normals.every(([x, y]) => right * x + down * y <= apothem));
      if (inside) pixels.push(i * size + j);
    }
  }
  return pixels;
};

/** A polygon's pixels and its label. */
interface Placed {
  readonly label: number;
  readonly pixels: readonly number[];
}

/** Marks these pixels and all their neighbours, corners too: polygons never touch, since two would look like one. */
const mark = (taken: Uint8Array, pixels: readonly number[], size: number): void => {
  for (const pixel of pixels) {
    const row = Math.floor(pixel / size);
    const column = pixel % size;
    for (let r = Math.max(0, row - 1); r <= Math.min(size - 1, row + 1); r++) {
      taken.fill(1, r * size + Math.max(0, column - 1), r * size + Math.min(size, column + 2));
    }
  }
};

/** A random position where the polygon is inside the image and touches no taken pixel. */
const scatterPolygon = (random: Random, size: number, taken: Uint8Array, polygon: Polygon): Placed | null => {
  const coordinate = (): number => polygon.radius + random.uniform() * (size - 2 * polygon.radius);
  return firstFit(
    () => ({ label: polygon.label, pixels: pixelsAt(polygon, coordinate(), coordinate(), size) }),
    ({ pixels }) => pixels.every((pixel) => taken[pixel] === 0),
  );
};

/** The polygons of an image that could be placed, and the number wanted. */
const strew = (random: Random, task: PolygonsTask): { placed: readonly Placed[]; wanted: number } => {
  const wanted = task.minPolygons + random.integer(task.maxPolygons - task.minPolygons + 1);
  const placed: Placed[] = [];
  const taken = new Uint8Array(task.size * task.size);
  for (let k = 0; k < wanted; k++) {
    const found = scatterPolygon(random, task.size, taken, choosePolygon(random, task));
    if (found === null) continue;
    placed.push(found);
    mark(taken, found.pixels, task.size);
  }
  return { placed, wanted };
};

/** One image of the task; it depends on (seed, split, index) and the settings that shape an image, nothing else. */
export const drawPolygons = (task: PolygonsTask, split: SplitName, index: number): Sample => {
  const random = stream(task.seed, 'polygons', split, index);
  const image = new Uint8Array(task.size * task.size);
  const mask = new Uint8Array(task.size * task.size);
  for (const { label, pixels } of arrange(() => strew(random, task))) {
    for (const pixel of pixels) {
      image[pixel] = 255;
      mask[pixel] = label;
    }
  }
  return { image, mask };
};

export const polygonsShape = ({ size, sides }: PolygonsTask): TaskShape => ({
  height: size,
  width: size,
  channels: 1,
  classes: sides.length + 1,
});

export const describePolygons = (task: PolygonsTask): string =>
  `${task.minPolygons} to ${task.maxPolygons} filled regular polygons of ${task.sides.join(', ')} sides, ` +
  `circumradius ${task.minRadius} to ${task.maxRadius} pixels` +
  `${task.orientation === 'upright' ? ', upright' : ''}; ${describeCounts(task)}, seed ${task.seed}`;

/** The task as a rule for every image. */
export const polygons = (task: PolygonsTask): Recipe => ({
  version: 1,
  ...polygonsShape(task),
  classes: polygonsClasses(task),
  counts: task,
  sample: (split, index) => drawPolygons(task, split, index),
});
