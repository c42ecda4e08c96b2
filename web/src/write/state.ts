/** The state that a link to the editor holds: the text, or the name of an example. */

import * as t from 'io-ts';
import { pack, unpack } from '../state/packed.js';
import { examples } from './examples.js';

const Kept = t.exact(t.partial({ text: t.string, example: t.string }));

export const packWrite = (text: string): string => {
  const example = examples.find((each) => each.text === text);
  return pack(example === undefined ? { text } : { example: example.name });
};

/** The text in a link, and whether it is one of the page's own examples. */
export const unpackWrite = (
  letters: string,
): { readonly text: string; readonly own: boolean } | undefined => {
  const packed = unpack(letters);
  const decoded = packed === undefined ? undefined : Kept.decode(packed.json);
  if (decoded === undefined || decoded._tag === 'Left') return undefined;
  const { text, example } = decoded.right;
  if (example !== undefined) {
    const found = examples.find(({ name }) => name === example);
    return found === undefined ? undefined : { text: found.text, own: true };
  }
  return text === undefined || text.length > 100_000 ? undefined : { text, own: false };
};
