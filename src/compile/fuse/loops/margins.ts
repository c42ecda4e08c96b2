/** Margins in plain loops. */

import { reflected } from '../ir/window.js';
import type { Loops } from '../list/kernel.js';

/** A grid and the pixels beyond each of its edges. */
export interface MarginSizes {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * The adjoint of reflecting: adds the values of the margins to the pixels that they were copied from, then copies the
 * inside. Rarely used, so only in plain loops.
 */
export const foldReflectedLoops =
  ({ height, width, top, bottom, left, right }: MarginSizes): Loops =>
  ({ floats }, from, line, plane, to, toPlane, planes) => {
    for (let p = 0; p < planes; p++) {
      const target = (to + p * toPlane) / 4;
      floats.fill(0, target, target + height * width);
      for (let y = -top; y < height + bottom; y++)
        for (let x = -left; x < width + right; x++) {
          const [row, column] = [reflected(y, height), reflected(x, width)];
          floats[target + row * width + column] += floats[(from + y * line + 4 * x + p * plane) / 4];
        }
    }
  };
