/** Patterns for names of parameters: `encoder/*`. */

import { nearest } from '../base/error.js';

/**
 * The match of each `*` and `?` of the pattern in this name; null if it does not match. `*` matches any run of
 * characters, `/` included, as long a run as possible, so that `encoder/*` matches everything in the scope; `?` matches
 * one character; every other character matches itself. No position is tried twice, so the time is linear in the number
 * of `*`.
 */
export const matchOf = (pattern: string, name: string): readonly string[] | null => {
  const [tokens, letters] = [[...pattern.replace(/[*]+/g, '*')], [...name]];
  const failed = new Set<number>();
  const from = (token: number, letter: number): readonly string[] | null => {
    const taken: string[] = [];
    let [t, l] = [token, letter];
    for (; t < tokens.length && tokens[t] !== '*'; t++, l++) {
      if (l >= letters.length || (tokens[t] !== '?' && tokens[t] !== letters[l])) return null;
      if (tokens[t] === '?') taken.push(letters[l]);
    }
    if (t === tokens.length) return l === letters.length ? taken : null;
    const place = t * (letters.length + 1) + l;
    if (failed.has(place)) return null;
    for (let end = letters.length; end >= l; end--) {
      const rest = from(t + 1, end);
      if (rest !== null) return [...taken, letters.slice(l, end).join(''), ...rest];
    }
    failed.add(place);
    return null;
  };
  return from(0, 0);
};

/** The number of `*` and `?` in a pattern. */
export const wildcardsIn = (pattern: string): number => pattern.match(/[*]+|[?]/g)?.length ?? 0;

/** The pattern with its `*` and `?` replaced by these texts. */
export const filledIn = (pattern: string, texts: readonly string[]): string => {
  let next = 0;
  return pattern.replace(/[*]+|[?]/g, () => texts[next++] ?? '');
};

/** The patterns that may have been meant: names, their scopes, and their last parts. */
export const nearPattern = (pattern: string, names: readonly string[]): string | undefined =>
  nearest(pattern, [
    ...names,
    ...new Set(
      names.flatMap((name) => {
        const parts = name.split('/');
        return [
          ...parts.slice(1).map((_, i) => `${parts.slice(0, i + 1).join('/')}/*`),
          ...parts.slice(1).map((_, i) => `*/${parts.slice(i + 1).join('/')}`),
        ];
      }),
    ),
  ]);
