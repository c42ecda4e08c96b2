/** Codecs of the settings of the zoo's cases. An unknown setting is refused, since it would be ignored. */

import * as t from 'io-ts';
import { choice, real, whole } from '../../../../base/codec.js';

export const size = whole(1, 1_000_000);
export const number = real(-Number.MAX_VALUE, Number.MAX_VALUE);
/** The number of samples. */
export const batch = { B: size };
export const word = choice;
export const pair = <A>(of: t.Type<A, A, unknown>) => t.readonly(t.tuple([of, of]));

/** A setting of which only one value is supported. */
export const flag = <A extends boolean | number>(value: A): t.Type<A, A, unknown> => t.literal(value);
