/** A worker of a page in this thread: its messages are cloned as between two, and memory that is shared stays so. */

import { serve } from '../../src/browser/serve.js';
import type { Thread } from '../../src/browser/thread.js';

type Listener = (event: { readonly data?: unknown }) => void;

/**
 * Starts it.
 *
 * @param refused what it answers instead of the question of this name: a refusal with this sentence
 */
export const threadHere = (refused?: { readonly name: string; readonly sentence: string }): Thread => {
  const [asked, heard]: [Listener[], Listener[]] = [[], []];
  let isEnded = false;
  const send = (listeners: readonly Listener[], message: unknown): void => {
    const data: unknown = structuredClone(message);
    setImmediate(() => {
      if (!isEnded) for (const listener of listeners) listener({ data });
    });
  };
  serve({
    postMessage: (message) => send(heard, message),
    addEventListener: (_, listener) => asked.push(listener),
  });
  return {
    postMessage: (message) => {
      const { id, name } = { id: 0, name: '', ...(typeof message === 'object' ? message : {}) };
      if (refused === undefined || name !== refused.name) return send(asked, message);
      send(heard, {
        id,
        kind: 'refused',
        value: { tag: 'EngineError', sentence: refused.sentence, at: null },
      });
    },
    addEventListener: (type, listener) => {
      if (type === 'message') heard.push(listener);
    },
    terminate: () => {
      isEnded = true;
    },
  };
};
