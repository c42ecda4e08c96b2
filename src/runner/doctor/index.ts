/** The diagnosis of a machine, for `drumhead doctor`. */

export type { Companion } from './companions.js';
export { type Diagnosis, diagnose, diagnosisCodec, type Ways } from './diagnose.js';
export type { Tested, Trial } from './messages.js';
