/** A folder that appears whole or not at all. */

import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type DrumheadError, decodeError, fileError } from '../base/error.js';
import { makeFolder, mayHoldFiles } from './make-folder.js';

/** Files by name; a name may lie in one folder further down. */
export type Files = Readonly<Record<string, Uint8Array>>;

const absent = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';

const namesIn = (folder: string): TE.TaskEither<DrumheadError, readonly string[] | null> =>
  TE.tryCatch(
    async () => {
      try {
        return await readdir(folder);
      } catch (cause) {
        if (absent(cause)) return null;
        throw cause;
      }
    },
    (cause) => fileError(folder, cause),
  );

/**
 * Whether a folder may be written: it is not there, or holds only what was written there before. Asked before the work
 * that fills it.
 *
 * **Errors** DecodeError where it holds something else, which is not ours to replace, or is where one stands; FileError.
 */
export const mayWrite = (folder: string, ours: RegExp): TE.TaskEither<DrumheadError, void> =>
  pipe(
    `${process.cwd()}${sep}`.startsWith(`${resolve(folder)}${sep}`)
      ? TE.left(decodeError(folder === '' ? '.' : folder, 'that is the folder you are in; name a new one'))
      : namesIn(folder),
    TE.chain((names) => {
      const stranger = names?.find((name) => !ours.test(name));
      return stranger === undefined
        ? TE.right(undefined)
        : TE.left(decodeError(folder, `the folder holds other things, such as ${stranger}; name a new one`));
    }),
    // It is moved to its place from beside it.
    TE.chain(() => mayHoldFiles(dirname(resolve(folder)))),
    TE.mapLeft((error) => (error._tag === 'FileError' ? { ...error, path: folder } : error)),
  );

/**
 * Writes the files to a folder beside its place and then moves it there; what was written there before goes.
 *
 * @param ours names that may be replaced
 *
 * **Errors** as `mayWrite`; then nothing is left behind and nothing was touched.
 */
export const writeFolder = (
  folder: string,
  files: Files,
  ours: RegExp,
): TE.TaskEither<DrumheadError, string> => {
  const place = resolve(folder);
  const beside = (word: string): string => join(dirname(place), `.${randomUUID()}.${word}`);
  return pipe(
    mayWrite(folder, ours),
    TE.chain(() => async () => {
      const [fresh, old] = [beside('tmp'), beside('old')];
      try {
        await makeFolder(fresh);
        for (const [name, bytes] of Object.entries(files)) {
          await makeFolder(dirname(join(fresh, name)));
          await writeFile(join(fresh, name), bytes);
        }
        const before = await rename(place, old).then(
          () => true,
          (cause) => {
            if (absent(cause)) return false;
            throw cause;
          },
        );
        try {
          await rename(fresh, place);
        } catch (cause) {
          if (before) await rename(old, place);
          throw cause;
        }
        await rm(old, { recursive: true, force: true });
        return E.right<DrumheadError, string>(folder);
      } catch (cause) {
        await rm(fresh, { recursive: true, force: true }).catch(() => {});
        return E.left<DrumheadError, string>(fileError(folder, cause));
      }
    }),
  );
};
