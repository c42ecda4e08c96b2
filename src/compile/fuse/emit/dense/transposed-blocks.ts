/** Transposes features of pixels in blocks, so that a sum over pixels becomes a product with features in lanes. */

import { plus, timesOf } from '../../list/argument.js';
import type { Argument, Instruction } from '../../list/instruction.js';
import type { Address } from '../../memory/address.js';
import { transposeKernel } from '../../registry/products.js';
import { blocksOf } from '../pack-weights.js';

/** The features of a block that are transposed together. */
export type Features = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Blocks of features in their order, from the first on. */
export interface Blocks {
  readonly rows: Features;
  readonly blocks: number;
  readonly first: number;
}

/** Blocks of eight features, and the rest. */
export const eightsOf = (features: number): readonly Blocks[] => {
  const eights = Math.floor(features / 8);
  const rest = ([1, 2, 3, 4, 5, 6, 7] as const).filter((each) => each === features % 8);
  return [
    ...(eights > 0 ? [{ rows: 8 as const, blocks: eights, first: 0 }] : []),
    ...rest.map((rows) => ({ rows, blocks: 1, first: 8 * eights })),
  ];
};

/** The planes of features: the plane of the first, and the step to the next. */
export interface Place {
  readonly address: Address;
  readonly plane: number;
  readonly apart: number;
}

const turned = (
  { address, plane, apart }: Place,
  { rows, blocks, first }: Blocks,
  wide: Features,
  to: Argument,
  toBlock: Argument,
  strips: Argument,
): Instruction => {
  const row = apart * address.plane;
  return transposeKernel.call({ rows, wide }, [
    plus(address.at, plane * address.plane + first * row),
    row,
    address.strip,
    rows * row,
    to,
    toBlock,
    strips,
    blocks,
  ]);
};

/** Transposes features in blocks of eight, including the rest; blocks have `toBlock` bytes. */
export const turnedByEight = (
  place: Place,
  features: number,
  to: Argument,
  toBlock: number,
  strips: Argument,
): readonly Instruction[] =>
  eightsOf(features).map((blocks) =>
    turned(place, blocks, 8, plus(to, (blocks.first / 8) * toBlock), toBlock, strips),
  );

/**
 * Transposes features in the blocks of a product, without gaps. Each block overwrites what the block before it wrote
 * past the last pixel.
 */
export const turnedByRows = (
  place: Place,
  features: number,
  to: Argument,
  pixels: Argument,
  strips: Argument,
): readonly Instruction[] =>
  blocksOf(features).map(({ rows, count, first }) =>
    turned(
      place,
      { rows, blocks: count, first },
      rows,
      plus(to, timesOf(pixels, 4 * first)),
      timesOf(pixels, 4 * rows),
      strips,
    ),
  );
