/** JSON that people write: errors are reported by line and column. Pure. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checked, decodeError } from '../../base/error.js';
import { endOfQuoted, nestsBeyond, parsedJson, tooDeep } from '../../base/json-text.js';
import { limits } from '../../base/limits.js';

const placeOf = (text: string, at: number): string => {
  const before = text.slice(0, at).split('\n');
  return `line ${before.length}, column ${before[before.length - 1].length + 1}`;
};

const hintFor = (text: string, at: number): string => {
  const before = text.slice(0, at).trimEnd();
  const here = text.slice(at).trimStart();
  if (/^(\/\/|\/\*|#)/.test(here)) return 'JSON has no comments; YAML has';
  if (/^'/.test(here)) return 'texts stand in double quotes';
  if (before.endsWith(',') && /^[}\]]/.test(here)) return 'there is a comma before the bracket that closes';
  if (/(["}\]\d]|\b(true|false|null))$/.test(before) && /^(["{[\d-]|(true|false|null)\b)/.test(here))
    return before.endsWith('"')
      ? 'is a comma or a colon missing before it?'
      : 'is a comma missing before it?';
  if (/^[A-Za-z_]/.test(here))
    return /^(NaN|Infinity)/.test(here) ? 'JSON has no such number' : 'names stand in double quotes';
  if (/^[+.]/.test(here)) return 'a number begins with a digit or a minus';
  return at >= text.trimEnd().length
    ? 'it ends too early; is a bracket or a quote missing?'
    : 'it cannot stand here';
};

const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;
const space = /[ \t\r\n]*/y;

/** The position at which a text stops being JSON, or null; and the positions of repeated names. */
interface Scan {
  readonly stopped: number | null;
  readonly again: readonly { readonly at: number; readonly name: string }[];
}

/** A parser of JSON's grammar, since JSON.parse reports neither of the two. */
const scan = (text: string): Scan => {
  const again: { at: number; name: string }[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const quoted = (): string | null => {
    if (text[at] !== '"') return null;
    const end = endOfQuoted(text, at);
    const found = end < 0 ? null : text.slice(at, end);
    // Line ends and unknown escapes are not allowed in a string.
    if (found === null || E.isLeft(parsedJson(found))) return null;
    at = end;
    return found;
  };
  const sign = (one: string): boolean => {
    take(space);
    if (text[at] !== one) return false;
    at++;
    return true;
  };
  /** Items with commas between them, up to the closing bracket. */
  const list = (closing: string, one: () => boolean): boolean => {
    if (sign(closing)) return true;
    do if (!one()) return false;
    while (sign(','));
    return sign(closing);
  };
  const value = (): boolean => {
    take(space);
    if (sign('[')) return list(']', value);
    if (!sign('{')) return quoted() !== null || take(scalar) !== null;
    const names = new Set<string>();
    return list('}', () => {
      take(space);
      const start = at;
      const name = quoted();
      if (name === null) return false;
      if (names.has(name)) again.push({ at: start, name });
      names.add(name);
      return sign(':') && value();
    });
  };
  const whole = value();
  take(space);
  return { stopped: whole && at === text.length ? null : at, again };
};

/** At most this many repeated names are reported: finding a line reads the whole text each time. */
const mostAgain = 20;

/**
 * The value of a JSON text.
 *
 * **Errors** DecodeError with line and column: of the first fault of syntax, and of each repeated name.
 */
export const readJsonText = (text: string, source: string): Checked<unknown> => {
  if (text.trim() === '') return E.left(decodeError(source, 'there is nothing in it'));
  // The scan is recursive, as deep as the brackets.
  if (nestsBeyond(text, limits.nesting)) return E.left(decodeError(source, tooDeep));
  const { stopped, again } = scan(text);
  if (stopped !== null)
    return E.left(
      decodeError(source, `${placeOf(text, stopped)}: this is not JSON; ${hintFor(text, stopped)}`),
    );
  return again.length > 0
    ? E.left(
        decodeError(
          source,
          again
            .slice(0, mostAgain)
            .map(({ at, name }) => `${placeOf(text, at)}: ${name} stands twice in one object`),
          again.length > mostAgain ? [`${again.length - mostAgain} more names stand twice`] : [],
        ),
      )
    : pipe(
        parsedJson(text),
        E.mapLeft((problem) => decodeError(source, problem)),
      );
};
