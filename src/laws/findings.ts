/** Findings in words and pictures: what is not zero, by how much, and where. */

import { type Bounded, beyond, minus } from './bounded.js';
import { broken, type Finding, holds, type Picture } from './law.js';

/** A few significant digits. */
export const digits = (x: number): string =>
  x === 0
    ? '0'
    : Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6
      ? Number(x.toPrecision(4)).toString()
      : x.toExponential(2);

/** Where an index lies, as `[1,2,0]`. */
export const placeOf = (index: number, shape: readonly number[]): string => {
  let left = index;
  const position = [...shape].reverse().map((n) => {
    const i = left % n;
    left = Math.floor(left / n);
    return i;
  });
  return `[${position.reverse().join(',')}]`;
};

/** Holds where a difference is zero within its bound; else says where it is not, and shows both sides. */
export const isZero = (
  difference: Bounded,
  shape: readonly number[],
  says: (wrong: { readonly place: string; readonly by: string; readonly allowed: string }) => string,
  pictures: () => readonly Picture[] = () => [],
): Finding => {
  const wrong = beyond(difference);
  if (wrong === undefined) return holds;
  const words = says({
    place: placeOf(wrong.at, shape),
    by: digits(wrong.value),
    allowed: digits(wrong.error),
  });
  return broken(words, ...pictures());
};

/** Both sides of an equation and their difference, to be looked at. */
export const sides = (
  shape: readonly number[],
  left: readonly [string, Bounded],
  right: readonly [string, Bounded],
): readonly Picture[] => [
  { title: left[0], field: { shape, data: left[1].value } },
  { title: right[0], field: { shape, data: right[1].value } },
  { title: 'difference', field: { shape, data: minus(left[1], right[1]).value } },
];

/** The first of these findings that says something is wrong. */
export const firstBroken = (...findings: readonly (() => Finding)[]): Finding => {
  for (const find of findings) {
    const found = find();
    if (found.kind === 'broken') return found;
  }
  return holds;
};
