/** Clipping: the gradient of all parameters together is shortened to a largest length, its direction kept. */

import type { Arrays } from '../../compile/tfjs/session/session.js';

/**
 * The length of all arrays together: the root of the sum of all squares, in float64. The order of the sum is fixed,
 * so it has the same bits however the gradients were computed.
 */
export const globalNorm = (gradients: Arrays): number => {
  let squares = 0;
  for (const name of Object.keys(gradients).sort())
    for (const value of gradients[name]) squares += value * value;
  return Math.sqrt(squares);
};

/**
 * The gradients, shortened where they are longer than the limit (Pascanu et al. 2013, arXiv 1211.5063, Algorithm 1).
 * A gradient that is not finite stays, so that divergence is seen.
 *
 * @param limit null for none
 * @example
 * clipped(1, { w: Float32Array.of(3, 4) })   // { w: [.6, .8] }
 */
export const clipped = (limit: number | null, gradients: Arrays): Arrays => {
  if (limit === null) return gradients;
  const norm = globalNorm(gradients);
  if (!(norm > limit) || norm === Number.POSITIVE_INFINITY) return gradients;
  const scale = limit / norm;
  return Object.fromEntries(
    Object.entries(gradients).map(([name, values]) => [name, values.map((value) => value * scale)]),
  );
};
