/** Flags: what a person types, checked before any work starts. */

import * as E from 'fp-ts/lib/Either.js';
import { type DrumheadError, decodeError } from '../base/error.js';

/** A whole number from `low`. **Errors** DecodeError naming the flag. */
export const wholeFlag =
  (flag: string, low: number) =>
  (value: string): E.Either<DrumheadError, number> => {
    const number = Number(value);
    return /^\d+$/.test(value.trim()) && Number.isSafeInteger(number) && number >= low
      ? E.right(number)
      : E.left(decodeError(flag, `'${value}' is not a whole number from ${low}`));
  };

/** Whole numbers with commas between them: `0,1,2`. */
export const wholesFlag =
  (flag: string, low: number) =>
  (value: string): E.Either<DrumheadError, readonly number[]> => {
    const each = value.split(',').map(wholeFlag(flag, low));
    const bad = each.find(E.isLeft);
    return bad ?? E.right(each.flatMap((item) => (E.isRight(item) ? [item.right] : [])));
  };
