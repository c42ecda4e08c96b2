/** The result of a finished run. */

import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { sha256Hex } from '../../base/canonical.js';
import { type DrumheadError, decodeError, type Effect, errorMessage } from '../../base/error.js';
import { readBytes } from '../../files/files.js';
import { scoresCodec } from '../training/state.js';
import { checkSeals } from './check-seals.js';
import { files } from './files.js';
import { isFromLater } from './seal.js';
import { readCheckedIfPresent } from './sealed-json.js';

/** The content of result.json. It has no times, so that the same run gives the same bytes. */
export const resultCodec = t.intersection([
  t.type({
    identity: t.string,
    name: t.string,
    seed: t.number,
    /** The epoch whose weights were kept: the best on validation, or the last. */
    epoch: t.number,
    epochs: t.number,
    test: scoresCodec,
    weights: t.type({ parameters: t.number, sha256: t.string }),
  }),
  t.partial({
    /** The checksum of metrics.ndjson; missing in early results. */
    metrics: t.type({ sha256: t.string }),
    /** Why the training ended before its last epoch, in words; left out if it did not. */
    stoppedEarly: t.string,
  }),
]);
export type Result = t.TypeOf<typeof resultCodec>;

/**
 * The result in a run folder; null if the run is not finished.
 *
 * **Errors** DecodeError if it is damaged or of a newer drumhead; FileError.
 */
export const readResult = (folder: string): Effect<Result | null> =>
  readCheckedIfPresent(join(folder, files.result), resultCodec);

/** A result, or the sentence that says why the existing one cannot be used. */
export interface WholeResult {
  readonly result: Result | null;
  readonly problem: string | null;
}

/**
 * The result in a run folder, if it and all that belongs to it are whole.
 *
 * **Errors** DecodeError where a newer drumhead wrote it; FileError.
 */
export const readWholeResult = (folder: string): Effect<WholeResult> => {
  const none = (problem: string | null): WholeResult => ({ result: null, problem });
  return pipe(
    readResult(folder),
    TE.flatMap((result) =>
      result === null
        ? TE.right(none(null))
        : pipe(
            checkSeals(folder),
            TE.map((): WholeResult => ({ result, problem: null })),
          ),
    ),
    TE.orElse((error) =>
      error._tag === 'FileError' || isFromLater(error) ? TE.left(error) : TE.right(none(errorMessage(error))),
    ),
  );
};

/**
 * The values of a finished run's weights. **Errors** DecodeError if they are not those of its result;
 * FileError.
 */
export const readWeightValues = (folder: string, { weights }: Result): Effect<Uint8Array> => {
  const path = join(folder, files.weightValues);
  return pipe(
    readBytes(path, 'array'),
    TE.mapError(
      (error): DrumheadError => (error._tag === 'FileError' ? decodeError(path, error.message) : error),
    ),
    TE.flatMap((bytes) =>
      sha256Hex(bytes) === weights.sha256
        ? TE.right(bytes)
        : TE.left(decodeError(path, 'its checksum is not that of result.json; the file is damaged')),
    ),
  );
};
