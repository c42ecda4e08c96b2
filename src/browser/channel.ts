/** Sends numbered questions to a worker, and matches its answers to them. */

import * as E from 'fp-ts/lib/Either.js';
import type { Thread } from './thread.js';
import {
  type Answered,
  type Endpoint,
  ended,
  noQuestion,
  type Refusal,
  received,
  refusal,
  reply,
} from './wire.js';

/** The channel to a worker. */
export interface Channel {
  /** Asks a question; messages before the answer go to `heard`. */
  readonly ask: <A, B, S>(
    endpoint: Endpoint<A, B, S>,
    asked: A,
    heard?: (said: S) => void,
  ) => Promise<Answered<B>>;
  /** Ends the worker at once: open requests and later ones are refused. */
  readonly end: (why?: string) => void;
  /** Whether it was ended, or ended by itself. */
  readonly isEnded: () => boolean;
}

interface Waiting {
  readonly answered: (value: unknown) => void;
  readonly refused: (why: Refusal) => void;
  readonly said: (value: unknown) => void;
}

/** A channel to a thread. Questions are sent at once: the thread reads them when it is ready. */
export const channelTo = (thread: Thread): Channel => {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let over: Refusal | undefined;
  const end = (why: Refusal): void => {
    if (over !== undefined) return;
    over = why;
    thread.terminate();
    for (const { refused } of waiting.values()) refused(why);
    waiting.clear();
  };
  thread.addEventListener('message', ({ data }) => {
    const found = received(reply, 'a message of the worker', data);
    if (E.isLeft(found)) return end(found.left);
    const { id, kind, value } = found.right;
    if (id === noQuestion) {
      if (kind === 'refused') end(reasonOf(value));
      return;
    }
    const one = waiting.get(id);
    if (one === undefined) return;
    if (kind === 'said') return one.said(value);
    waiting.delete(id);
    if (kind === 'refused') one.refused(reasonOf(value));
    else one.answered(value);
  });
  const failed = (message: string | undefined): void =>
    end({
      tag: 'EngineError',
      sentence: `the worker ended: ${message ?? 'its script did not load; check that the page serves it, and its content security policy'}`,
      at: null,
    });
  thread.addEventListener('error', ({ message }) => failed(message));
  thread.addEventListener('messageerror', ({ message }) => failed(message));
  return {
    ask: (endpoint, ask, heard) =>
      new Promise((resolve) => {
        if (over !== undefined) return resolve(E.left(over));
        const id = ++asked;
        waiting.set(id, {
          answered: (value) => resolve(received(endpoint.answer, endpoint.name, value)),
          refused: (why) => resolve(E.left(why)),
          said: (value) => {
            const found = received(endpoint.said, endpoint.name, value);
            if (E.isRight(found)) heard?.(found.right);
            else end(found.left);
          },
        });
        try {
          thread.postMessage({ id, name: endpoint.name, ask: endpoint.ask.encode(ask) }, []);
        } catch (cause) {
          waiting.delete(id);
          resolve(
            E.left({
              tag: 'Defect',
              sentence: `the question cannot be sent to the worker: ${cause instanceof Error ? cause.message : String(cause)}`,
              at: null,
            }),
          );
        }
      }),
    end: (why = 'it was ended') => end(ended(why)),
    isEnded: () => over !== undefined,
  };
};

const reasonOf = (value: unknown): Refusal => {
  const found = received(refusal, 'a message of the worker', value);
  return E.isLeft(found) ? found.left : found.right;
};
