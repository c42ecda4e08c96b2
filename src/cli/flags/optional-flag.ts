/** A flag that may be left out. */

import * as E from 'fp-ts/lib/Either.js';
import type { DrumheadError } from '../../base/error.js';

/** What the flag says, null where it was not given. **Errors** as `parse`. */
export const optionalFlag = <B>(
  value: string | undefined,
  parse: (value: string) => E.Either<DrumheadError, B>,
): E.Either<DrumheadError, B | null> => (value === undefined ? E.right(null) : parse(value));
