/** Clipping: limits the joint norm of all gradients, keeping their direction, or each number. */

import type { Arrays } from '../../compile/tfjs/session/session.js';
import type { Clip } from '../../experiments/training/training.js';

/**
 * The joint norm of all arrays: the root of the sum of all squares, in float64. The order of the sum is
 * fixed, so its bits do not depend on how the gradients were computed.
 */
export const globalNorm = (gradients: Arrays): number => {
  let squares = 0;
  for (const name of Object.keys(gradients).sort())
    for (const value of gradients[name]) squares += value * value;
  return Math.sqrt(squares);
};

/**
 * The gradients, scaled down if their norm exceeds the limit (Pascanu et al. 2013, arXiv 1211.5063, Algorithm
 * 1). A gradient that is not finite stays, so that divergence is seen.
 *
 * @param limit of the norm; `{ value }` of the size of each number; null for none
 * @example
 * clipped(1, { w: Float32Array.of(3, 4) })   // { w: [.6, .8] }
 */
export const clipped = (limit: Clip | null, gradients: Arrays): Arrays => {
  if (limit === null) return gradients;
  if (typeof limit !== 'number') return clippedEach(limit.value, gradients);
  const norm = globalNorm(gradients);
  if (!(norm > limit) || norm === Number.POSITIVE_INFINITY) return gradients;
  const scale = limit / norm;
  return Object.fromEntries(
    Object.entries(gradients).map(([name, values]) => [name, values.map((value) => value * scale)]),
  );
};

/** Each number limited in size; NaN stays. */
const clippedEach = (limit: number, gradients: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(gradients).map(([name, values]) => [
      name,
      values.map((value) => (Number.isFinite(value) ? Math.max(-limit, Math.min(limit, value)) : value)),
    ]),
  );
