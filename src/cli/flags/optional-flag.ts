/** A flag that may be left out. */

import * as E from 'fp-ts/lib/Either.js';
import type { Checked } from '../../base/error.js';

/** What the flag says, null where it was not given. **Errors** as `parse`. */
export const optionalFlag = <B>(
  value: string | undefined,
  parse: (value: string) => Checked<B>,
): Checked<B | null> => (value === undefined ? E.right(null) : parse(value));
