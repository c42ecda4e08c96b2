/** Options that a layer cannot do without. */

import { refuse } from '../../dsl/index.js';

/** A list of words: `a`, `a and b`, `a, b and c`. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;

/**
 * Refuses options that lack some of these names. The compiler does so too; a script in JavaScript has only this, where sizes
 * that are `undefined` would be called indivisible further down.
 */
export const needs = (name: string, options: object | undefined, ...names: readonly string[]): void => {
  const given = new Map(Object.entries(options ?? {}));
  const missing = names.filter((one) => given.get(one) === undefined);
  if (missing.length > 0)
    refuse(
      name,
      `it needs ${missing.length < names.length ? `also the option${missing.length === 1 ? '' : 's'} ` : `the option${names.length === 1 ? '' : 's'} `}${listed(missing)}; write ${name}({ ${names.map((one) => `${one}: …`).join(', ')} })`,
    );
};
