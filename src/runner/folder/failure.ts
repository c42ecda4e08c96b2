/** failure.json: the sentence of the error that a run ended with. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type DrumheadError, type Effect, errorMessage } from '../../base/error.js';
import { isPresent } from '../../files/files.js';
import { files } from './files.js';
import { isFromLater } from './seal.js';
import { readCheckedIfPresent, writeChecked } from './sealed-json.js';

const codec = t.type({ message: t.string });

/**
 * Writes down the sentence of an error. A stop by a person is not an error, and the folder of a newer
 * drumhead is not changed. A write that fails is ignored.
 */
export const recordFailure = async (folder: string, error: DrumheadError): Promise<void> => {
  if (error._tag !== 'Interrupted' && !isFromLater(error))
    await writeChecked(join(folder, files.failure), { message: errorMessage(error) })();
};

/** Removes failure.json, when a run begins again. */
export const forgetFailure = (folder: string): Promise<void> =>
  rm(join(folder, files.failure), { force: true }).catch(() => {});

/** The file of a failure, as a list; empty if there is none or the disk cannot say. */
export const failureLeft = async (folder: string): Promise<readonly string[]> => {
  const path = join(folder, files.failure);
  const there = await isPresent(path)();
  return E.isRight(there) && there.right ? [path] : [];
};

/** Why the run failed; null if it did not. **Errors** FileError, DecodeError. */
export const readFailure = (folder: string): Effect<string | null> =>
  pipe(
    readCheckedIfPresent(join(folder, files.failure), codec),
    TE.map((found) => found?.message ?? null),
  );
