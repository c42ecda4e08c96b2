/** A measurement: a number, or the reason why the record does not resolve it. */

/** The reason why there is no number: a clause that can follow "not resolved:". */
export interface Unresolved {
  readonly unresolved: string;
}

/** A number that the record resolves, or the reason why it does not. */
export type Measured = number | Unresolved;

export const unresolved = (why: string): Unresolved => ({ unresolved: why });

export const isUnresolved = <A>(value: A | Unresolved): value is Unresolved =>
  typeof value === 'object' && value !== null && 'unresolved' in value;
