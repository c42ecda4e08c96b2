/**
 * Time limits of computations. They run one after another on a single thread and cannot be stopped from outside, so
 * expensive loops check the clock themselves and end when the time is over.
 */

let until = Number.POSITIVE_INFINITY;

/** Ends a computation that is late; only caught in `inTime`. */
class Late extends Error {}

/** Ends the current computation if its time is over. */
export const tick = (): void => {
  if (Date.now() > until) throw new Late('late');
};

/** The result of `f`, or null if it was not finished by then. Nested limits end with the outer one at the latest. */
export const inTime = <A>(end: number, f: () => A): A | null => {
  const before = until;
  until = Math.min(before, end);
  try {
    return f();
  } catch (cause) {
    if (cause instanceof Late) return null;
    throw cause;
  } finally {
    until = before;
  }
};
