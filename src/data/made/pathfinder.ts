/**
 * Pathfinder: two long contours of dashes among shorter ones, and two round marks. Are both marks at the ends of one contour?
 *
 * Source: Linsley et al. 2018 (arXiv 1805.08315), Kim et al. 2020: on 300x300 pixels contours of 6, 9 or 14 dashes of 5 pixels,
 * 2 thick and 3 apart, of continuity 1.8; distractors of a third of the dashes, as many as make 30; marks of radius 5, at
 * least 27 pixels apart. Here all of these shrink with the picture, down to what can still be seen, and a contour bends at
 * each dash by at most pi / (2 continuity), uniformly. Half of the images of each split are of either class.
 */

import * as t from 'io-ts';
import { choice, real, record, where, whole, withDefault } from '../../base/codec.js';
import { type Random, stream } from '../../base/random.js';
import { describeCounts, type SplitName, type TaskShape } from '../dataset.js';
import { countsOf } from './counts.js';
import type { Recipe, Sample } from './generate.js';

/**
 * - `size`: side of the image in pixels, 300 as published and 128 or 32 in later variants.
 * - `dashes`: the number of dashes of a contour: 6, 9, 14, …; distractors have a third of it.
 * - `continuity`: the larger, the less a contour bends.
 * - `target`: 'label', whether the marks are on one contour, or 'contour', the pixels of the contour of the first mark.
 * - `train`, `validation`, `test`: numbers of images; `seed`: which ones.
 */
export type PathfinderTask = t.TypeOf<typeof pathfinderTask>;

export const pathfinderTask = where(
  record('pathfinder', {
    name: t.literal('pathfinder'),
    size: withDefault(whole(24, 1024), 64),
    dashes: withDefault(whole(3, 64), 6),
    continuity: withDefault(real(0.5, 10), 1.8),
    target: withDefault(choice('label', 'contour'), 'label'),
    ...countsOf(20_000, 1_000, 2_000),
  }),
  (task) => {
    const { dash, gap, thickness } = measures(task);
    const most = Math.floor((0.15 * task.size ** 2) / ((dash + gap) * (gap + thickness)));
    return task.dashes > most
      ? `dashes: two contours of ${task.dashes} dashes and distractors do not fit ${task.size}x${task.size}; at most ${most} do`
      : null;
  },
);

const labels: readonly string[] = ['background', 'apart', 'connected'];
const contours: readonly string[] = ['background', 'contour'];

/** The names of the classes. */
export const pathfinderClasses = ({ target }: Pick<PathfinderTask, 'target'>): readonly string[] =>
  target === 'label' ? labels : contours;

/** Lengths in pixels. */
const measures = ({ size }: Pick<PathfinderTask, 'size'>) => {
  const scale = Math.min(1, size / 128);
  return {
    dash: Math.max(2, 5 * scale),
    gap: Math.max(1.5, 3 * scale),
    thickness: Math.max(1, 2 * scale),
    mark: Math.max(1.5, (5 * size) / 300),
    least: (27 * size) / 300,
  };
};

interface Point {
  readonly x: number;
  readonly y: number;
}
interface Dash {
  readonly from: Point;
  readonly to: Point;
}

const ahead = ({ x, y }: Point, angle: number, by: number): Point => ({
  x: x + by * Math.cos(angle),
  y: y + by * Math.sin(angle),
});

/** The distance of a point from a dash. */
const farFrom = ({ from, to }: Dash, x: number, y: number): number => {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy);
  const share = Math.max(0, Math.min(1, along));
  return Math.hypot(x - from.x - share * dx, y - from.y - share * dy);
};

/** The rows and columns that a dash may reach, within the picture. */
const boxOf = ({ from, to }: Dash, reach: number, size: number) => ({
  left: Math.max(0, Math.floor(Math.min(from.x, to.x) - reach)),
  right: Math.min(size - 1, Math.ceil(Math.max(from.x, to.x) + reach)),
  top: Math.max(0, Math.floor(Math.min(from.y, to.y) - reach)),
  bottom: Math.min(size - 1, Math.ceil(Math.max(from.y, to.y) + reach)),
});

/** Calls `tell` for each pixel within `reach` of a dash, with its distance. */
const around = (
  dash: Dash,
  reach: number,
  size: number,
  tell: (pixel: number, far: number) => void,
): void => {
  const { left, right, top, bottom } = boxOf(dash, reach, size);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const far = farFrom(dash, x, y);
      if (far <= reach) tell(y * size + x, far);
    }
};

/** The pixels that a contour must avoid, since they are near drawn ones. */
interface Canvas {
  readonly size: number;
  readonly taken: Uint8Array;
}

/**
 * Whether no pixel within `reach` of a dash is taken. Most dashes are refused here, so distances are computed only for
 * taken pixels.
 */
const isClear = (dash: Dash, reach: number, { size, taken }: Canvas): boolean => {
  const { left, right, top, bottom } = boxOf(dash, reach, size);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++)
      if (taken[y * size + x] !== 0 && farFrom(dash, x, y) <= reach) return false;
  return true;
};

const isInside = ({ x, y }: Point, margin: number, size: number): boolean =>
  Math.min(x, y) >= margin && Math.max(x, y) <= size - 1 - margin;

/** A contour that keeps its distance from the others; null if it ran into something. */
const drawContour = (
  random: Random,
  task: Pick<PathfinderTask, 'size' | 'continuity'>,
  dashes: number,
  canvas: Canvas,
): readonly Dash[] | null => {
  const { size } = canvas;
  const { dash, gap, thickness } = measures(task);
  const bend = Math.PI / (2 * task.continuity);
  const contour: Dash[] = [];
  let [at, angle]: [Point, number] = [
    { x: random.uniform() * size, y: random.uniform() * size },
    random.uniform() * 2 * Math.PI,
  ];
  for (let k = 0; k < dashes; k++) {
    let placed: Dash | null = null;
    for (let attempt = 0; attempt < 12 && placed === null; attempt++) {
      const turned = k === 0 && attempt === 0 ? angle : angle + (2 * random.uniform() - 1) * bend;
      const from = k === 0 ? at : ahead(at, turned, gap);
      const next: Dash = { from, to: ahead(from, turned, dash) };
      const inside = isInside(next.from, gap, size) && isInside(next.to, gap, size);
      const clear =
        inside &&
        isClear(next, thickness, canvas) &&
        contour.every((other, i) => i === k - 1 || farFrom(other, next.to.x, next.to.y) > gap + thickness);
      if (!clear) continue;
      placed = next;
      angle = turned;
    }
    if (placed === null) return null;
    contour.push(placed);
    at = placed.to;
  }
  return contour;
};

/** One image; it depends on (seed, split, index) and the settings that shape it, nothing else. */
export const drawPathfinder = (task: PathfinderTask, split: SplitName, index: number): Sample => {
  const random = stream(task.seed, 'pathfinder', split, index);
  const { size } = task;
  const { gap, thickness, mark, least } = measures(task);
  const connected = random.integer(2) === 1;
  const short = Math.max(2, Math.round(task.dashes / 3));
  for (;;) {
    const canvas: Canvas = { size, taken: new Uint8Array(size * size) };
    const draw = (dashes: number): readonly Dash[] | null => {
      for (let attempt = 0; attempt < 40; attempt++) {
        const contour = drawContour(random, task, dashes, canvas);
        if (contour === null) continue;
        for (const dash of contour)
          around(dash, gap + thickness, size, (pixel) => {
            canvas.taken[pixel] = 1;
          });
        return contour;
      }
      return null;
    };
    const long = [draw(task.dashes), draw(task.dashes)];
    const [one, other] = long;
    if (one === null || other === null) continue;
    const ends = [
      one[0].from,
      connected ? one[one.length - 1].to : other[random.integer(2) === 0 ? 0 : other.length - 1].from,
    ];
    const far = Math.hypot(ends[0].x - ends[1].x, ends[0].y - ends[1].y);
    if (far < least) continue;
    const others = Array.from({ length: Math.ceil(30 / short) }, () => draw(short)).flatMap((contour) =>
      contour === null ? [] : [contour],
    );
    const image = new Uint8Array(size * size);
    const mask = new Uint8Array(size * size);
    const ink = (pixel: number, share: number): void => {
      image[pixel] = Math.max(image[pixel], Math.round(255 * share));
    };
    for (const contour of [one, other, ...others])
      for (const dash of contour)
        around(dash, thickness / 2 + 0.5, size, (pixel, away) => {
          ink(pixel, Math.min(1, thickness / 2 + 0.5 - away));
          if (task.target === 'label') mask[pixel] = connected ? 2 : 1;
          else if (contour === one) mask[pixel] = 1;
        });
    for (const end of ends)
      around({ from: end, to: { x: end.x + 1e-9, y: end.y } }, mark + 0.5, size, (pixel, away) => {
        ink(pixel, Math.min(1, mark + 0.5 - away));
        if (task.target === 'label') mask[pixel] = connected ? 2 : 1;
        else if (end === ends[0]) mask[pixel] = 1;
      });
    return { image, mask, difficulty: Math.round(far) };
  }
};

export const pathfinderShape = (task: PathfinderTask): TaskShape => ({
  height: task.size,
  width: task.size,
  channels: 1,
  classes: pathfinderClasses(task).length,
});

/**
 * The task as a rule for every image. For the label all strokes have the class of the answer, so that it is the class of the
 * image, too. Its difficulty is the distance of the two marks in pixels.
 */
export const pathfinder = (task: PathfinderTask): Recipe => ({
  version: 1,
  graded: true,
  ...pathfinderShape(task),
  classes: pathfinderClasses(task),
  counts: task,
  sample: (split, index) => drawPathfinder(task, split, index),
});

export const describePathfinder = (task: PathfinderTask): string =>
  `${task.target === 'label' ? 'whether two marks are on one contour' : 'the contour of the first mark'} of ${task.dashes} dashes; ` +
  `${describeCounts(task)}, seed ${task.seed}`;
