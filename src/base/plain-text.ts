/** Foreign text, made safe to print: names, descriptions and messages may contain control sequences of a terminal. */

const hex = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Text without control sequences: control characters other than tab and line feed, and marks that change the reading
 * direction, are written as `\u` with their number in four hexadecimal digits. JSON keeps its value.
 *
 * @example
 * plainText('a\u001b[2Jb'); // => 'a\\u001b[2Jb'
 */
export const plainText = (text: string): string =>
  text
    .replace(/\r(?!\n)/g, hex)
    .replace(/(?![\t\n\r])[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, hex);
