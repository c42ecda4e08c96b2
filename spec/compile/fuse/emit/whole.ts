/** Whole numbers: sums of their products are exact in single precision, in whatever order they are added. */

import fc from 'fast-check';
import { stream } from '../../../../src/base/random.js';
import type { Planes } from './workbench.js';

export const wholes = (seed: number, name: string, count: number, most = 8): readonly number[] => {
  const random = stream(seed, name);
  return Array.from({ length: count }, () => random.integer(2 * most + 1) - most);
};

export const wholePlanes = (seed: number, name: string, planes: number, pixels: number): Planes =>
  Array.from({ length: planes }, (_, plane) => wholes(seed, `${name} ${plane}`, pixels));

/** Lines and planes of every kind: one site wide or high, of no whole vector, of several tiles. */
export const grids: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 70 })),
  fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 21 })),
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constant(1)),
  fc.constantFrom([8, 8], [16, 8], [1, 64], [9, 16]),
);

/** Every product of the layer once: plane in, plane out, row and column of the weights. */
export const eachTerm = (
  { outer, inner, count, to }: { outer: number; inner: number; count: number; to: number },
  visit: (x: number, y: number, k: number, j: number) => void,
): void => {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      for (let k = 0; k < count; k++)
        for (let j = 0; j < to; j++) visit((o * count + k) * inner + i, (o * to + j) * inner + i, k, j);
};
