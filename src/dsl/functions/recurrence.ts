/** Linear recurrences: scans whose step is a product and a sum. */

import type { Shape } from '../shape.js';
import { apply, type Tensor } from '../tensor.js';

/**
 * h[t] = a[t] h[t-1] + b[t], pointwise, over the first axis; h[-1] is `initial`, or zero.
 *
 * Every engine computes it step by step and never multiplies factors with each other, so a product of factors that
 * would overflow does no harm while the state is small. As in `scan`, the result's entry t is the state after step t.
 *
 * @example
 * const leak = fill(0.9, 100, 64, 64, 2);
 * const trace = linearRecurrence(leak, sequence, y);   // Tensor<readonly [100, 64, 64, 2]>
 */
export const linearRecurrence = <T extends number, S extends Shape>(
  factors: Tensor<readonly [T, ...S]>,
  inputs: Tensor<NoInfer<readonly [T, ...S]>>,
  initial?: Tensor<NoInfer<readonly [...S]>>,
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
 *
 * @example
 * const rotation = pipe(data([0.8, -0.6, 0.6, 0.8], 1, 1, 1, 2, 2), broadcast(100, 64, 64, 2, 2));
 * const spin = matrixRecurrence(rotation, sequence);   // Tensor<readonly [100, 64, 64, 2]>
 */
export const matrixRecurrence = <T extends number, S extends Shape, N extends number>(
  factors: Tensor<readonly [T, ...S, N, NoInfer<N>]>,
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
