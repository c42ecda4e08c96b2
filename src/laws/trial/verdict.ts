/** Results of checking laws, as plain values. */

import type { System } from '../system/system.js';
import type { Case } from './case.js';
import type { Law, Picture } from './law.js';

/** The smallest case found that breaks a law. */
export interface Counterexample {
  readonly says: string;
  readonly case: Case;
  /** Seed and path of fast-check, which repeat the case. */
  readonly seed: number;
  readonly path: string;
  /** The interpreter's name. */
  readonly on: string;
  readonly pictures: readonly Picture[];
}

/** The result of one law. */
export type Verdict =
  | { readonly law: Law; readonly outcome: 'holds'; readonly cases: number }
  | {
      readonly law: Law;
      readonly outcome: 'does not apply';
      readonly because: string;
      /** Whether it could be tried if it was expected. */
      readonly triable: boolean;
    }
  | {
      readonly law: Law;
      readonly outcome: 'not tried';
      /** Why no case was conclusive: compared values could not differ, or the time was over. */
      readonly because: string;
      /** Whether the time was over. */
      readonly isLate?: boolean;
    }
  | {
      readonly law: Law;
      readonly outcome: 'broken';
      /** Why the law does not apply, if it was expected. */
      readonly because?: string;
      readonly counterexample?: Counterexample;
      readonly cases: number;
    };

/** The results of all laws. */
export interface Report {
  readonly system: System;
  readonly verdicts: readonly Verdict[];
}

/**
 * Whether no law is broken.
 *
 * @example
 * isLawful(check(system, { cases: 2 })); // => true
 */
export const isLawful = ({ verdicts }: Report): boolean =>
  verdicts.every(({ outcome }) => outcome !== 'broken');
