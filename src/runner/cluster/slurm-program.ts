/** Calls a program of Slurm. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, type Effect, mismatch } from '../../base/error.js';
import { limits } from '../../base/limits.js';
import { outerProgram } from '../outer-program.js';

interface Call {
  /** What it reads. */
  readonly input?: string;
  /** The longest wait. */
  readonly seconds?: number;
  /** What to do where it does not end in time. */
  readonly late?: string;
  /** What it would print where it is absent; left out: that is an error. */
  readonly absent?: string;
}

/**
 * What a program of Slurm prints.
 *
 * **Errors** Mismatch where it is absent, refuses, or does not end in time.
 */
export const callSlurm = (
  program: string,
  words: readonly string[],
  { input = '', seconds = limits.submissionSeconds, late = 'ask again later', absent }: Call = {},
): Effect<string> =>
  pipe(
    () => outerProgram(program, words, { input, seconds }),
    TE.orElse((fault): Effect<string> => {
      const refuse = (problem: string): Effect<string> => TE.left<DrumheadError>(mismatch(problem));
      switch (fault.kind) {
        case 'absent':
          return absent === undefined
            ? refuse(
                `there is no '${program}' here; submit from a machine of the cluster, or see the script with --dry-run`,
              )
            : TE.right(absent);
        case 'late':
          return refuse(`${program} did not answer within ${seconds} seconds and was ended; ${late}`);
        case 'failed':
          return refuse(`${program} refuses: ${fault.said.split('\n').join('; ')}`);
      }
    }),
  );
