/** Reading and writing JSON files that carry their seal. */

import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type * as t from 'io-ts';
import type { Effect } from '../../base/error.js';
import { ifPresent } from '../../files/files.js';
import { readJson, writeJson } from './files.js';
import { sealed, unsealed } from './seal.js';

/** Writes a value sealed, atomically. **Errors** FileError. */
export const writeChecked = (path: string, value: object): Effect<string> => writeJson(path, sealed(value));

/** Reads what `writeChecked` wrote. **Errors** FileError, and as `unsealed`. */
export const readChecked = <A>(path: string, codec: t.Decoder<unknown, A>): Effect<A> =>
  pipe(readJson(path), TE.flatMapEither(unsealed(codec, path)));

/** As `readChecked`; null where there is no file. **Errors** as `readChecked`. */
export const readCheckedIfPresent = <A>(path: string, codec: t.Decoder<unknown, A>): Effect<A | null> =>
  ifPresent(path, readChecked(path, codec));
