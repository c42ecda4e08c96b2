/** Comparisons, and choices by them. */

import type { Joined, Same, Shape } from '../shape.js';
import { apply, type Tensor } from '../tensor.js';
import { type Binary, zip } from './binary.js';

/**
 * 1 where a > b, else 0, also where one of them is NaN; no gradient.
 *
 * @example
 * const spikes = greater(y, fill(1, 64, 64, 2));   // Tensor<readonly [64, 64, 2]>
 */
export const greater = zip('greater', 'greater');

/**
 * 1 where a >= b, else 0, also where one of them is NaN; no gradient. Shapes as for `add`.
 *
 * @example
 * const inside = greaterEqual(fill(1), abs(y));   // Tensor<readonly [64, 64, 2]>
 */
export const greaterEqual = zip('greaterEqual', 'greaterEqual');

/**
 * 1 where a < b, else 0, also where one of them is NaN; no gradient. Shapes as for `add`.
 *
 * @example
 * const below = less(y, z);   // Tensor<readonly [64, 64, 2]>
 */
export const less: Binary<'less'> = (a: Tensor, b: Tensor) =>
  apply('less', { op: 'zip', fn: 'greater' }, b, a);

/**
 * 1 where a <= b, else 0, also where one of them is NaN; no gradient. Shapes as for `add`.
 *
 * @example
 * const calm = lessEqual(abs(y), fill(0.1));   // Tensor<readonly [64, 64, 2]>
 */
export const lessEqual: Binary<'lessEqual'> = (a: Tensor, b: Tensor) =>
  apply('lessEqual', { op: 'zip', fn: 'greaterEqual' }, b, a);

/**
 * 1 where a and b are the same number, else 0, also where one of them is NaN: `equal(x, x)` is 0 where x is NaN. No
 * gradient. Shapes as for `add`.
 *
 * @example
 * const off = equal(relu(y), fill(0));   // Tensor<readonly [64, 64, 2]>
 */
export const equal: Binary<'equal'> = (a: Tensor, b: Tensor) => {
  const atLeast = (one: Tensor, other: Tensor): Tensor =>
    apply('equal', { op: 'zip', fn: 'greaterEqual' }, one, other);
  return apply('equal', { op: 'zip', fn: 'mul' }, atLeast(a, b), atLeast(b, a));
};

/** Of one shape, or scalars among them; the last signature lets unknown sizes pass, and its message names both shapes. */
export interface Where {
  <S extends Shape>(condition: Tensor<S>, a: Tensor<NoInfer<S>>, b: Tensor<NoInfer<S>>): Tensor<S>;
  <S extends Shape>(condition: Tensor<S>, a: Tensor<NoInfer<S>>, b: Tensor<readonly []>): Tensor<S>;
  <S extends Shape>(condition: Tensor<S>, a: Tensor<readonly []>, b: Tensor<NoInfer<S>>): Tensor<S>;
  <S extends Shape>(condition: Tensor<readonly []>, a: Tensor<S>, b: Tensor<NoInfer<S>>): Tensor<S>;
  <C extends Shape, A extends Shape, B extends Shape>(
    condition: Tensor<C>,
    a: Same<'where', C, A> & Tensor<A>,
    b: Same<'where', Joined<C, A>, B> & Tensor<B>,
  ): Tensor<Joined<Joined<C, A>, B>>;
}

/**
 * a where the condition is above 0, else b; a where it is NaN. All three have one shape, or are scalars. The gradient goes to
 * what was chosen, and none to the condition.
 *
 * A NaN or an infinity that is not chosen changes nothing, neither the value nor the gradient by a or b. It still has a
 * gradient of its own to be chained: the square root's at 0 is infinite, and 0 times that is NaN. So choose the argument
 * first where the function has no finite slope.
 *
 * @example
 * const positive = greater(y, fill(0));
 * const safe = where(positive, y, fill(1));
 * const root = where(positive, sqrt(safe), fill(0));   // Tensor<readonly [64, 64, 2]>
 */
export const where: Where = (condition: Tensor, a: Tensor, b: Tensor) =>
  apply('where', { op: 'where' }, condition, a, b);
