/** Compiles a text to JavaScript, with a compiler that is loaded for it and ends afterwards. */

import { callerOf } from '../engine/call.js';
import type { LanguageHandlers } from './language-worker.js';

export const emitOnce = async (text: string): Promise<string> => {
  const calls = callerOf<LanguageHandlers>(
    new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module' }),
  );
  try {
    return await calls.call('emit', { text });
  } finally {
    calls.end();
  }
};
