/** Addresses of values in memory: whole planes of pixels, strips of eight pixels, or lists of numbers. */

import type { Extent } from '../ir/field.js';

/** One instruction; `t` is the step of the scan, or the tile of pixels. */
export type Instruction = (t: number) => void;

/** In bytes: strip s of plane p begins at at(t) + p plane + s strip. */
export interface Address {
  readonly at: (t: number) => number;
  readonly plane: number;
  readonly strip: number;
}

/** The pixels of a region. */
export interface Grid {
  readonly height: number;
  readonly width: number;
  readonly pixels: number;
  /** Bytes from plane to plane: room for a strip past the end, and no power of two. */
  readonly plane: number;
}

/** The grid of pixel axes of these sizes; a line is a grid of height 1. */
export const gridOf = (shape: readonly number[]): Grid => {
  const [height, width] = shape.length === 2 ? shape : [1, shape[0]];
  const pixels = height * width;
  return { height, width, pixels, plane: 4 * (Math.ceil(pixels / 8) * 8 + 8) };
};

/** Bytes of a strip: 8 pixels. */
export const stripBytes = 32;

/** Whole planes. */
export const wholeAddress = (at: Address['at'], grid: Grid): Address => ({
  at,
  plane: grid.plane,
  strip: stripBytes,
});

/** Strips of a tile. */
export const stripAddress = (at: number, planes: number): Address => ({
  at: () => at,
  plane: stripBytes,
  strip: planes * stripBytes,
});

/** From one number of a list to the next. */
export const numberBytes = 4;

/** A list of numbers. */
export const listAddress = (at: Address['at']): Address => ({ at, plane: numberBytes, strip: 0 });

/** A value as a whole: its planes, or a list of numbers. */
export const addressFor = ({ grid: pixels }: Extent, at: Address['at'], grid: Grid): Address =>
  pixels ? wholeAddress(at, grid) : listAddress(at);

/** Bytes from one step of a sequence to the next. Lists follow each other without gaps, as they come from outside. */
export const strideOf = ({ planes, grid }: Extent, { plane }: Grid): number =>
  planes * (grid ? plane : numberBytes);

/** Bytes of a value as a whole. */
export const sizeOf = ({ planes, grid }: Extent, { plane }: Grid): number =>
  grid ? planes * plane : 4 * Math.ceil(planes / 4) * 4;
