/** The tones of a drum in theory: on the lattice, in the continuum, and the area that follows from the fundamental. */

import type { DrumShape } from './shape.js';

/** Propagation of waves on a lattice of unit spacing. */
export interface Medium {
  /** Speed c, in cells per unit of time. */
  readonly speed: number;
  readonly dt: number;
}

/**
 * The exact frequency of the mode whose five-point Laplacian has the eigenvalue `lambda` (of -lap, unit spacing), under
 * the kick-drift step: f = asin(c dt sqrt(lambda) / 2) / (pi dt), in cycles per unit of time.
 */
export const latticeFrequency = (lambda: number, { speed, dt }: Medium): number =>
  Math.asin((speed * dt * Math.sqrt(lambda)) / 2) / (Math.PI * dt);

/** The eigenvalue of mode (m, n) on a rectangle of `width` x `height` cells: 4 (sin^2(m pi/2w) + sin^2(n pi/2h)). */
export const rectangleEigenvalue = (m: number, n: number, width: number, height: number): number =>
  4 * (Math.sin((m * Math.PI) / (2 * width)) ** 2 + Math.sin((n * Math.PI) / (2 * height)) ** 2);

/** The area of the square with this fundamental: c^2 / (2 f^2). */
export const squareArea = (frequency: number, speed: number): number =>
  (speed * speed) / (2 * frequency * frequency);

/** First zero of the Bessel function J0: the fundamental of the unit disk. */
const firstBesselZero = 2.404825557695773;

/**
 * The fundamental of the continuous membrane, if there is a formula; else null.
 *
 * Squares and rectangles: (c / 2) sqrt(1/w^2 + 1/h^2). Disks: j c / (2 pi r), with j the first zero of J0.
 */
export const continuumFundamental = (shape: DrumShape, speed: number): number | null => {
  switch (shape.kind) {
    case 'square':
      return (speed / 2) * Math.hypot(1 / shape.side, 1 / shape.side);
    case 'rectangle':
      return (speed / 2) * Math.hypot(1 / shape.width, 1 / shape.height);
    case 'disk':
      return (firstBesselZero * speed) / (2 * Math.PI * shape.radius);
    default:
      return null;
  }
};

/**
 * The relative error of a square's measured area due to grid and time step, to leading order:
 *
 *     area / L^2 - 1 = pi^2 (1 - 2 c^2 dt^2) / (12 L^2) + O(1/L^4)
 *
 * The grid alone makes waves too slow (lambda = k^2 (1 - k^2/24) along the diagonal, k = sqrt 2 pi / L), the step
 * alone too fast (by 1 + (pi f dt)^2 / 6); at c dt = 1 / sqrt 2 the two cancel.
 */
export const squareAreaError = (side: number, { speed, dt }: Medium): number =>
  (Math.PI ** 2 * (1 - 2 * (speed * dt) ** 2)) / (12 * side * side);
