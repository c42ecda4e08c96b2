/** Fields: values on small grids. */

import type fc from 'fast-check';
import type { NdArray } from '../../compile/reference/array.js';
import type { Shape } from '../../dsl/shape.js';
import { printed, sparse, thinArbitrary } from './sparse.js';

/** Options for fields. */
export interface FieldOptions {
  /** Smallest size along each axis; default [2, 2, 1]: height, width, channels. */
  readonly least?: Shape;
  /** Largest size along each axis; default [6, 6, 3]. If equal to `least`, all fields have this shape. */
  readonly most?: Shape;
  /** Smallest value; default -1. */
  readonly low?: number;
  /** Largest value; default 1. */
  readonly high?: number;
}

/** All shapes between two. */
const between = (least: Shape, most: Shape): readonly Shape[] =>
  least.reduce<readonly Shape[]>(
    (shapes, from, axis) =>
      shapes.flatMap((shape) =>
        Array.from({ length: Math.max(1, most[axis] - from + 1) }, (_, n) => [...shape, from + n]),
      ),
    [[]],
  );

/**
 * Random fields [H, W, C], or of any other number of axes.
 *
 * Values are multiples of a 32nd of the range, so float32 holds them; one field in four is zero nearly everywhere.
 * Failing ones shrink to the smallest size that `least` allows and few nonzero entries, and print as `sparse(...)`.
 *
 * @example
 * fc.assert(fc.property(fieldArbitrary({ most: [4, 4, 2] }), ({ shape, data }) => shape[0] <= 4 && data.length <= 32));
 */
export const fieldArbitrary = ({
  least = [2, 2, 1],
  most = [6, 6, 3],
  low = -1,
  high = 1,
}: FieldOptions = {}): fc.Arbitrary<NdArray> =>
  thinArbitrary({ shapes: between(least, most), low, high }).map(({ shape, cells }) =>
    printed(sparse(shape, cells)),
  );
