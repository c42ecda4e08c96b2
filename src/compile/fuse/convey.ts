/** Between values as the language writes them and planes in memory. */

import type { Shape } from '../../dsl/shape.js';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';
import type { Grid, Place } from './place.js';

/** Where each plane and each pixel of a value stands in the language's order. */
export interface Conveyance {
  readonly planes: Int32Array;
  readonly pixels: Int32Array;
}

export const conveyanceOf = (shape: Shape, { dims, axes }: Layout): Conveyance => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const offsets = (sizes: readonly number[], steps: readonly number[]): Int32Array =>
    sizes.reduce<Int32Array>(
      (before, size, i) =>
        Int32Array.from({ length: before.length * size }, (_, at) => {
          const index = at % size;
          return before[Math.floor(at / size)] + index * steps[i];
        }),
      Int32Array.of(0),
    );
  const pixelAxes = axes.flatMap((dim, axis) => (dim === 'pixel' ? [axis] : []));
  return {
    planes: offsets(
      dims,
      dims.map((_, dim) => strides[axes.indexOf(dim)] ?? 0),
    ),
    pixels: offsets(
      pixelAxes.map((axis) => shape[axis]),
      pixelAxes.map((axis) => strides[axis]),
    ),
  };
};

/** Writes a sample's values, that begin at `from`, into planes. */
export const putPlanes = (
  machine: Machine,
  { planes, pixels }: Conveyance,
  values: ArrayLike<number>,
  from: number,
  to: Place,
): void => {
  const { floats } = machine;
  for (let p = 0; p < planes.length; p++) {
    const plane = (to.at(0) + p * to.plane) / 4;
    const start = from + planes[p];
    for (let i = 0; i < pixels.length; i++) floats[plane + i] = values[start + pixels[i]];
  }
};

/** Reads planes back. */
export const takePlanes = (
  machine: Machine,
  { planes, pixels }: Conveyance,
  from: Place,
  values: Float32Array,
  to: number,
): void => {
  const { floats } = machine;
  for (let p = 0; p < planes.length; p++) {
    const plane = (from.at(0) + p * from.plane) / 4;
    const start = to + planes[p];
    for (let i = 0; i < pixels.length; i++) values[start + pixels[i]] = floats[plane + i];
  }
};

/** The bytes that a grid's labels take: whole tiles. */
export const labelBytes = ({ pixels }: Grid): number => 4 * Math.ceil(pixels / 64) * 64;
