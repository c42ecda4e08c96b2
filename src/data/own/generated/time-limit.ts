/** A person's function, called for a limited time: one that never returns would stop the whole process, Ctrl-C included. */

import { type Context, createContext, Script } from 'node:vm';
import * as t from 'io-ts';

/** How a call ended: by itself, by its time limit, or by Ctrl-C. */
export type Ended = 'done' | 'late' | 'stopped';

/** A context whose only global is the function to call; the person's functions stay in their own realm. */
let place: (Context & { work?: () => void }) | null = null;
const script = new Script('work()');

const codeOf = (cause: unknown): unknown => (t.UnknownRecord.is(cause) ? cause.code : null);

/**
 * Calls a function that may loop without an end. V8 ends it at any instruction, so its own data may be inconsistent
 * then: use only values that it has handed over before.
 *
 * **Errors** Throws what the function throws.
 *
 * @param seconds the wall-clock time it may take
 * @returns 'stopped' after Ctrl-C; no other listener receives that signal
 *
 * @example
 * timeLimited(() => { for (;;); }, 0.1) // 'late'
 */
export const timeLimited = (work: () => void, seconds: number): Ended => {
  place ??= createContext({});
  let ended = false;
  place.work = () => {
    work();
    ended = true;
  };
  try {
    script.runInContext(place, { timeout: Math.ceil(seconds * 1000), breakOnSigint: true });
    return 'done';
  } catch (cause) {
    // The function may have ended just before the limit.
    const code = codeOf(cause);
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return ended ? 'done' : 'late';
    if (code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return 'stopped';
    throw cause;
  } finally {
    delete place.work;
  }
};
