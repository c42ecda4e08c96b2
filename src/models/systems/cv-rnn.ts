/** cv-RNN: complex units, each rotating at its own rate, coupled by a Gaussian of their distance. */

import { abs, add, broadcast, data, div, matmul, max, mul, program, scan } from '../../dsl/index.js';
import { gaussianWindow, type Lattice, stencil } from './lattice.js';

/** Settings of a sheet of complex units. */
export interface CvRnnOptions<H extends number, W extends number, T extends number>
  extends Omit<Lattice<H, W, T>, 'dt'> {
  /** The sum of all connections of a unit. */
  readonly strength: number;
  /** The width of the Gaussian, in sites. */
  readonly spread: number;
  /** Reach of the connections in sites; at most the lattice. */
  readonly reach: number;
}

/**
 * "Image segmentation with traveling waves in an exactly solvable recurrent neural network" (Liboni et al. 2025, PNAS),
 * one layer of it: x' = i omega x + K x for complex numbers x, with omega the brightness of a pixel and K a Gaussian of
 * distance. Only phases are meaningful, so x is divided by its largest part at each step; without this division the map
 * is linear, and therefore solvable. The paper's K joins all pixels of an image, which is not a torus; here it ends at
 * `reach`. (`cvRnnLayer` of `drumhead/networks` is the authors' network, with two layers and the mask between them.)
 *
 * Fields: x [H, W, 2], the real part and the imaginary part. Other inputs: omega [H, W, 1].
 *
 * @example
 * const p = cvRnn({ height: 8, width: 8, steps: 5, strength: 1, spread: 1, reach: 2 });
 * signature(p); // => 'omega [8,8,1], x [8,8,2] → x [5,8,8,2]'
 */
export const cvRnn = <const H extends number, const W extends number, const T extends number>(
  o: CvRnnOptions<H, W, T>,
) => {
  const { height, width } = o;
  const joined = stencil(gaussianWindow(o.reach, o.spread, o.strength), 2, o.boundary ?? 'circular');
  const both = broadcast(height, width, 2);
  // i x as a matrix that acts on (real, imaginary) from the right.
  const quarter = data([0, 1, -1, 0], 2, 2);
  return program({ x: [height, width, 2], omega: [height, width, 1] }, ({ x: start, omega }) =>
    scan({
      steps: o.steps,
      init: { x: start },
      step: ({ x }) => {
        const next = add(mul(both(omega), matmul(x, quarter)), joined(x));
        return { x: div(next, max(0, 1, 2)(abs(next))) };
      },
      observe: (state) => state,
    }),
  );
};
