/** `--minutes`: stops work after a given time. Unfinished work is not a failure. */

import * as E from 'fp-ts/lib/Either.js';
import { type Checked, decodeError, type Effect, errorMessage } from '../base/error.js';

// The longest wait of a timer in Node, 2^31 ms.
const mostMinutes = 35_000;

/** Minutes, more than 0. **Errors** DecodeError for --minutes. */
export const minutesFlag = (value: string): Checked<number> => {
  const minutes = Number(value);
  return value.trim() !== '' && minutes > 0 && minutes <= mostMinutes
    ? E.right(minutes)
    : E.left(
        decodeError('--minutes', `'${value}' is not a number of minutes, more than 0 up to ${mostMinutes}`),
      );
};

/**
 * Does work whose signal is aborted when the time is up. Work that ends because of it is a success, with the sentence
 * of its interruption.
 *
 * @param minutes null for no limit
 */
export const inTimeBox =
  (minutes: number | null, work: (until: AbortSignal) => Effect<string>): Effect<string> =>
  async () => {
    const box = new AbortController();
    if (minutes === null) return work(box.signal)();
    const timer = setTimeout(() => box.abort(), minutes * 60_000);
    try {
      const done = await work(box.signal)();
      return E.isLeft(done) && done.left._tag === 'Interrupted' && box.signal.aborted
        ? E.right(`the ${minutes} minutes are over: ${errorMessage(done.left)}`)
        : done;
    } finally {
      clearTimeout(timer);
    }
  };
