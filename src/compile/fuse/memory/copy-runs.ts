/** A permutation of planes as few copies: runs of neighbouring planes, and groups of equal runs at equal distances. */

/** `runs` runs of `size` neighbouring planes: the first source and target, and the planes from one run to the next. */
export interface CopyRuns {
  readonly from: number;
  readonly to: number;
  readonly runs: number;
  readonly size: number;
  readonly fromEach: number;
  readonly toEach: number;
}

/**
 * Plane `to` comes from plane `order[to]`.
 *
 * @example
 * runsOf([0, 2, 4, 1, 3, 5]).map(({ from, to, runs, fromEach }) => [from, to, runs, fromEach]);
 * // => [[0, 0, 3, 2], [1, 3, 3, 2]]
 */
export const copyRunsOf = (order: readonly number[]): readonly CopyRuns[] => {
  const single: { from: number; to: number; size: number }[] = [];
  for (const [to, from] of order.entries()) {
    const last = single.at(-1);
    if (last !== undefined && last.from + last.size === from) last.size++;
    else single.push({ from, to, size: 1 });
  }
  const found: CopyRuns[] = [];
  for (let first = 0; first < single.length; ) {
    const { from, to, size } = single[first];
    let runs = 1;
    const next = single[first + 1];
    const fromEach = next === undefined ? 0 : next.from - from;
    const toEach = next === undefined ? 0 : next.to - to;
    while (first + runs < single.length) {
      const other = single[first + runs];
      if (other.size !== size || other.from !== from + runs * fromEach || other.to !== to + runs * toEach)
        break;
      runs++;
    }
    found.push({ from, to, runs, size, fromEach, toEach });
    first += runs;
  }
  return found;
};
