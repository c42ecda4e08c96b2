/** Indices as vectors. */

import type { InitialiserName } from '../initialiser.js';
import { layer, parameterOf } from '../layer.js';
import { checkedOptions } from '../options.js';
import type { Filled, Shape } from '../shape.js';
import { apply, refuse, shapeOf, type Tensor } from '../tensor.js';
import { equal } from './choice.js';

const counted = (operation: string, count: number): number =>
  Number.isSafeInteger(count) && count >= 1
    ? count
    : refuse(operation, `the count must be a whole number of at least 1, got ${count}`);

/** 1 at each index and 0 elsewhere, along a new last axis of `count` entries. */
const hot = (operation: string, count: number, indices: Tensor): Tensor => {
  const shape = shapeOf(indices);
  const column = apply(operation, { op: 'reshape', shape: [...shape, 1] }, indices);
  const repeated = apply(operation, { op: 'broadcast', shape: [...shape, count] }, column);
  const numbers = apply(operation, {
    op: 'constant',
    shape: [count],
    value: Array.from({ length: count }, (_, i) => i),
  });
  const row = apply(operation, { op: 'reshape', shape: [...shape.map(() => 1), count] }, numbers);
  return equal(repeated, apply(operation, { op: 'broadcast', shape: [...shape, count] }, row));
};

/**
 * Whole numbers as vectors of 0 and 1: [...S] → [...S, count], 1 at the index and 0 elsewhere. Indices are numbers of the
 * tensor, from 0. Of an index that is none of 0 ... count - 1 (too large, negative, no whole number, NaN) all entries are 0.
 * No gradient.
 *
 * @example
 * const digits = data([3, 0, 9], 3);
 * const classes = oneHot(10)(digits);   // Tensor<readonly [3, 10]>
 */
export const oneHot = <const N extends number>(count: N) => {
  counted('oneHot', count);
  return <S extends Shape>(indices: Tensor<S>): Tensor<readonly [...S, N]> => ({
    expr: hot('oneHot', count, indices).expr,
  });
};

/** Options of an embedding. */
export interface EmbeddingOptions<V extends readonly number[] = readonly number[]> {
  /** The initialiser of the weight; default normal with deviation 1. */
  readonly init?: InitialiserName<V>;
  /** Whether the optimiser changes it; default true. */
  readonly trainable?: boolean;
  /** Instead of `embedding1`, `embedding2`, ... */
  readonly name?: string;
}

/**
 * A learned vector for each of `count` numbers: [...S] → [...S, width]. Indices are numbers of the tensor, as for `oneHot`;
 * an index that is none of 0 ... count - 1 has the vector 0, and teaches nothing. Time and memory grow with the count.
 *
 * Parameters: weight [count, width].
 *
 * @example
 * const words = data([3, 0, 9], 3);
 * const vectors = embedding(10, 16)(words);   // Tensor<readonly [3, 16]>
 */
export const embedding = <
  const N extends number,
  const W extends number,
  const V extends readonly number[] = readonly number[],
>(
  count: N,
  width: W,
  options: EmbeddingOptions<V> = {},
) => {
  const {
    init = { normal: 1 },
    trainable = true,
    name,
  } = checkedOptions('embedding', options, { init: true, trainable: true, name: true });
  const self = layer('embedding', name);
  const sizes: Shape = [counted('embedding', count), width];
  return <S extends Shape>(
    indices: Tensor<S> & Filled<'embedding', readonly [N, W], V>,
  ): Tensor<readonly [...S, W]> =>
    apply(
      'embedding',
      { op: 'dense' },
      hot('embedding', count, indices),
      parameterOf(self, 'weight', sizes, { init, trainable }),
    );
};
