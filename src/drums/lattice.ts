/**
 * The lattice of a drum: which points of the unit grid may move. Whatever is not inside stays at rest, so the edge
 * is fixed (Dirichlet).
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError } from '../base/error.js';

/** A point of the plane, x to the right and y upwards. */
export type Point = readonly [x: number, y: number];

/** The points strictly inside a drum, one apart, in a box that holds them all; row 0 is the top one. */
export interface Lattice {
  readonly rows: number;
  readonly columns: number;
  /** `rows * columns` entries, row-major: 1 inside, 0 outside. */
  readonly inside: Uint8Array;
  /** Where the top left point of the box lies. */
  readonly corner: Point;
}

/** A point of a lattice's box. */
export interface Site {
  readonly row: number;
  readonly column: number;
}

/** How many points may move. */
export const siteCount = ({ inside }: Lattice): number => inside.reduce((sum, value) => sum + value, 0);

/** Whether a point may move; no point beyond the box does. */
export const isInside = ({ rows, columns, inside }: Lattice, row: number, column: number): boolean =>
  row >= 0 && row < rows && column >= 0 && column < columns && inside[row * columns + column] === 1;

/** The four neighbours that pull at a point. */
export const neighbours = [
  [0, 1],
  [1, 0],
  [0, -1],
  [-1, 0],
] as const;

/**
 * Every lattice point with `left` <= x <= `right` and `bottom` <= y <= `top` (whole numbers) for which the test
 * holds.
 *
 * **Errors** DecodeError when no point is inside, or the points do not hang together.
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
 * The lattice of any mask, 1 (or anything but 0) where the drum is.
 *
 * **Errors** DecodeError when the mask has another length, is empty or falls into pieces.
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

/** A drum in pieces is several drums: a stroke on one would never be heard on another. */
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

/** How many points hang together with the first one. */
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
 * The point inside that is nearest to a place of the drum, given as shares of its width from the left and of its
 * height from the top; of several the first in reading order.
 *
 * @example
 * siteAt(lattice, [0.5, 0.5])   // the middle
 */
export const siteAt = ({ rows, columns, inside }: Lattice, [x, y]: Point): Site => {
  // The drum itself reaches to one cell beyond the box of its points.
  const [column, row] = [x * (columns + 1) - 1, y * (rows + 1) - 1];
  let nearest: Site = { row: 0, column: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const distance = (r - row) ** 2 + (c - column) ** 2;
      // Less by more than rounding, so that of equally near points the first is taken on every machine.
      if (inside[r * columns + c] === 1 && distance < least - 1e-9) {
        least = distance;
        nearest = { row: r, column: c };
      }
    }
  return nearest;
};
