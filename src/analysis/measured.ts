/** What a record of waves can say, and what it cannot: a number, or the reason why there is none. */

/** There is no number, and why: a clause that can follow "not resolved:". */
export interface Unresolved {
  readonly unresolved: string;
}

/** A number that was resolved, or the reason why not. */
export type Measured = number | Unresolved;

export const unresolved = (why: string): Unresolved => ({ unresolved: why });

export const isUnresolved = <A>(value: A | Unresolved): value is Unresolved =>
  typeof value === 'object' && value !== null && 'unresolved' in value;
