/** Names under which values pass between the parts of a program that is cut at its scan. */

/** A field of the state, by its number. */
export const stateName = (i: number): string => `step-state-${i}`;
/** What a sample tells every step. */
export const givenName = (i: number): string => `step-given-${i}`;
/** What drives the steps. */
export const driveName = (i: number): string => `step-drive-${i}`;
/** What is observed. */
export const observedName = (i: number): string => `step-observed-${i}`;
/** A field after the last step. */
export const finalName = (i: number): string => `step-final-${i}`;
/** The number of the step, from 0. */
export const clockName = 'step-clock';
