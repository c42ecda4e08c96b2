/** Names of classes, as people write them. */

import * as t from 'io-ts';
import { text, where } from '../../base/codec.js';

/**
 * The number of classes that are single objects of a picture, called `object 1`, `object 2`, ... after the
 * background. They only group pixels; their numbers have no meaning. 0 if classes have a meaning.
 *
 * @example
 * objectsAmong(['background', 'object 1', 'object 2', 'shared'])   // 2
 */
export const objectsAmong = (names: readonly string[]): number => {
  const other = names.slice(1).findIndex((name, i) => name !== `object ${i + 1}`);
  const objects = other === -1 ? Math.max(0, names.length - 1) : other;
  return objects < 2 ? 0 : objects;
};

/** A control character, which a terminal would interpret. */
const control = /\p{Cc}/u;

/** Names of classes, background first: none, or at least two. */
export const classNames = where(t.readonlyArray(text), (names) =>
  names.length === 1 || new Set(names).size < names.length || names.length > 256
    ? 'class names must be two to 256 different ones, background first (or none, to number them)'
    : names.some((name) => control.test(name))
      ? 'a class name holds a control character; write names as plain text'
      : null,
);
