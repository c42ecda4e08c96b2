/** What `drumhead doctor` finds out about a machine. */

export type { Companion } from './companions.js';
export { type Diagnosis, diagnose, diagnosisCodec, type Ways } from './diagnose.js';
export type { Tested, Trial } from './messages.js';
