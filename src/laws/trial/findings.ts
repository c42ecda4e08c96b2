/** Findings in words and pictures: which difference is not zero, by how much, and where. */

import { type Bounded, type BoundedNumber, beyond, minus } from '../rounding/bounded.js';
import { broken, type Finding, holds, inconclusive, type Picture, vacuous } from './law.js';

/** A number with a few significant digits. */
export const digits = (x: number): string =>
  x === 0
    ? '0'
    : Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6
      ? Number(x.toPrecision(4)).toString()
      : x.toExponential(2);

/** The position of an index, as `[1,2,0]`. */
export const placeOf = (index: number, shape: readonly number[]): string => {
  let left = index;
  const position = [...shape].reverse().map((n) => {
    const i = left % n;
    left = Math.floor(left / n);
    return i;
  });
  return `[${position.reverse().join(',')}]`;
};

/** Why a comparison cannot fail: no value exceeds its rounding bound; null if one does. */
const dullness = (error: Float64Array, size: ArrayLike<number>): string | null => {
  let isZeroAll = true;
  let isBounded = true;
  for (const [i, e] of error.entries()) {
    const v = Math.abs(size[i]);
    if (v > e) return null;
    if (v !== 0) isZeroAll = false;
    if (!Number.isFinite(e)) isBounded = false;
  }
  if (!isBounded)
    return 'no error bound is known for what its step computes (batch statistics, a spectrum): any difference would pass';
  return isZeroAll
    ? 'all that is compared is zero, whatever goes in'
    : 'rounding allows more than all that is compared';
};

/**
 * Holds if a difference is zero within its bounds; otherwise broken, with the position and both sides. If no compared
 * value exceeds its bound, the comparison cannot fail, and the case is vacuous.
 *
 * @param size one of the two compared sides
 */
export const isZero = (
  difference: Bounded,
  size: ArrayLike<number>,
  shape: readonly number[],
  says: (wrong: { readonly place: string; readonly by: string; readonly allowed: string }) => string,
  pictures: () => readonly Picture[] = () => [],
): Finding => {
  const wrong = beyond(difference);
  if (wrong === null) {
    const dull = dullness(difference.error, size);
    return dull === null ? holds : vacuous(dull);
  }
  const words = says({
    place: placeOf(wrong.at, shape),
    by: digits(wrong.value),
    allowed: digits(wrong.error),
  });
  return broken(words, ...pictures());
};

/** The same for one number. */
export const isNought = (
  { value, error }: BoundedNumber,
  size: number,
  says: (wrong: { readonly by: string; readonly allowed: string }) => string,
  pictures: () => readonly Picture[] = () => [],
): Finding =>
  isZero(
    { value: Float64Array.of(value), error: Float64Array.of(error) },
    [size],
    [],
    ({ by, allowed }) => says({ by, allowed }),
    pictures,
  );

/** Pictures of both sides of an equation and of their difference. */
export const sides = (
  shape: readonly number[],
  left: readonly [string, Bounded],
  right: readonly [string, Bounded],
): readonly Picture[] => [
  { title: left[0], field: { shape, data: left[1].value } },
  { title: right[0], field: { shape, data: right[1].value } },
  { title: 'difference', field: { shape, data: minus(left[1], right[1]).value } },
];

/** The first broken finding; else one that holds; else the reasons why all are vacuous. */
export const firstBroken = (...findings: readonly (() => Finding)[]): Finding => {
  let best: Finding = inconclusive;
  for (const find of findings) {
    const found = find();
    if (found.kind === 'broken') return found;
    if (found.kind === 'holds' || (best.kind === 'inconclusive' && best.because === undefined)) best = found;
  }
  return best;
};
