/** Text from elsewhere, made safe to show: names, descriptions and messages may hold what a terminal obeys. */

const hex = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Text that a terminal shows and does not obey: control characters but tab and line end are written out, and so are the
 * marks that turn the reading direction of what follows. Each becomes `\uXXXX`, so that JSON stays the same value.
 *
 * @example
 * plainText('a\u001b[2Jb'); // => 'a\\u001b[2Jb'
 */
export const plainText = (text: string): string =>
  text
    .replace(/\r(?!\n)/g, hex)
    .replace(/(?![\t\n\r])[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, hex);
