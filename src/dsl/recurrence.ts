/** Linear recurrences, which need no step-by-step loop: they are associative. */

import type { Shape } from './shape.js';
import { apply, type Tensor } from './tensor.js';

/**
 * h[t] = a[t] h[t-1] + b[t], pointwise, over the first axis; h[-1] is `initial`, or zero.
 *
 * Computed in log2(T) sweeps, since (a, b) ∘ (a', b') = (a a', a b' + b) is associative (Blelloch 1990). As in
 * `scan`, the result's entry t is the state after step t.
 */
export const linearRecurrence = <T extends number, S extends Shape>(
  factors: Tensor<readonly [T, ...S]>,
  inputs: Tensor<NoInfer<readonly [T, ...S]>>,
  initial?: Tensor<NoInfer<S>>,
): Tensor<readonly [T, ...S]> =>
  apply(
    'linearRecurrence',
    { op: 'recurrence', kind: 'diagonal' },
    factors,
    inputs,
    ...(initial === undefined ? [] : [initial]),
  );

/**
 * The same with a matrix at each site: h[t] = A[t] h[t-1] + b[t], A [T, ...S, n, n] and b [T, ...S, n]. Oscillators
 * are 2 x 2 (LinOSS, Rusch & Rus 2024).
 */
export const matrixRecurrence = <T extends number, S extends Shape, N extends number>(
  factors: Tensor<readonly [T, ...S, N, N]>,
  inputs: Tensor<NoInfer<readonly [T, ...S, N]>>,
  initial?: Tensor<NoInfer<readonly [...S, N]>>,
): Tensor<readonly [T, ...S, N]> =>
  apply(
    'matrixRecurrence',
    { op: 'recurrence', kind: 'matrix' },
    factors,
    inputs,
    ...(initial === undefined ? [] : [initial]),
  );
