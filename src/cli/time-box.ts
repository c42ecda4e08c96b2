/** `--minutes`: work for so long and no longer. What stops at its time is unfinished, and no failure. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, decodeError, type Effect, errorMessage } from '../base/error.js';

// What a timer of Node can wait for at most, 2^31 ms.
const mostMinutes = 35_000;

const minutesFlag = (value: string): Checked<number> => {
  const minutes = Number(value);
  return value.trim() !== '' && minutes > 0 && minutes <= mostMinutes
    ? E.right(minutes)
    : E.left(
        decodeError('--minutes', `'${value}' is not a number of minutes, more than 0 up to ${mostMinutes}`),
      );
};

/**
 * Does work whose signal is aborted when the time is up. What it is interrupted by then is what it says in the end.
 *
 * @param minutes the flag as typed; undefined for no limit
 */
export const inTimeBox = (
  minutes: string | undefined,
  work: (until: AbortSignal) => Effect<string>,
): Effect<string> =>
  minutes === undefined
    ? work(new AbortController().signal)
    : pipe(
        TE.fromEither(minutesFlag(minutes)),
        TE.flatMap((limit) => async () => {
          const box = new AbortController();
          const timer = setTimeout(() => box.abort(), limit * 60_000);
          try {
            const done = await work(box.signal)();
            return E.isLeft(done) && done.left._tag === 'Interrupted' && box.signal.aborted
              ? E.right(`the ${minutes} minutes are over: ${errorMessage(done.left)}`)
              : done;
          } finally {
            clearTimeout(timer);
          }
        }),
      );
