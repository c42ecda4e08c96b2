/** Statistics of times. */

/** The median: the middle value, or the mean of the two in the middle; NaN without values. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/**
 * How many times as long a takes as b: the median of the ratios of neighbours in turn, so that a machine that
 * is busy for a while slows both of a pair. Values without a partner are left out.
 */
export const ratio = (a: readonly number[], b: readonly number[]): number =>
  median(a.slice(0, b.length).map((seconds, i) => seconds / b[i]));
