/** Transfer between arrays in the language's order and planes in memory. */

import { type Shape, volume } from '../../../dsl/shape.js';
import type { Grid } from '../ir/field.js';
import { type Layout, ofSamples } from '../ir/layout.js';
import type { Memory } from '../list/kernel.js';
import { type Address, numberBytes, pixelsOf, placeOf } from './address.js';

/** The offset of each plane and of each pixel of a value in the language's order. */
export interface Transfer {
  readonly planes: Int32Array;
  readonly pixels: Int32Array;
  /** Whether the value is a list in the language's own order. */
  readonly list: boolean;
}

/** The transfer of a value of this shape and layout, or of a block of samples if samples are the pixels. */
export const transferOf = (shape: Shape, layout: Layout): Transfer => {
  const { dims, axes, pixels: sizes } = layout;
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
    list: sizes.length === 0 && planes.every((offset, i) => offset === i),
    pixels: ofSamples(layout)
      ? offsets(sizes, [volume(shape)])
      : offsets(
          pixelAxes.map((axis) => shape[axis]),
          pixelAxes.map((axis) => strides[axis]),
        ),
  };
};

/** Writes the values of a sample, which begin at `from`, into planes. */
export const writePlanes = (
  { floats }: Pick<Memory, 'floats'>,
  { planes, pixels, list }: Transfer,
  values: Float32Array,
  from: number,
  to: Address,
): void => {
  if (list && to.plane === numberBytes) {
    const first = placeOf(to) / 4;
    for (let i = 0; i < planes.length; i++) floats[first + i] = values[from + i];
    return;
  }
  for (let p = 0; p < planes.length; p++) {
    const plane = (placeOf(to) + p * to.plane) / 4;
    const start = from + planes[p];
    for (let i = 0; i < pixels.length; i++) floats[plane + i] = values[start + pixels[i]];
  }
};

/** Reads planes into an array, from index `to` on. */
export const readPlanes = (
  { floats }: Pick<Memory, 'floats'>,
  { planes, pixels, list }: Transfer,
  from: Address,
  values: Float32Array,
  to: number,
): void => {
  const first = placeOf(from) / 4;
  if (list && from.plane === numberBytes) {
    values.set(floats.subarray(first, first + planes.length), to);
    return;
  }
  for (let p = 0; p < planes.length; p++) {
    const plane = first + (p * from.plane) / 4;
    const start = to + planes[p];
    for (let i = 0; i < pixels.length; i++) values[start + pixels[i]] = floats[plane + i];
  }
};

/** The bytes that a grid's labels take: whole tiles. */
export const labelBytes = (grid: Grid): number => 4 * Math.ceil(pixelsOf(grid) / 64) * 64;
