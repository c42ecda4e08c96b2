/**
 * Numbers that know how wrong they may be.
 *
 * A law is an equation, and what a machine computes fulfils it up to rounding. How far that may be is not guessed:
 * each value is carried with a bound of its error, which every operation makes larger by what it inherits and by what
 * it rounds itself (running error analysis: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., sec. 3.3).
 * A law holds where zero lies within the bound of left side less right side.
 */

/** Values and, for each, how far it may be from what exact arithmetic would give. */
export interface Bounded {
  readonly value: Float64Array;
  readonly error: Float64Array;
}

/** One such number. */
export interface BoundedNumber {
  readonly value: number;
  readonly error: number;
}

/** Half the distance from 1 to the next number, in float64: what the laws' own arithmetic rounds by. */
export const unit64 = 2 ** -53;
/** The same in float32, in which the engines compute. */
export const unit32 = 2 ** -24;

/** Numbers that are what they are. */
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
 * Where an array is furthest from zero beyond its bound, if anywhere. A bound that is infinite, or no number since
 * something infinite was multiplied by zero on the way, allows everything.
 */
export const beyond = ({
  value,
  error,
}: Bounded): { readonly at: number; readonly value: number; readonly error: number } | undefined => {
  let worst: { readonly at: number; readonly value: number; readonly error: number } | undefined;
  for (const [at, v] of value.entries()) {
    const excess = Math.abs(v) - error[at];
    const unbounded =
      error[at] === Number.POSITIVE_INFINITY || (Number.isNaN(error[at]) && Number.isFinite(v));
    const wrong = !(Math.abs(v) <= error[at]) && !unbounded;
    if (wrong && (worst === undefined || excess > Math.abs(worst.value) - worst.error))
      worst = { at, value: v, error: error[at] };
  }
  return worst;
};
