/** Runs a program of the system that is not drumhead's, with a limit on its time and on what it says. */

import { execFile } from 'node:child_process';
import * as E from 'fp-ts/lib/Either.js';
import { limits } from '../base/limits.js';

/** Why a program gave no answer: it is not there, it did not end, or it failed, with its last words. */
export type OuterFault =
  | { readonly kind: 'absent' }
  | { readonly kind: 'late'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly said: string };

export interface OuterSetting {
  /** What it reads; default nothing. */
  readonly input?: string;
  /** The seconds by the clock after which it is ended; default `limits.outerSeconds`. */
  readonly seconds?: number;
}

/** The most that a program may say, in bytes. */
const mostSaid = 2 ** 24;

/**
 * What a program prints. It is ended by the signal that none can refuse, since a program that hangs may refuse others; the
 * programs that it started are not waited for.
 */
export const outerProgram = (
  program: string,
  words: readonly string[],
  { input = '', seconds = limits.outerSeconds }: OuterSetting = {},
): Promise<E.Either<OuterFault, string>> =>
  new Promise((resolve) => {
    const child = execFile(
      program,
      [...words],
      { encoding: 'utf8', maxBuffer: mostSaid, timeout: 1000 * seconds, killSignal: 'SIGKILL' },
      (error, out, said) => {
        if (error === null) return resolve(E.right(out));
        if (error.code === 'ENOENT') return resolve(E.left({ kind: 'absent' }));
        const endless = String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
        if (error.killed === true && !endless) return resolve(E.left({ kind: 'late', seconds }));
        const words = said.trim().slice(-4000);
        resolve(
          E.left({
            kind: 'failed',
            said: endless
              ? `it says more than ${mostSaid / 2 ** 20} MiB`
              : words === ''
                ? error.message.split('\n')[0]
                : words,
          }),
        );
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
