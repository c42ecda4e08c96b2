/** Statistics over several runs. */

/** A sample in five numbers. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the sample (n - 1); null for a single value, which has no spread. */
  readonly sd: number | null;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The median; of an even count, the mean of the two in the middle. */
const middle = (sorted: readonly number[]): number => {
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/**
 * The summary of these values; null when there are none.
 *
 * @example
 * summarise([1, 2, 4])   // { count: 3, mean: 2.333…, sd: 1.527…, min: 1, median: 2, max: 4 }
 */
export const summarise = (values: readonly number[]): Summary | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: sorted.length,
    mean,
    sd: sorted.length < 2 ? null : Math.sqrt(squares / (sorted.length - 1)),
    min: sorted[0],
    median: middle(sorted),
    max: sorted[sorted.length - 1],
  };
};

/** Published figures are rounded to .01: a spread below half of that is not known to be smaller. */
export const leastSpread = 0.005;

/** Drumhead's mean minus the published mean, in units of the standard error of this difference. */
export interface Difference {
  readonly value: number;
  /** Whether the published spread was used for a single run, which has no spread of its own. */
  readonly borrowed: boolean;
}

/**
 * (mean_ours - mean_published) / sqrt(s_published^2 / n + s_ours^2 / m), both s at least .005.
 *
 * Welch's statistic: beyond about 2 the two differ by more than their seeds explain. A single run has no spread; the
 * published one is used for it, and `borrowed` is true.
 *
 * @example
 * difference({ mean: 0.9, sd: 0.02, runs: 10 }, summarise([0.9, 0.92]))   // { value: 0.84…, borrowed: false }
 */
export const difference = (
  published: { readonly mean: number; readonly sd: number; readonly runs: number },
  ours: Pick<Summary, 'count' | 'mean' | 'sd'>,
): Difference => {
  const theirs = Math.max(leastSpread, published.sd);
  const own = Math.max(leastSpread, ours.sd ?? theirs);
  const error = Math.sqrt(theirs ** 2 / published.runs + own ** 2 / ours.count);
  return { value: (ours.mean - published.mean) / error, borrowed: ours.sd === null };
};
