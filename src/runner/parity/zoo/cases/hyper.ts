/** What settings of the zoo's cases may be. A setting that is not known is refused, for it would be left out. */

import * as t from 'io-ts';
import { choice, real, whole } from '../../../../base/codec.js';

export const size = whole(1, 1_000_000);
export const number = real(-Number.MAX_VALUE, Number.MAX_VALUE);
/** The number of samples. */
export const batch = { B: size };
export const word = choice;
export const pair = <A>(of: t.Type<A, A, unknown>) => t.readonly(t.tuple([of, of]));

/** The only value of a setting that is understood. */
export const flag = <A extends boolean | number>(value: A): t.Type<A, A, unknown> => t.literal(value);
