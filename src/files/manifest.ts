/**
 * Folders whose files drumhead wrote: a list of them with their digests lies beside them. So what an export may
 * replace is told by content: a file of the same name that a person put there, or changed, is a person's.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { hashOf } from '../base/canonical.js';
import { type DrumheadError, decodeError, type Effect, errorMessage, fileError } from '../base/error.js';
import { parsedJson } from '../base/json-text.js';
import { wholeFile } from './whole-file.js';

/** The file that lists the others. */
export const listName = 'drumhead-files.json';

const listCodec = t.type({
  drumhead: t.literal('files'),
  files: t.record(t.string, t.string),
  checksum: t.string,
});

/** SHA-256 by name; names use '/' on every system. */
export type Digests = Readonly<Record<string, string>>;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The digests of files that are about to be written. */
export const digestsOf = (files: Readonly<Record<string, Uint8Array>>): Digests =>
  Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name.replaceAll('\\', '/'), digestOf(bytes)]),
  );

/** The list as it lies in the folder. */
export const listBytes = (files: Digests): Uint8Array =>
  new TextEncoder().encode(
    `${JSON.stringify({ drumhead: 'files', files, checksum: hashOf(files) }, null, 1)}\n`,
  );

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';

/** The list of a folder; null where there is none that drumhead wrote. It rejects with what the disk says. */
export const readList = async (folder: string): Promise<Digests | null> => {
  const bytes = await wholeFile(join(folder, listName), 'json').catch((cause) => {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(codeOf(cause))) return null;
    throw cause;
  });
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes);
  return pipe(
    parsedJson(text),
    E.flatMap(listCodec.decode),
    E.filterOrElseW(
      ({ files, checksum }) => checksum === hashOf(files),
      () => null,
    ),
    E.match(
      () => null,
      ({ files }) => files,
    ),
  );
};

const digestOfFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

/** What of a folder is not as drumhead wrote it. */
export interface Stranger {
  /** Its name within the folder. */
  readonly name: string;
  readonly why: 'not listed' | 'changed';
}

const strangerBelow = async (folder: string, at: string, list: Digests): Promise<Stranger | null> => {
  for (const entry of await readdir(join(folder, at), { withFileTypes: true })) {
    const name = at === '' ? entry.name : `${at}/${entry.name}`;
    if (name === listName) continue;
    if (entry.isDirectory() && Object.keys(list).some((listed) => listed.startsWith(`${name}/`))) {
      const found = await strangerBelow(folder, name, list);
      if (found !== null) return found;
    } else if (!entry.isFile() || !Object.hasOwn(list, name)) return { name, why: 'not listed' };
    else if ((await digestOfFile(join(folder, name))) !== list[name]) return { name, why: 'changed' };
  }
  return null;
};

/**
 * The first thing in a folder that drumhead did not write there; null where all is its own, or the folder is empty. Files
 * of the list that are gone do not matter. It rejects with what the disk says.
 */
export const strangerIn = async (folder: string): Promise<Stranger | null> => {
  const list = await readList(folder);
  if (list !== null) return strangerBelow(folder, '', list);
  const [first] = (await readdir(folder)).sort();
  return first === undefined ? null : { name: first, why: 'not listed' };
};

/** A list may be anybody's: a name that leads out of the folder is none of it. */
const leadsOut = (name: string): boolean =>
  name.split('/').some((part) => part === '' || part === '.' || part === '..');

/**
 * Whether the files that drumhead listed in a folder are as it wrote them. A file of the list that is gone, and a folder
 * without a list, are not asked about.
 *
 * **Errors** DecodeError for a file with other bytes; FileError.
 */
export const asWritten = (folder: string): Effect<void> =>
  pipe(
    TE.tryCatch(
      async () => {
        for (const [name, digest] of Object.entries((await readList(folder)) ?? {})) {
          const path = join(folder, name);
          if (leadsOut(name) || !(await lstat(path).catch(() => null))?.isFile()) continue;
          if ((await digestOfFile(path)) !== digest) return path;
        }
        return null;
      },
      (cause): DrumheadError => fileError(folder, cause),
    ),
    TE.flatMapEither((path) =>
      path === null
        ? E.right(undefined)
        : E.left(
            decodeError(
              path,
              `it is not what drumhead wrote there; the file is damaged or was edited. To take it as it is, remove ${listName} of its folder`,
            ),
          ),
    ),
  );

/** As `asWritten`, as sentences: what is in a folder of data is a person's to edit, and is told, not refused. */
export const notesOnList =
  (folder: string): Effect<readonly string[]> =>
  async () => {
    const found = await asWritten(folder)();
    return E.right(E.isLeft(found) ? [errorMessage(found.left)] : []);
  };

const absent = (cause: unknown): void => {
  if (codeOf(cause) !== 'ENOENT') throw cause;
};

/**
 * Removes what the list names, then the list, then the folder, where nothing else is left. The list goes last: whenever
 * this is killed, what is left is still known as drumhead's own.
 */
export const removeListed = async (folder: string): Promise<void> => {
  const list = (await readList(folder)) ?? {};
  const folders = new Set<string>();
  for (const name of Object.keys(list)) {
    const parts = name.split('/');
    if (leadsOut(name)) continue;
    parts.slice(0, -1).forEach((_, i) => void folders.add(parts.slice(0, i + 1).join('/')));
    await rm(join(folder, name)).catch(absent);
  }
  for (const inner of [...folders].sort((a, b) => b.length - a.length))
    await rmdir(join(folder, inner)).catch(absent);
  await rm(join(folder, listName)).catch(absent);
  await rmdir(folder).catch(absent);
};
