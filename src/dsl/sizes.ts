/** Arithmetic of sizes whose types keep the numbers: `times(64, 64)` has the type 4096. */

import type { DivisibleBy, FloorDiv, Plus, Times } from './shape.js';
import { refuse } from './tensor.js';

/** The number with its literal type. spec/types holds types and values together. */
const sized = <N extends number>(operation: string, n: number): N =>
  isSize<N>(n) ? n : refuse(operation, `${n} is not a whole number, as sizes are`);

const isSize = <N extends number>(n: number): n is N => Number.isSafeInteger(n);

/**
 * a b.
 *
 * @example
 * const sites = reshape(times(64, 64), 2)(y);   // Tensor<readonly [4096, 2]>
 */
export const times = <const A extends number, const B extends number>(a: A, b: B): Times<A, B> =>
  sized('times', a * b);

/**
 * a + b.
 *
 * @example
 * const gates = dense(plus(2, 4))(y);   // Tensor<readonly [64, 64, 6]>
 */
export const plus = <const A extends number, const B extends number>(a: A, b: B): Plus<A, B> =>
  sized('plus', a + b);

/**
 * n / d, where d divides n.
 *
 * @example
 * const vectors = splitChannels(over(6, 3), 3)(zeros(8, 8, 6));   // Tensor<readonly [8, 8, 2, 3]>
 */
export const over = <const N extends number, const D extends number>(
  n: N & DivisibleBy<N, D>,
  d: D,
): FloorDiv<N, D> => (n % d === 0 ? sized('over', n / d) : refuse('over', `${n} is not divisible by ${d}`));

/**
 * n / 2, of an even number.
 *
 * @example
 * const gate = channels(y, half(2), half(2));   // Tensor<readonly [64, 64, 1]>
 */
export const half = <const N extends number>(n: N & DivisibleBy<N, 2>): FloorDiv<N, 2> =>
  n % 2 === 0 ? sized('half', n / 2) : refuse('half', `${n} is not divisible by 2`);
