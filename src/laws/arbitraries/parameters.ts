/** Parameters of waves, on either side of the stability bound. */

import fc from 'fast-check';
import type { Shape } from '../../dsl/shape.js';

/** Parameters of the wave equation on a lattice, for `wave`. */
export interface WaveParameters {
  /** Time step h. */
  readonly dt: number;
  /** Speed c, in sites per unit of time. */
  readonly speed: number;
  /** Restoring term. */
  readonly omega: number;
  /** Explicit damping. */
  readonly alpha: number;
}

/** Options for parameters. */
export interface WaveParametersOptions {
  /** Whether they are within the bound, or just beyond it; default true. */
  readonly stable?: boolean;
  /** Sizes of the torus, whose largest eigenvalue enters the bound; default even sizes, which have the largest. */
  readonly grid?: Shape;
}

/** The largest eigenvalue of minus the five-point Laplacian on a torus: 8 on even grids, less on odd ones. */
const stiffest = (grid: Shape): number =>
  grid.reduce((sum, n) => sum + 4 * Math.sin((Math.PI * Math.floor(n / 2)) / n) ** 2, 0);

/**
 * h^2 (c^2 lambda + omega) + 2 h alpha, which is below 4 iff waves are stable; lambda is the largest eigenvalue of
 * minus the five-point Laplacian on the torus of this grid (law 3; Courant, Friedrichs & Lewy 1928).
 *
 * @example
 * stabilityNumber({ dt: 0.5, speed: 1, omega: 0, alpha: 0 }); // => 2
 */
export const stabilityNumber = ({ dt, speed, omega, alpha }: WaveParameters, grid: Shape = [2, 2]): number =>
  dt * dt * (speed * speed * stiffest(grid) + omega) + 2 * dt * alpha;

/** Time steps are multiples of this, so that float32 holds them. */
const tick = 1 / 1024;

/**
 * Random parameters of waves inside the stability bound, up to a 32nd below it, or beyond it by a 32nd to a half.
 * Failing cases shrink to speed 1 without restoring term and damping, and print as objects.
 *
 * @example
 * fc.assert(fc.property(waveParametersArbitrary({ stable: false, grid: [5, 4] }), (p) => stabilityNumber(p, [5, 4]) > 4));
 */
export const waveParametersArbitrary = ({
  stable = true,
  grid = [2, 2],
}: WaveParametersOptions = {}): fc.Arbitrary<WaveParameters> =>
  fc
    .record({
      speed: fc.constantFrom(1, 0.5, 2, 0.75, 1.5),
      omega: fc.nat(8).map((n) => n / 4),
      alpha: fc.nat(8).map((n) => n / 8),
      share: stable
        ? fc.integer({ min: 1, max: 31 }).map((n) => n / 32)
        : fc.integer({ min: 1, max: 16 }).map((n) => 1 + n / 32),
    })
    .map(({ speed, omega, alpha, share }) => {
      const stiffness = speed * speed * stiffest(grid) + omega;
      // The positive root of h^2 stiffness + 2 h alpha = 4 share.
      const step = (Math.sqrt(alpha * alpha + 4 * share * stiffness) - alpha) / stiffness;
      const dt = (stable ? Math.floor(step / tick) : Math.ceil(step / tick)) * tick;
      return { dt, speed, omega, alpha };
    });
