/** Names of classes, as people write them. */

import * as t from 'io-ts';
import { text, where } from '../base/codec.js';

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
