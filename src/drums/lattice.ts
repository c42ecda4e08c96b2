/**
 * The lattice of a drum: the points of the unit grid that may move. All others stay at rest, so the edge is fixed
 * (Dirichlet).
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../base/error.js';

/** A point of the plane, x to the right and y upwards. */
export type Point = readonly [x: number, y: number];

/** The points strictly inside a drum, with spacing 1, in their bounding box; row 0 is the top row. */
export interface Lattice {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` entries, row-major: 1 inside, 0 outside. */
  readonly inside: Uint8Array;
  /** The top left point of the box. */
  readonly corner: Point;
}

/** A point of a lattice's box. */
export interface Site {
  readonly row: number;
  readonly column: number;
}

/** The number of points that may move. */
export const siteCount = ({ inside }: Lattice): number => inside.reduce((sum, value) => sum + value, 0);

/** Whether a point may move; points beyond the box may not. */
export const isInside = ({ rows, columns, inside }: Lattice, row: number, column: number): boolean =>
  row >= 0 && row < rows && column >= 0 && column < columns && inside[row * columns + column] === 1;

/** The four neighbours of a point. */
export const neighbours = [
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
] as const;

/**
 * Every lattice point with `left` <= x <= `right` and `bottom` <= y <= `top` (whole numbers) that passes the test.
 *
 * **Errors** DecodeError if no point is inside, or the points are not connected.
 */
export const latticeWhere = (
  bounds: { readonly left: number; readonly right: number; readonly bottom: number; readonly top: number },
  holds: (x: number, y: number) => boolean,
): Checked<Lattice> => {
  const { left, right, bottom, top } = bounds;
  const columns = right - left + 1;
  const rows = top - bottom + 1;
  const inside = new Uint8Array(Math.max(0, rows * columns));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      if (holds(left + column, top - row)) inside[row * columns + column] = 1;
  return whole({ rows, columns, inside, corner: [left, top] });
};

/**
 * The lattice of a mask, which is nonzero inside the drum.
 *
 * **Errors** DecodeError if the mask has another length, is empty or not connected.
 *
 * @example
 * latticeOfMask(2, 3, Uint8Array.from([1, 1, 0, 0, 1, 1]))   // right: four points in a zigzag
 */
export const latticeOfMask = (rows: number, columns: number, mask: ArrayLike<number>): Checked<Lattice> =>
  mask.length === rows * columns
    ? latticeWhere(
        { left: 0, right: columns - 1, bottom: 1 - rows, top: 0 },
        (x, y) => mask[-y * columns + x] !== 0,
      )
    : E.left(decodeError('drum', `a mask of ${rows} x ${columns} has ${mask.length} entries`));

/** Refuses a drum that is not connected: a stroke on one piece would never reach another. */
const whole = (lattice: Lattice): Checked<Lattice> => {
  const total = siteCount(lattice);
  if (total === 0) return E.left(decodeError('drum', 'no lattice point lies inside; make it larger'));
  const reached = reachable(lattice);
  return reached === total
    ? E.right(lattice)
    : E.left(
        decodeError(
          'drum',
          `it falls into pieces: of ${total} points only ${reached} hang together; use a finer lattice or a simpler shape`,
        ),
      );
};

/** The number of points connected with the first one. */
const reachable = (lattice: Lattice): number => {
  const { columns, inside } = lattice;
  const seen = new Uint8Array(inside.length);
  const pending = [inside.indexOf(1)];
  seen[pending[0]] = 1;
  let count = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    count += 1;
    const row = Math.floor(at / columns);
    const column = at % columns;
    for (const [down, right] of neighbours) {
      const next = (row + down) * columns + column + right;
      if (isInside(lattice, row + down, column + right) && seen[next] === 0) {
        seen[next] = 1;
        pending.push(next);
      }
    }
  }
  return count;
};

/**
 * The point inside that is nearest to a location on the drum, given as shares of its width from the left and of its
 * height from the top; of several, the first in reading order.
 *
 * @example
 * siteAt(lattice, [0.5, 0.5])   // the middle
 */
export const siteAt = ({ rows, columns, inside }: Lattice, [x, y]: Point): Site => {
  // The drum reaches one cell beyond the box of its points.
  const [column, row] = [x * (columns + 1) - 1, y * (rows + 1) - 1];
  let nearest: Site = { row: 0, column: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const distance = (r - row) ** 2 + (c - column) ** 2;
      // Less by more than rounding, so that of equally near points every machine takes the first.
      if (inside[r * columns + c] === 1 && distance < least - 1e-9) {
        least = distance;
        nearest = { row: r, column: c };
      }
    }
  return nearest;
};
