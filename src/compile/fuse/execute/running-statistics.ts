/** Updates the running statistics of batch norms with the moments of a batch. */

import type { RunningStatistics } from '../lower/index.js';
import type { Moments } from './stages.js';

/**
 * The new running statistics by parameter name: (1 - momentum) of the old, momentum of the batch's mean and unbiased
 * variance. A layer that is used twice moves them twice, one after the other.
 */
export const movedStatistics = (
  statistics: readonly RunningStatistics[],
  valuesOf: (name: string) => Float32Array,
  moments: ReadonlyMap<number, Moments>,
): Record<string, Float32Array> => {
  const moved: Record<string, Float32Array> = {};
  for (const { moments: node, momentum, mean, variance } of statistics) {
    const found = moments.get(node);
    if (found === undefined) continue;
    const { numbers } = found;
    const move = (name: string, to: Float64Array, times: number): void => {
      const from = moved[name] ?? valuesOf(name);
      moved[name] = Float32Array.from(from, (old, c) => (1 - momentum) * old + momentum * times * to[c]);
    };
    move(mean, found.mean, 1);
    move(variance, found.variance, numbers / Math.max(1, numbers - 1));
  }
  return moved;
};
