/** Figures that grow at random on a square of cells: trees, with one path between any two cells. */

import type { Random } from '../../base/random.js';

/** A cell by its number, row after row. */
export type Cell = number;

/** A tree: each cell with the cell from which it grew; the first cell has none. */
export type Tree = ReadonlyMap<Cell, Cell | undefined>;

/** The cells above, left of, right of and below a cell, in a square of `side` cells a side. */
export const beside = (cell: Cell, side: number): readonly Cell[] => {
  const [row, column] = [Math.floor(cell / side), cell % side];
  return [
    ...(row > 0 ? [cell - side] : []),
    ...(column > 0 ? [cell - 1] : []),
    ...(column < side - 1 ? [cell + 1] : []),
    ...(row < side - 1 ? [cell + side] : []),
  ];
};

/**
 * Grows trees from these cells in turn until they have this many cells together, or none can grow. Each time a random
 * cell at the edge of a tree takes a random free neighbour. With `depth` near 1 mostly the newest cell grows, which
 * gives long arms; with 0 any cell does, which gives bushes.
 */
export const grown = (
  random: Random,
  side: number,
  seeds: readonly Cell[],
  cells: number,
  depth: number,
): readonly Tree[] => {
  const trees = seeds.map((seed) => new Map<Cell, Cell | undefined>([[seed, undefined]]));
  const edges = seeds.map((seed) => [seed]);
  const taken = new Set(seeds);
  while (taken.size < cells && edges.some((edge) => edge.length > 0))
    for (const [k, edge] of edges.entries()) {
      if (edge.length === 0 || taken.size >= cells) continue;
      const at = random.uniform() < depth ? edge.length - 1 : random.integer(edge.length);
      const free = beside(edge[at], side).filter((cell) => !taken.has(cell));
      if (free.length === 0) {
        edge.splice(at, 1);
        continue;
      }
      const next = free[random.integer(free.length)];
      trees[k].set(next, edge[at]);
      taken.add(next);
      edge.push(next);
    }
  return trees;
};

/** The number of steps from these places to every other through open places; -1 if there is no path. */
export const distances = (
  open: (place: number) => boolean,
  from: readonly number[],
  side: number,
): Int32Array => {
  const steps = new Int32Array(side * side).fill(-1);
  let front: readonly number[] = from.filter(open);
  for (const place of front) steps[place] = 0;
  for (let count = 1; front.length > 0; count++) {
    const next: number[] = [];
    for (const place of front)
      for (const other of beside(place, side))
        if (open(other) && steps[other] < 0) {
          steps[other] = count;
          next.push(other);
        }
    front = next;
  }
  return steps;
};

/** The places on the shortest path between two, both included; empty if there is none. */
export const wayBetween = (
  open: (place: number) => boolean,
  start: number,
  end: number,
  side: number,
): readonly number[] => {
  const steps = distances(open, [start], side);
  if (steps[end] < 0) return [];
  const way = [end];
  for (let place = end; place !== start; ) {
    const nearer = beside(place, side).find((other) => steps[other] === steps[place] - 1 && open(other));
    if (nearer === undefined) return [];
    place = nearer;
    way.push(place);
  }
  return way;
};

/**
 * A tree as pixels: a cell at (row, column) is the pixel (2 row + 1, 2 column + 1) of a square of 2 side + 1 pixels, and the
 * pixel between a cell and the one that it grew from is filled too.
 */
export const pixelOf = (cell: Cell, side: number): number =>
  (2 * Math.floor(cell / side) + 1) * (2 * side + 1) + 2 * (cell % side) + 1;

/** The pixels of a tree. */
export const pixelsOf = (tree: Tree, side: number): readonly number[] =>
  [...tree].flatMap(([cell, from]) =>
    from === undefined
      ? [pixelOf(cell, side)]
      : [pixelOf(cell, side), (pixelOf(cell, side) + pixelOf(from, side)) / 2],
  );
