/** Serves the questions of one page. Each is answered or refused, or ends with the worker. */

import * as E from 'fp-ts/lib/Either.js';
import { unknownName } from '../base/error.js';
import { answers } from './served/answers.js';
import type { Thread } from './thread.js';
import { buffersIn, noQuestion, question, received, refusalOf } from './wire.js';

/** The source of questions and target of answers. */
export interface Port {
  readonly postMessage: (message: unknown, transfer: ArrayBuffer[]) => void;
  readonly addEventListener: (
    type: 'message',
    listener: (event: { readonly data?: unknown }) => void,
  ) => void;
}

/**
 * Answers the questions of this port, one after the other, until the thread ends.
 *
 * @param start starts another worker, to share the steps of a training; left out: there are no others
 */
export const serve = (port: Port, start?: () => Thread): void => {
  const table = answers(start);
  const send = (id: number, kind: string, value: unknown): void =>
    port.postMessage({ id, kind, value }, buffersIn(value));
  port.addEventListener('message', ({ data }) => {
    const asked = received(question, 'question', data);
    if (E.isLeft(asked)) return send(noQuestion, 'refused', asked.left);
    const { id, name, ask } = asked.right;
    const one = table.get(name);
    if (one === undefined)
      return send(id, 'refused', refusalOf(unknownName('question', name, [...table.keys()])));
    void one(ask, (value) => send(id, 'said', value)).then((found) =>
      E.isLeft(found) ? send(id, 'refused', found.left) : send(id, 'answered', found.right),
    );
  });
  send(noQuestion, 'ready', {});
};
