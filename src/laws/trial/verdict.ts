/** What became of laws that were tried: plain values. */

import type { System } from '../system/system.js';
import type { Case } from './case.js';
import type { Law, Picture } from './law.js';

/** The smallest case found that breaks a law. */
export interface Counterexample {
  readonly says: string;
  readonly case: Case;
  /** Repeats it: the seed and the path of fast-check. */
  readonly seed: number;
  readonly path: string;
  /** On what it was computed. */
  readonly on: string;
  readonly pictures: readonly Picture[];
}

/** What became of one law. */
export type Verdict =
  | { readonly law: Law; readonly outcome: 'holds'; readonly cases: number }
  | {
      readonly law: Law;
      readonly outcome: 'does not apply';
      readonly because: string;
      /** Whether it can be tried all the same, where it is expected. */
      readonly triable: boolean;
    }
  | {
      readonly law: Law;
      readonly outcome: 'not tried';
      /** Why no case could have shown anything: nothing that was compared could differ, or the time was over. */
      readonly because: string;
      /** Whether the time was over. */
      readonly isLate?: boolean;
    }
  | {
      readonly law: Law;
      readonly outcome: 'broken';
      /** Why the law was not promised, where it was expected. */
      readonly because?: string;
      readonly counterexample?: Counterexample;
      readonly cases: number;
    };

/** What became of all laws. */
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
