/**
 * Numbers with error bounds.
 *
 * A law is an equation, which computed values fulfil up to rounding. The tolerance is not guessed: each value has a
 * bound on its error, and every operation adds the propagated errors and its own rounding (running error analysis:
 * Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., sec. 3.3). A law holds if the difference of both
 * sides is within its error bound.
 */

/** Values and, for each, a bound on its distance from the result of exact arithmetic. */
export interface Bounded {
  readonly value: Float64Array;
  readonly error: Float64Array;
}

/** One number with an error bound. */
export interface BoundedNumber {
  readonly value: number;
  readonly error: number;
}

/** Half the distance from 1 to the next number, in float64: the unit roundoff of the laws' own arithmetic. */
export const unit64 = 2 ** -53;
/** The same in float32, in which the engines compute. */
export const unit32 = 2 ** -24;

/** Exact numbers, with error bounds of zero. */
export const exact = (values: ArrayLike<number>): Bounded => ({
  value: Float64Array.from(values),
  error: new Float64Array(values.length),
});

/** Numbers with these error bounds. */
export const within = (values: ArrayLike<number>, error: Float64Array): Bounded => ({
  value: Float64Array.from(values),
  error,
});

const zip = (
  a: Bounded,
  b: Bounded,
  f: (x: number, y: number) => number,
  e: (x: number, y: number, ex: number, ey: number) => number,
): Bounded => {
  const value = a.value.map((x, i) => f(x, b.value[i]));
  const error = value.map((v, i) => e(a.value[i], b.value[i], a.error[i], b.error[i]) + unit64 * Math.abs(v));
  return { value, error };
};

/** a + b. */
export const plus = (a: Bounded, b: Bounded): Bounded =>
  zip(
    a,
    b,
    (x, y) => x + y,
    (_x, _y, ex, ey) => ex + ey,
  );

/** a - b. */
export const minus = (a: Bounded, b: Bounded): Bounded =>
  zip(
    a,
    b,
    (x, y) => x - y,
    (_x, _y, ex, ey) => ex + ey,
  );

/** a b, element by element. */
export const times = (a: Bounded, b: Bounded): Bounded =>
  zip(
    a,
    b,
    (x, y) => x * y,
    (x, y, ex, ey) => Math.abs(x) * ey + Math.abs(y) * ex + ex * ey,
  );

/** a / b, element by element. */
export const over = (a: Bounded, b: Bounded): Bounded =>
  zip(
    a,
    b,
    (x, y) => x / y,
    (x, y, ex, ey) => (ex + Math.abs(x / y) * ey) / Math.max(0, Math.abs(y) - ey),
  );

/** k a. */
export const scaled = (k: number, a: Bounded): Bounded => ({
  value: a.value.map((x) => k * x),
  error: a.error.map((e, i) => Math.abs(k) * e + 2 * unit64 * Math.abs(k * a.value[i])),
});

/** The sum of all elements; n of them are rounded n times. */
export const total = (a: Bounded): BoundedNumber => {
  const size = a.value.reduce((sum, x) => sum + Math.abs(x), 0);
  return {
    value: a.value.reduce((sum, x) => sum + x, 0),
    error: a.error.reduce((sum, e) => sum + e, 0) + a.value.length * unit64 * size,
  };
};

/** The sum of products. */
export const dot = (a: Bounded, b: Bounded): BoundedNumber => total(times(a, b));

/** Sums of numbers. */
export const sumOf = (...parts: readonly (readonly [number, BoundedNumber])[]): BoundedNumber => {
  const value = parts.reduce((sum, [k, part]) => sum + k * part.value, 0);
  const size = parts.reduce((sum, [k, part]) => sum + Math.abs(k * part.value), 0);
  return {
    value,
    error:
      parts.reduce((sum, [k, part]) => sum + Math.abs(k) * part.error, 0) +
      (parts.length + 2) * unit64 * size,
  };
};

/**
 * The element that exceeds its bound most; null if none does. An infinite bound, or NaN from infinity times zero,
 * allows everything.
 */
export const beyond = ({
  value,
  error,
}: Bounded): { readonly at: number; readonly value: number; readonly error: number } | null => {
  let worst: { readonly at: number; readonly value: number; readonly error: number } | null = null;
  for (const [at, v] of value.entries()) {
    const excess = Math.abs(v) - error[at];
    const unbounded =
      error[at] === Number.POSITIVE_INFINITY || (Number.isNaN(error[at]) && Number.isFinite(v));
    const wrong = !(Math.abs(v) <= error[at]) && !unbounded;
    if (wrong && (worst === null || excess > Math.abs(worst.value) - worst.error))
      worst = { at, value: v, error: error[at] };
  }
  return worst;
};
