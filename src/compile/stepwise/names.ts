/** Names of the values that pass between the parts of a program that is cut at its scan. */

/** A field of the state, by its number. */
export const stateName = (i: number): string => `step-state-${i}`;
/** A value of the sample that every step reads. */
export const givenName = (i: number): string => `step-given-${i}`;
/** A driving sequence. */
export const driveName = (i: number): string => `step-drive-${i}`;
/** An observation. */
export const observedName = (i: number): string => `step-observed-${i}`;
/** A field after the last step. */
export const finalName = (i: number): string => `step-final-${i}`;
/** The number of the step, from 0. */
export const clockName = 'step-clock';
