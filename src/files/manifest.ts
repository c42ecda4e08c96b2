/**
 * The manifest of a folder that drumhead wrote: its files with their digests. By content, an export can tell which
 * files it may replace: a file that a person added or changed belongs to the person.
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

/** The name of the manifest. */
export const listName = 'drumhead-files.json';

const listCodec = t.type({
  drumhead: t.literal('files'),
  files: t.record(t.string, t.string),
  checksum: t.string,
});

/** SHA-256 by name; names use '/' on every system. */
export type Digests = Readonly<Record<string, string>>;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The digests of files to be written. */
export const digestsOf = (files: Readonly<Record<string, Uint8Array>>): Digests =>
  Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name.replaceAll('\\', '/'), digestOf(bytes)]),
  );

/** The bytes of the manifest. */
export const listBytes = (files: Digests): Uint8Array =>
  new TextEncoder().encode(
    `${JSON.stringify({ drumhead: 'files', files, checksum: hashOf(files) }, null, 1)}\n`,
  );

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';

/** The manifest of a folder; null if drumhead wrote none. Rejects with the error of the file system. */
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

/** An entry of a folder that drumhead did not write, or that was changed. */
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
 * The first entry of a folder that drumhead did not write; null if it wrote all of them or the folder is empty. Missing
 * files of the manifest do not matter. Rejects with the error of the file system.
 */
export const strangerIn = async (folder: string): Promise<Stranger | null> => {
  const list = await readList(folder);
  if (list !== null) return strangerBelow(folder, '', list);
  const [first] = (await readdir(folder)).sort();
  return first === undefined ? null : { name: first, why: 'not listed' };
};

/** A manifest may be foreign, so names that lead out of the folder are ignored. */
const leadsOut = (name: string): boolean =>
  name.split('/').some((part) => part === '' || part === '.' || part === '..');

/**
 * Checks that the files listed in a folder's manifest are unchanged. Missing files and folders without a manifest pass.
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

/** The result of `asWritten` as sentences: a person may edit a folder of data, so changes are noted, not refused. */
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
 * Removes the listed files, then the manifest, then the folder if it is empty. The manifest goes last, so that after a
 * kill the remaining files are still recognised as drumhead's own.
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
