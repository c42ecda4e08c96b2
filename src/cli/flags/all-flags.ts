/** Flags that are checked together, so that all wrong ones are reported at once. */

import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import type { Semigroup } from 'fp-ts/lib/Semigroup.js';
import { type Checked, type DrumheadError, decodeError, errorMessage } from '../../base/error.js';

/** The source of an error that holds the problems of several flags. */
export const commandLineSource = 'command line';

const problemsOf = (error: DrumheadError): readonly string[] =>
  error._tag !== 'DecodeError'
    ? [errorMessage(error)]
    : error.source === commandLineSource
      ? error.problems
      : error.problems.map((problem) => `${error.source}: ${problem}`);

/** Two errors as one, each problem once and with its flag. */
const wrongFlags: Semigroup<DrumheadError> = {
  concat: (first, second) => {
    const problems = [...new Set([...problemsOf(first), ...problemsOf(second)])];
    return problems.length === 1 ? first : decodeError(commandLineSource, problems);
  },
};

const validation = E.getApplicativeValidation(wrongFlags);

/**
 * The values of several flags by name. One wrong flag is its own error; several are one DecodeError of the command line.
 *
 * @example
 * allFlags({ steps: wholeFlag('--steps', 1)('x'), size: wholeFlag('--size', 1)('0') })
 * // left: command line: 2 problems, '--steps: …' and '--size: …'
 */
export const allFlags = sequenceS(validation);

/** Flags that would do nothing, found when the command line was read. */
export interface Idle {
  readonly idle?: readonly DrumheadError[];
}

/** Refuses flags that would do nothing, so that they are reported together with wrong values. */
export const noneIdle = ({ idle = [] }: Idle): Checked<unknown> =>
  allValues(idle.map((error) => E.left(error)));

/** The value types of a record of checks. */
export type ValuesOf<C> = Extract<C, E.Right<unknown>>['right'];

/** The values of one flag that takes a list; all wrong values are reported. */
export const allValues = <A>(flags: readonly Checked<A>[]): Checked<readonly A[]> =>
  flags.reduce<Checked<readonly A[]>>(
    (all, one) =>
      validation.ap(
        validation.map(all, (values) => (value: A) => [...values, value]),
        one,
      ),
    E.right([]),
  );
