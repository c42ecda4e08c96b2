/** Polygons: inside test, area, perimeter; and the pair of drums that sound alike. */

import type { Point } from './lattice.js';

/** Tolerance for points on an edge, since corners are rounded. */
const tolerance = 1e-9;

const edges = (corners: readonly Point[]): readonly (readonly [Point, Point])[] =>
  corners.map((corner, i) => [corner, corners[(i + 1) % corners.length]]);

/** Whether (x, y) is on the edge from a to b: within the tolerance of its line, and between its ends. */
const isOn = ([ax, ay]: Point, [bx, by]: Point, x: number, y: number): boolean => {
  const length = Math.hypot(bx - ax, by - ay);
  const beside = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  const along = (bx - ax) * (x - ax) + (by - ay) * (y - ay);
  return (
    Math.abs(beside) <= tolerance * length &&
    along >= -tolerance * length &&
    along <= length * (length + tolerance)
  );
};

/** Whether a point is strictly inside: an odd number of edges to its right, and on no edge. */
export const isWithin = (corners: readonly Point[], x: number, y: number): boolean => {
  if (edges(corners).some(([a, b]) => isOn(a, b, x, y))) return false;
  const crossed = edges(corners).filter(
    ([[ax, ay], [bx, by]]) => ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax),
  );
  return crossed.length % 2 === 1;
};

export const boundsOf = (corners: readonly Point[]) => ({
  left: Math.min(...corners.map(([x]) => x)),
  right: Math.max(...corners.map(([x]) => x)),
  bottom: Math.min(...corners.map(([, y]) => y)),
  top: Math.max(...corners.map(([, y]) => y)),
});

/** Area by the shoelace formula, for a polygon that does not cross itself. */
export const polygonArea = (corners: readonly Point[]): number =>
  Math.abs(edges(corners).reduce((sum, [[ax, ay], [bx, by]]) => sum + ax * by - bx * ay, 0)) / 2;

export const perimeterOf = (corners: readonly Point[]): number =>
  edges(corners).reduce((sum, [[ax, ay], [bx, by]]) => sum + Math.hypot(bx - ax, by - ay), 0);

/**
 * The drums of Gordon, Webb and Wolpert ("One cannot hear the shape of a drum", Bull. AMS 27, 1992): seven half
 * unit squares each, put together in two ways; area 7/2, perimeter 6 + 3 sqrt 2, the same tones.
 */
export const alikeDrums: readonly [readonly Point[], readonly Point[]] = [
  [
    [0, 0],
    [0, 1],
    [2, 3],
    [2, 2],
    [3, 2],
    [2, 1],
    [1, 1],
    [1, 0],
  ],
  [
    [1, 0],
    [0, 1],
    [0, 2],
    [2, 2],
    [2, 3],
    [3, 2],
    [2, 1],
    [1, 1],
  ],
];

/**
 * The first of them with its right-hand triangle reflected: equal area, perimeter and number of lattice points, but
 * other tones.
 */
export const flippedDrum: readonly Point[] = [
  [0, 0],
  [0, 1],
  [2, 3],
  [2, 2],
  [3, 1],
  [2, 1],
  [1, 1],
  [1, 0],
];
