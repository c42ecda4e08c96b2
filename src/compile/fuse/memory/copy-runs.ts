/**
 * A permutation of planes as a few copies: runs of neighbouring planes, and groups of equal runs at equal distances.
 */

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
 * copyRunsOf([0, 2, 4, 1, 3, 5]).map(({ from, to, runs, fromEach }) => [from, to, runs, fromEach]);
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
  return turned(found);
};

/** Turns many groups of few runs, at equal distances, into few groups of many runs, for interleaved planes. */
const turned = (groups: readonly CopyRuns[]): readonly CopyRuns[] => {
  const found: CopyRuns[] = [];
  for (let first = 0; first < groups.length; ) {
    const group = groups[first];
    const { from, to, runs, size, fromEach, toEach } = group;
    const second = groups[first + 1];
    const between = second === undefined ? [0, 0] : [second.from - from, second.to - to];
    let count = 1;
    for (let next = second; next !== undefined; next = groups[first + count]) {
      const isLike =
        next.runs === runs &&
        next.size === size &&
        (runs === 1 || (next.fromEach === fromEach && next.toEach === toEach)) &&
        next.from === from + count * between[0] &&
        next.to === to + count * between[1];
      if (!isLike) break;
      count++;
    }
    if (count > runs && runs > 1)
      for (let run = 0; run < runs; run++)
        found.push({
          from: from + run * fromEach,
          to: to + run * toEach,
          runs: count,
          size,
          fromEach: between[0],
          toEach: between[1],
        });
    else for (let each = 0; each < count; each++) found.push(groups[first + each]);
    first += count;
  }
  return found;
};
