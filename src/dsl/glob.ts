/** Patterns for names of parameters: `encoder/*`. */

import { nearest } from '../base/error.js';

/**
 * A pattern as an expression, anchored at both ends. `*` stands for any run of characters, `/` included, so that
 * `encoder/*` is all that the scope holds; `?` stands for one character; every other character stands for itself.
 */
const expressionOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/[*]+/g, '(.*)')
      .replace(/[?]/g, '(.)')}$`,
    'u',
  );

/** What each `*` and `?` of the pattern stands for in this name; null if it does not match. */
export const matchOf = (pattern: string, name: string): readonly string[] | null =>
  expressionOf(pattern).exec(name)?.slice(1) ?? null;

/** The number of `*` and `?` in a pattern. */
export const wildcardsIn = (pattern: string): number => pattern.match(/[*]+|[?]/g)?.length ?? 0;

/** The pattern with these texts in the places of its `*` and `?`. */
export const filledIn = (pattern: string, texts: readonly string[]): string => {
  let next = 0;
  return pattern.replace(/[*]+|[?]/g, () => texts[next++] ?? '');
};

/** The patterns that a person may have meant: names, the scopes that hold them, and the last parts that they end with. */
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
