/** A question with the work that answers it: the ask is decoded, the answer encoded, and what is thrown becomes a refusal. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Checked } from '../../base/error.js';
import { errorOf } from '../../compile/tfjs/session/fault.js';
import { type Answered, type Endpoint, received, refusalOf, type Same } from '../wire.js';

/** Sends a message before the answer. */
export type Say = (value: unknown) => void;

/** Answers a question, which is given as data. */
export type Serve = (ask: unknown, say: Say) => Promise<Answered<unknown>>;

/** An answer under the name of its question. */
export type Answer = readonly [string, Serve];

/** The answer to a question. */
export const serving = <A, B, S>(
  { name, ask, answer }: Endpoint<A, B, S>,
  work: (asked: A, say: (value: S) => void) => Checked<B> | Promise<Checked<B>>,
): Answer => [
  name,
  async (data, say) => {
    const asked = received(ask, name, data);
    if (E.isLeft(asked)) return asked;
    try {
      return pipe(await work(asked.right, say), E.mapLeft(refusalOf), E.map(written(answer)));
    } catch (cause) {
      return E.left(refusalOf(errorOf(cause)));
    }
  },
];

const written =
  <B>(codec: Same<B>) =>
  (value: B): unknown =>
    codec.encode(value);
