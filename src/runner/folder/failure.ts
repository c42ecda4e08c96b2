/** Why a run failed when it last worked: failure.json, for whoever looks into its folder. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type DrumheadError, type Effect, errorMessage } from '../../base/error.js';
import { isPresent } from '../../files/files.js';
import { files } from './files.js';
import { isFromLater, readChecked, writeChecked } from './sealed.js';

const codec = t.type({ message: t.string });

/**
 * Leaves the sentence of an error; a person who stopped a run is none, and a newer drumhead's folder is left as it is. What
 * cannot be written is not.
 */
export const recordFailure = async (folder: string, error: DrumheadError): Promise<void> => {
  if (error._tag !== 'Interrupted' && !isFromLater(error))
    await writeChecked(join(folder, files.failure), { message: errorMessage(error) })();
};

/** A run that works again has not failed. */
export const forgetFailure = (folder: string): Promise<void> =>
  rm(join(folder, files.failure), { force: true }).catch(() => {});

/** The file of a failure, in a list that is empty where there is none or the disk cannot say. */
export const failureLeft = async (folder: string): Promise<readonly string[]> => {
  const path = join(folder, files.failure);
  const there = await isPresent(path)();
  return E.isRight(there) && there.right ? [path] : [];
};

/** Why the run failed; null where it did not. **Errors** FileError, DecodeError. */
export const readFailure = (folder: string): Effect<string | null> => {
  const path = join(folder, files.failure);
  return pipe(
    isPresent(path),
    TE.flatMap((there) =>
      there
        ? pipe(
            readChecked(path, codec),
            TE.map(({ message }): string | null => message),
          )
        : TE.right(null),
    ),
  );
};
