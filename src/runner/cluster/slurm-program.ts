/** Calls a program of Slurm. */

import { execFile } from 'node:child_process';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type DrumheadError, type Effect, mismatch } from '../../base/error.js';

interface Call {
  /** What it reads. */
  readonly input?: string;
  /** The longest wait. */
  readonly seconds?: number;
}

/**
 * What a program of Slurm prints.
 *
 * **Errors** Mismatch where it is absent, refuses, or does not end in time.
 */
export const callSlurm = (
  program: string,
  words: readonly string[],
  { input = '', seconds = 60 }: Call = {},
): Effect<string> =>
  TE.tryCatch(
    () =>
      new Promise<string>((resolve, reject) => {
        const child = execFile(
          program,
          [...words],
          // A program that hangs may ignore a kinder signal.
          { encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 1000 * seconds, killSignal: 'SIGKILL' },
          (error, out, said) => {
            if (error === null) resolve(out);
            else reject(Object.assign(error, { said }));
          },
        );
        child.stdin?.on('error', () => {});
        child.stdin?.end(input);
      }),
    (cause): DrumheadError => {
      const { code = undefined, killed = false, said = '' } = t.UnknownRecord.is(cause) ? cause : {};
      if (code === 'ENOENT')
        return mismatch(
          `there is no '${program}' here; submit from a machine of the cluster, or see the script with --dry-run`,
        );
      if (killed === true)
        return mismatch(`${program} did not answer within ${seconds} seconds and was ended; ask again later`);
      return mismatch(`${program} refuses: ${String(said).trim().split('\n').join('; ') || String(cause)}`);
    },
  );
