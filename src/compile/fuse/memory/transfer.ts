/** Transfer between arrays in the language's order and planes in memory. */

import type { Shape } from '../../../dsl/shape.js';
import type { Layout } from '../ir/layout.js';
import { type Address, type Grid, numberBytes } from './address.js';
import type { Arena } from './arena.js';

/** The offset of each plane and of each pixel of a value in the language's order. */
export interface Transfer {
  readonly planes: Int32Array;
  readonly pixels: Int32Array;
  /** Whether the value is a list in the language's own order. */
  readonly list: boolean;
}

/** The transfer of a value of this shape and layout. */
export const transferOf = (shape: Shape, { dims, axes }: Layout): Transfer => {
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
  const planes = offsets(
    dims,
    dims.map((_, dim) => strides[axes.indexOf(dim)] ?? 0),
  );
  return {
    planes,
    list: pixelAxes.length === 0 && planes.every((offset, i) => offset === i),
    pixels: offsets(
      pixelAxes.map((axis) => shape[axis]),
      pixelAxes.map((axis) => strides[axis]),
    ),
  };
};

/** Writes the values of a sample, which begin at `from`, into planes. */
export const writePlanes = (
  arena: Arena,
  { planes, pixels, list }: Transfer,
  values: Float32Array,
  from: number,
  to: Address,
): void => {
  if (list && to.plane === numberBytes) {
    arena.write(to.at(0), values.subarray(from, from + planes.length));
    return;
  }
  const { floats } = arena;
  for (let p = 0; p < planes.length; p++) {
    const plane = (to.at(0) + p * to.plane) / 4;
    const start = from + planes[p];
    for (let i = 0; i < pixels.length; i++) floats[plane + i] = values[start + pixels[i]];
  }
};

/** Reads planes into an array, from index `to` on. */
export const readPlanes = (
  arena: Arena,
  { planes, pixels, list }: Transfer,
  from: Address,
  values: Float32Array,
  to: number,
): void => {
  const { floats } = arena;
  const first = from.at(0) / 4;
  if (list && from.plane === numberBytes) {
    values.set(floats.subarray(first, first + planes.length), to);
    return;
  }
  for (let p = 0; p < planes.length; p++) {
    const plane = (from.at(0) + p * from.plane) / 4;
    const start = to + planes[p];
    for (let i = 0; i < pixels.length; i++) values[start + pixels[i]] = floats[plane + i];
  }
};

/** The bytes that a grid's labels take: whole tiles. */
export const labelBytes = ({ pixels }: Grid): number => 4 * Math.ceil(pixels / 64) * 64;
