/** Addresses of values in memory: whole planes of pixels, strips of eight pixels, or lists of numbers. */

import type { Extent, Grid } from '../ir/field.js';
import type { Argument } from '../list/instruction.js';

/** In bytes: strip s of plane p begins at `at` + p plane + s strip. */
export interface Address {
  readonly at: Argument;
  readonly plane: number;
  readonly strip: number;
}

export const pixelsOf = ({ height, width }: Grid): number => height * width;

/**
 * Bytes from plane to plane: with room for a strip past the end, and not a power of two. Planes of samples follow
 * each other without room: no window reads beside a sample, and a plane has so few samples that the room would double
 * the memory traffic.
 */
export const planeBytes = (grid: Grid): number =>
  4 * (Math.ceil(pixelsOf(grid) / 8) * 8 + (grid.samples ? 0 : 8));

/** The address of a value that no loop moves. */
export const placeOf = ({ at }: Address): number => {
  if (typeof at !== 'number') throw new Error('a value that moves is read from outside');
  return at;
};

/** Bytes of a strip: 8 pixels. */
export const stripBytes = 32;

/** Whole planes. */
export const wholeAddress = (at: Address['at'], grid: Grid): Address => ({
  at,
  plane: planeBytes(grid),
  strip: stripBytes,
});

/** Strips of a tile. */
export const stripAddress = (at: number, planes: number): Address => ({
  at,
  plane: stripBytes,
  strip: planes * stripBytes,
});

/** From one number of a list to the next. */
export const numberBytes = 4;

/** A list of numbers. */
export const listAddress = (at: Address['at']): Address => ({ at, plane: numberBytes, strip: 0 });

/** A value as a whole: its planes, or a list of numbers. */
export const addressFor = ({ grid }: Extent, at: Address['at']): Address =>
  grid === undefined ? listAddress(at) : wholeAddress(at, grid);

/** Bytes from one step of a sequence to the next. Lists follow each other without gaps, as they come from outside. */
export const strideOf = ({ planes, grid }: Extent): number =>
  planes * (grid === undefined ? numberBytes : planeBytes(grid));

/** Bytes of a value as a whole. */
export const sizeOf = ({ planes, grid }: Extent): number =>
  grid === undefined ? 4 * Math.ceil(planes / 4) * 4 : planes * planeBytes(grid);
