/** From JSON text to a value; text that nests too deeply for the parser is refused first. */

import * as E from 'fp-ts/lib/Either.js';
import { grouped, limits } from './limits.js';

/**
 * The index after the closing quote of a quoted text, or -1 if it has none. Written by hand, since a regular
 * expression overflows the stack on millions of letters.
 *
 * @param at the index of its opening quote
 * @example
 * endOfQuoted('["a\\\\"b", 1]', 1); // => 6
 */
export const endOfQuoted = (text: string, at: number): number => {
  for (let to = at + 1; to < text.length; to++) {
    const code = text.charCodeAt(to);
    if (code === 0x5c) to++;
    else if (code === 0x22) return to + 1;
  }
  return -1;
};

/**
 * Whether brackets nest deeper than `most`; brackets within quotes do not count.
 *
 * @example
 * nestsBeyond('[[1], "[[["]', 2); // => false
 * nestsBeyond('[[[1]]]', 2); // => true
 */
export const nestsBeyond = (text: string, most: number): boolean => {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      const end = endOfQuoted(text, at);
      if (end < 0) return false;
      at = end - 1;
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > most) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
};

/** The message for a value that nests too deeply. */
export const tooDeep = `it has more than ${grouped(limits.nesting)} brackets within one another, the limit; write it flatter`;

/**
 * The value of a JSON text.
 *
 * **Errors** the problem, to be put after the name of the source.
 */
export const parsedJson = (text: string): E.Either<string, unknown> =>
  nestsBeyond(text, limits.nesting)
    ? E.left(tooDeep)
    : E.tryCatch(
        (): unknown => JSON.parse(text),
        (cause) => `this is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
