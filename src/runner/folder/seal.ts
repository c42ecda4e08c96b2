/** The seal of a JSON file: its format and its own checksum, so that damage is found and never taken for data. Pure. */

import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { hashOf } from '../../base/canonical.js';
import { decodeWith } from '../../base/codec.js';
import { type Checked, type DrumheadError, decodeError } from '../../base/error.js';

/** The version of all files that this package writes into run folders; later versions are refused. */
export const runsFormat = 2;

/**
 * A value as it is written to a file: with the version of its format, and the hash of all the rest.
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
 * The value of a sealed file, without its seal.
 *
 * **Errors** DecodeError if the seal is wrong, if a later drumhead wrote it, and if the codec refuses it.
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
    // Written before files were sealed.
    const unsealedYet = checksum === undefined && format === undefined;
    return unsealedYet || checksum === hashOf(whole)
      ? decodeWith(codec, source)(rest)
      : E.left(decodeError(source, 'its checksum is wrong; the file is damaged or was edited'));
  };
