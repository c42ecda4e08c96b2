/** Entries that a program reads by index, on an axis of another size. */

import * as E from 'fp-ts/lib/Either.js';

/**
 * A slice of an axis of `n`, for an axis of `m`, as [begin, size]: it keeps the edge that it touches, and the smaller
 * of the two parts keeps its size. Small parts that are cut off at both edges keep their sizes too, as those of a
 * padding. Other slices, and slices of about half, are ambiguous.
 */
export const sliced = (
  begin: number,
  size: number,
  n: number,
  m: number,
): E.Either<string, readonly [number, number]> => {
  const rest = n - size;
  const smaller = Math.min(size, rest);
  const clear = (smaller === 1 ? n > 2 : 4 * smaller <= n) && (begin === 0 || begin + size === n);
  if (n === m || rest === 0) return E.right([begin, n === m ? size : m]);
  if (begin > 0 && begin + size < n && 4 * rest <= n)
    return m > rest ? E.right([begin, m - rest]) : E.left(`an axis of ${m} is too small for it`);
  if (!clear)
    return E.left(`entries ${begin} to ${begin + size - 1} of ${n} mean nothing on an axis of ${m}`);
  const grown = size > rest ? m - rest : size;
  return grown < 1 || grown > m
    ? E.left(`an axis of ${m} is too small for it`)
    : E.right([begin === 0 ? 0 : m - grown, grown]);
};

/**
 * The entries that a gather reads from an axis of `m`, given that it read `indices` from an axis of `n`, if it is a
 * padding or a shift. Each run of neighbours keeps its distances from the nearer edge, and one run is most of the axis.
 * Other gathers by index, such as along the edges of a graph, are ambiguous.
 */
export const regathered = (
  indices: readonly number[],
  n: number,
  m: number,
): E.Either<string, readonly number[]> => {
  if (n === m) return E.right(indices);
  const moved = (index: number): number | undefined => {
    if (4 * index <= n) return index;
    return 4 * (n - 1 - index) <= n ? index + m - n : undefined;
  };
  const starts = indices.flatMap((index, i) => (i > 0 && indices[i - 1] + 1 === index ? [] : [i]));
  const ends = starts.map((_, i) => (starts[i + 1] ?? indices.length) - 1);
  if (!starts.some((start, i) => 2 * (ends[i] - start + 1) >= n))
    return E.left(`it reads an axis of ${n} by number, which says nothing of one of ${m}`);
  const all: number[] = [];
  for (const [i, start] of starts.entries()) {
    const [first, last] = [moved(indices[start]), moved(indices[ends[i]])];
    if (first === undefined || last === undefined || first < 0 || last >= m || last < first)
      return E.left(
        `entries ${indices[start]} to ${indices[ends[i]]} of ${n} mean nothing on an axis of ${m}`,
      );
    for (let index = first; index <= last; index++) all.push(index);
  }
  return E.right(all);
};
