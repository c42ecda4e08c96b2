/**
 * Single files at paths that a person names, in folders that may hold other files. Each file enters its folder's manifest
 * with its digest, so that the same command may replace it, and no other file is replaced.
 */

import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Checked, type DrumheadError, decodeError, type Effect, fileError } from '../base/error.js';
import { writeBytes } from './files.js';
import { checkReplaceable, mayBeFile } from './make-folder.js';
import {
  type Digests,
  digestOf,
  digestsFor,
  foundAt,
  isAsListed,
  listBytes,
  listName,
  readList,
} from './manifest.js';
import { inTurn } from './turns.js';
import { type Files, freeAside, type Writing } from './write-folder.js';

/** The state of a path before writing: `own` is unchanged since drumhead wrote it, `foreign` was never listed. */
type There = 'nothing' | 'own' | 'changed' | 'foreign';

const whatIs = async (folder: string, name: string, list: Digests): Promise<There> => {
  await checkReplaceable(join(folder, name));
  if ((await foundAt(join(folder, name))) === null) return 'nothing';
  if (digestsFor(list, name).length === 0) return 'foreign';
  return (await isAsListed(folder, name, list)) ? 'own' : 'changed';
};

const wordsOf: Readonly<Record<'changed' | 'foreign', string>> = {
  changed: 'it was changed since drumhead wrote it',
  foreign: 'it is there already, and drumhead did not write it',
};

const advice = 'name another one, or --force moves it aside';

/** Refuses a file of the manifest's name that drumhead did not write. */
const listProblem = async (folder: string): Promise<string | null> => {
  await checkReplaceable(join(folder, listName));
  const there = (await foundAt(join(folder, listName))) !== null;
  return there && (await readList(folder)) === null
    ? `${join(folder, listName)} is there and is not drumhead's list of its files; move it away`
    : null;
};

const problemsOf = async (
  folder: string,
  names: readonly string[],
  { force = false }: Writing,
): Promise<readonly string[]> => {
  const foreign = await listProblem(folder);
  if (foreign !== null) return [foreign];
  const list = (await readList(folder)) ?? {};
  const problems: string[] = [];
  for (const name of names) {
    if (name === listName) problems.push(`${name}: drumhead keeps its own list there; name another file`);
    else {
      const there = await whatIs(folder, name, list);
      if (!force && (there === 'changed' || there === 'foreign'))
        problems.push(`${names.length === 1 ? '' : `${join(folder, name)}: `}${wordsOf[there]}; ${advice}`);
    }
  }
  return problems;
};

const allowed = (folder: string, names: readonly string[], writing: Writing): Effect<void> =>
  pipe(
    TE.tryCatch(
      () => problemsOf(folder, names, writing),
      (cause): DrumheadError => fileError(names.length === 1 ? join(folder, names[0]) : folder, cause),
    ),
    TE.flatMapEither(
      (problems): Checked<void> =>
        problems.length === 0
          ? E.right(undefined)
          : E.left(decodeError(names.length === 1 ? join(folder, names[0]) : folder, problems)),
    ),
  );

/**
 * Checks before the work that files may be written to a folder under these names: each is missing, or unchanged since
 * drumhead wrote it.
 *
 * **Errors** DecodeError with a line for every other file, unless `force` is set; FileError, also for a device, a pipe, a
 * link or a folder of that name.
 */
export const mayPut = (folder: string, names: readonly string[], writing: Writing = {}): Effect<void> =>
  pipe(
    // Incomplete manifests of killed processes are removed too.
    [...names, listName],
    TE.traverseSeqArray((name) => mayBeFile(join(folder, name))),
    TE.flatMap(() => allowed(folder, names, writing)),
  );

const listed = (folder: string, change: (list: Digests) => Digests): Effect<void> =>
  pipe(
    TE.tryCatch(
      async () => (await readList(folder)) ?? {},
      (cause) => fileError(folder, cause),
    ),
    TE.flatMap((list) => {
      const changed = change(list);
      return Object.entries(changed).every(([name, digest]) => list[name] === digest)
        ? TE.right(undefined)
        : pipe(
            writeBytes(join(folder, listName), listBytes(changed)),
            TE.map(() => undefined),
          );
    }),
  );

/** Moves a foreign or changed file aside, and tells where. */
const moveAside = (folder: string, name: string, tell: Writing['movedAside']): Effect<void> =>
  TE.tryCatch(
    async () => {
      const path = join(folder, name);
      const there = await whatIs(folder, name, (await readList(folder)) ?? {});
      if (there !== 'changed' && there !== 'foreign') return;
      const to = await freeAside(path);
      await rename(path, to);
      tell?.(path, to);
    },
    (cause) => fileError(join(folder, name), cause),
  );

/**
 * Writes files to a folder and lists them in its manifest. Own files are replaced; other files are refused, or with `force`
 * moved aside to `NAME.old-1`, `NAME.old-2` and so on.
 *
 * **Errors** as `mayPut`; nothing is written then.
 *
 * @returns the paths
 */
export const putFiles = (folder: string, files: Files, writing: Writing = {}): Effect<readonly string[]> => {
  const names = Object.keys(files);
  const digests = new Map(names.map((name) => [name, digestOf(files[name])]));
  const entry = (list: Digests, name: string, own: string): string =>
    [...new Set([...digestsFor(list, name), own])].join(' ');
  const put = pipe(
    // Checked again, since the file may have changed while this command waited.
    allowed(folder, names, writing),
    TE.flatMap(() =>
      TE.traverseSeqArray((name: string) =>
        writing.force === true ? moveAside(folder, name, writing.movedAside) : TE.right(undefined),
      )(names),
    ),
    // The manifest first, with the old digests and the new ones, so that after a kill either file is recognised.
    TE.flatMap(() =>
      listed(folder, (list) => ({
        ...list,
        ...Object.fromEntries([...digests].map(([name, own]) => [name, entry(list, name, own)])),
      })),
    ),
    TE.flatMap(() =>
      TE.traverseSeqArray((name: string) =>
        pipe(
          // Checked again, since the other files may have taken long.
          allowed(folder, [name], writing),
          TE.flatMap(() => writeBytes(join(folder, name), files[name])),
        ),
      )(names),
    ),
    TE.tap(() => listed(folder, (list) => ({ ...list, ...Object.fromEntries(digests) }))),
  );
  return pipe(
    allowed(folder, names, writing),
    TE.flatMap(() => inTurn(folder, names.length === 1 ? join(folder, names[0]) : folder, put)),
  );
};

/** `mayPut` for one path. */
export const mayPutFile = (path: string, writing: Writing = {}): Effect<void> =>
  mayPut(dirname(path), [basename(path)], writing);

/** `putFiles` for one path. */
export const putFile = (path: string, bytes: Uint8Array, writing: Writing = {}): Effect<string> =>
  pipe(
    putFiles(dirname(path), { [basename(path)]: bytes }, writing),
    TE.map(() => path),
  );
