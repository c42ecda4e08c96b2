/** JSON files that carry their own checksum: damage is found, and never taken for data. */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { hashOf } from '../../base/canonical.js';
import { decodeWith } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError, type Effect } from '../../base/error.js';
import { readJson, writeJson } from './files.js';

/** The version of everything that this package writes into runs folders; files of a later one are refused. */
export const runsFormat = 2;

/**
 * A value as it lies in a file: with the version of its form, and the hash of all the rest.
 *
 * @example
 * sealed({ seed: 0 })   // { seed: 0, format: 2, checksum: 'f00d…' }
 */
export const sealed = (value: object): object => {
  const whole = { ...value, format: runsFormat };
  return { ...whole, checksum: hashOf(whole) };
};

/** Whether this is an error about a file that a later drumhead wrote: it must be left as it is. */
export const isFromLater = (error: DrumheadError): boolean =>
  error._tag === 'DecodeError' && error.problems.some((problem) => problem.startsWith(fromLater));

const fromLater = 'it was written by a newer drumhead';

/**
 * What was sealed, without its seal.
 *
 * **Errors** DecodeError where the checksum is wrong, where it was written by a later drumhead, and for what is not
 * what the codec says.
 */
export const unsealed =
  <A>(codec: t.Decoder<unknown, A>, source: string) =>
  (value: unknown): Checked<A> => {
    if (!t.UnknownRecord.is(value)) return E.left(decodeError(source, 'it is not an object'));
    const { checksum, ...whole } = value;
    const { format, ...rest } = whole;
    if (typeof format === 'number' && format > runsFormat)
      return E.left(
        decodeError(
          source,
          `${fromLater} (format ${format}, this one knows ${runsFormat}); use that one. Nothing was touched`,
        ),
      );
    // Written before there were seals.
    const older = checksum === undefined && format === undefined;
    return older || checksum === hashOf(whole)
      ? decodeWith(codec, source)(rest)
      : E.left(decodeError(source, 'its checksum is wrong; the file is damaged or was edited'));
  };

/** Writes a value sealed, atomically. **Errors** FileError. */
export const writeChecked = (path: string, value: object): Effect<string> => writeJson(path, sealed(value));

/** Reads what `writeChecked` wrote. **Errors** FileError, and as `unsealed`. */
export const readChecked = <A>(path: string, codec: t.Decoder<unknown, A>): Effect<A> =>
  pipe(readJson(path), TE.flatMapEither(unsealed(codec, path)));
