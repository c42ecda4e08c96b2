/** The tasks that a page can generate, and their settings for a program's size. */

export interface TrainTask {
  readonly name: string;
  readonly title: string;
  /** Settings for images of this side; undefined if the task has no images of that size. */
  readonly of: (side: number) => Readonly<Record<string, unknown>> | undefined;
}

export const trainTasks: readonly TrainTask[] = [
  {
    name: 'tetrominoes',
    title: 'Tetrominoes, 6 classes, colour',
    of: (side) =>
      side >= 10 ? { name: 'tetrominoes', size: side, cell: Math.max(1, Math.floor(side / 10)) } : undefined,
  },
  {
    name: 'polygons',
    title: 'Polygons, 7 classes, grey',
    of: (side) =>
      side >= 16
        ? { name: 'polygons', size: side, minRadius: Math.max(2, side / 6), maxRadius: Math.max(3, side / 4) }
        : undefined,
  },
  {
    name: 'mazes',
    title: 'Mazes, the way, colour',
    of: (side) => (side >= 5 && side % 2 === 1 ? { name: 'mazes', squares: side - 2 } : undefined),
  },
  {
    name: 'inside-outside',
    title: 'Inside or outside, 3 classes, grey',
    of: (side) =>
      side >= 11 && (side - 3) % 4 === 0 ? { name: 'inside-outside', cells: (side - 3) / 4 } : undefined,
  },
];
