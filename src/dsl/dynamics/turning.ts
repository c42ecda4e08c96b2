/** How the modes of a wave turn in one step: the numbers that `kSpaceWave` writes into a program. */

import { type Shape, volume } from '../shape.js';

/** The wave number of a mode in radians per site, from -pi to pi. */
const waveNumber = (mode: number, n: number): number => (2 * Math.PI * (2 * mode > n ? mode - n : mode)) / n;

/** The wave vectors of all modes of a grid, in radians per site. */
export const waveVectors = (grid: Shape): readonly (readonly number[])[] => {
  const after = grid.map((_, axis) => volume(grid.slice(axis + 1)));
  return Array.from({ length: volume(grid) }, (_, number) =>
    grid.map((n, axis) => waveNumber(Math.floor(number / after[axis]) % n, n)),
  );
};

/** The angular frequency of a wave without dispersion. */
export const straightOmega =
  (speed: number) =>
  (k: readonly number[]): number =>
    speed * Math.hypot(...k);

/** The factors of a mode of frequency omega for a time h. */
export const turning = {
  /** The factor from each field to itself. */
  itself: (omega: number, h: number): number => Math.cos(omega * h),
  /** From the velocity to the displacement: sin(omega h) / omega, which is h if omega is 0. */
  moved: (omega: number, h: number): number => (omega === 0 ? h : Math.sin(omega * h) / omega),
  /** From the displacement to the velocity. */
  pulled: (omega: number, h: number): number => -omega * Math.sin(omega * h),
} as const;

/** One of the three. */
export type Turning = keyof typeof turning;

/**
 * The factors of all modes, by their frequencies, including the divisor of the inverse transform. Zeros have no sign.
 */
export const turnings = (of: Turning, omegas: readonly number[], h: number): readonly number[] =>
  omegas.map((omega) => turning[of](omega, h) / omegas.length + 0);
