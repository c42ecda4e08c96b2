/**
 * The time that trying laws may take. What is tried is one computation after another on one thread, so nobody can stop
 * it from outside: heavy loops look at the clock themselves, and one that is late ends there.
 */

let until = Number.POSITIVE_INFINITY;

/** What ends a computation that is late. It is caught in `inTime` alone. */
class Late extends Error {}

/** Ends what is being computed if its time is over. */
export const tick = (): void => {
  if (Date.now() > until) throw new Late('late');
};

/** What `f` gives, or undefined if it was not done by then. A time within another ends with that one at the latest. */
export const inTime = <A>(end: number, f: () => A): A | undefined => {
  const before = until;
  until = Math.min(before, end);
  try {
    return f();
  } catch (cause) {
    if (cause instanceof Late) return undefined;
    throw cause;
  } finally {
    until = before;
  }
};
