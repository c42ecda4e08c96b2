/** Effects in specs: the value that is expected, or the sentence of the refusal that is. */

import assert from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { type DrumheadError, type Effect, errorMessage } from '../../src/base/error.js';

/** The value of work that must succeed. */
export const rightOf = async <A>(work: Effect<A>): Promise<A> => {
  const done = await work();
  return E.isRight(done) ? done.right : assert.fail(errorMessage(done.left));
};

/** The error of work that must fail. */
export const leftOf = async (work: Effect<unknown>): Promise<DrumheadError> => {
  const done = await work();
  return E.isLeft(done) ? done.left : assert.fail(`it did: ${JSON.stringify(done.right)}`);
};

/** The sentence of work that must be refused. */
export const refusal = async (work: Effect<unknown>): Promise<string> => errorMessage(await leftOf(work));

/** The value of some work, and everything that is printed on stderr meanwhile. */
export const withStderr = async <A>(
  work: () => Promise<A>,
): Promise<{ readonly value: A; readonly said: string }> => {
  const { write } = process.stderr;
  let said = '';
  process.stderr.write = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  try {
    return { value: await work(), said };
  } finally {
    process.stderr.write = write;
  }
};
